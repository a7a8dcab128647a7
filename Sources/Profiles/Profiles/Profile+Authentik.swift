extension Profile {
    /// authentik, SCIM provider.
    ///
    /// Older releases remove members by a list of values; group updates are one object without a
    /// path, in a message without `schemas`. Property mappings can send attributes that are not
    /// known here, and booleans as text.
    static let authentik = Profile(name: "authentik", title: "authentik")
}
