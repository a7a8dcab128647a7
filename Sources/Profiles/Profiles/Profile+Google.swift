extension Profile {
    /// Google Workspace automated provisioning.
    ///
    /// What it creates and looks up follows the RFCs. How it updates and suspends is not
    /// published, so that types and shapes are taken generously; it sends no groups.
    static let google = Profile(name: "google", title: "Google Workspace")
}
