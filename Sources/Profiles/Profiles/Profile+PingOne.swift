extension Profile {
    /// PingOne, and PingFederate's SCIM provisioner.
    ///
    /// Users are looked up by a filter that the administrator writes; the manual searches by
    /// `email`. An empty photo cannot be read back by it, so that none is stored.
    static let pingone = Profile(name: "pingone", title: "PingOne and PingFederate")
}
