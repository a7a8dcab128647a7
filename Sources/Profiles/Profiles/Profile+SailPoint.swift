extension Profile {
    /// SailPoint IdentityIQ and Identity Security Cloud.
    ///
    /// It sends several operations without a path, each with part of the user; which attributes
    /// there are is decided by its administrators' mapping.
    static let sailpoint = Profile(name: "sailpoint", title: "SailPoint")
}
