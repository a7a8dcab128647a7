extension Profile {
    /// midPoint, connectors of Exclamation Labs and Evolveum.
    ///
    /// Users are replaced by PUT and several-valued attributes then patched; the shape of a value
    /// follows the schema that the connector was given. Filters on memberships come encoded twice.
    static let midpoint = Profile(name: "midpoint", title: "midPoint")
}
