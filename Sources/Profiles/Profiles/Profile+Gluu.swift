extension Profile {
    /// Scripts on the client library of Gluu and Janssen.
    ///
    /// Their requests follow the RFCs, with paths under the core schema's URN, attributes of
    /// Gluu's own extension, and certificates with spaces in them.
    static let gluu = Profile(name: "gluu", title: "Gluu and Janssen")
}
