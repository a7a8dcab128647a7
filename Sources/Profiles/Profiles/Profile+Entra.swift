extension Profile {
    /// Microsoft Entra ID, with and without its `aadOptscim062020` flag, its validator and its
    /// request collection.
    ///
    /// It capitalises `op`, writes booleans as `"True"` and `"False"`, removes members by a list
    /// of values, sets first values through value filters, names the manager without URN, as text
    /// or as an array of one, and clears it with empty text. With the flag, single values come in
    /// one operation without a path whose members' names are paths. Older filters have no quotes.
    /// One sample loses a colon in the extension's URN; the request collection adds a member as
    /// text.
    static let entra = Profile(
        name: "entra",
        title: "Microsoft Entra ID",
        rewrites: Rewrite.common + [.noOperations]
    )
}
