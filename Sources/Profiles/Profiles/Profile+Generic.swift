extension Profile {
    /// Any client: everything that is harmless where it is not needed.
    ///
    /// For clients without a profile of their own, and for miniOrange and Rippling, which do not
    /// publish what they send.
    package static let generic = Profile(
        name: "generic",
        title: "Any SCIM 2.0 client",
        rewrites: Rewrite.common + [.schemaNames]
    )
}
