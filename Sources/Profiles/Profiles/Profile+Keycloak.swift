extension Profile {
    /// The extensions that make Keycloak a SCIM client: those of libre.sh and its forks,
    /// little-auth and suvera.
    ///
    /// The first writes `active` as text in a PATCH and empties a group by `remove` with the
    /// value `null`; the last sends roles that have a type and no value.
    static let keycloak = Profile(name: "keycloak", title: "Keycloak")
}
