extension Profile {
    /// Scripts on the client library of Gluu and Janssen.
    ///
    /// Their requests follow the RFCs, with paths under the core schema's URN and attributes of
    /// Gluu's own extension.
    static let gluu = Profile(
        name: "gluu",
        title: "Gluu and Janssen",
        rewrites: [
            .dottedKeys, .singleValueForArray, .unknownPath,
        ]
    )
}
