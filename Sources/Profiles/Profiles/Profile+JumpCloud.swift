extension Profile {
    /// JumpCloud, custom SCIM connector.
    ///
    /// It changes one attribute per operation and removes members by a list of values without a
    /// filter. The connector's mapping lets administrators send text for booleans and short
    /// names.
    static let jumpcloud = Profile(name: "jumpcloud", title: "JumpCloud")
}
