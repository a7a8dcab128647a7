extension Profile {
    /// miniOrange as identity provider.
    ///
    /// What it sends is not published; whatever the generic profile understands is understood.
    static let miniorange = Profile(
        name: "miniorange",
        title: "miniOrange",
        rewrites: Rewrite.common + [.schemaNames]
    )
}
