extension Profile {
    /// Rippling, custom SCIM applications.
    ///
    /// What it sends is not published; whatever the generic profile understands is understood.
    static let rippling = Profile(
        name: "rippling",
        title: "Rippling",
        rewrites: Rewrite.common + [.schemaNames]
    )
}
