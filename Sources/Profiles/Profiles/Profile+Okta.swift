extension Profile {
    /// Okta, catalogue applications (PATCH) and custom ones (PUT).
    ///
    /// It keeps to the RFCs nearly everywhere. Administrators map profile attributes of type
    /// integer and attributes that a service provider does not have; some applications remove
    /// members by a list of values. It never deletes users: somebody who comes back is sometimes
    /// created again, and must get the old account.
    static let okta = Profile(
        name: "okta",
        title: "Okta",
        restoring: .deactivated
    )
}
