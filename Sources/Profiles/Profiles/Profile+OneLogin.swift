extension Profile {
    /// OneLogin, connectors for SCIM 1.x and 2.0.
    ///
    /// The bodies are templates that administrators write: booleans in quotes, empty text where a
    /// field is empty, `managerId`, one object for `emails`, URNs without `ietf:params`. The 1.x
    /// connector changes groups by members with an `operation`.
    static let onelogin = Profile(name: "onelogin", title: "OneLogin")
}
