extension Profile {
    /// WSO2 Identity Server, outbound provisioning.
    ///
    /// It looks users and groups up by filters without quotes, writes e-mail addresses as an
    /// array of text and the manager's name by its path. It reads the body of every successful
    /// answer and takes an empty one for a failure, so that a group comes back without its
    /// members.
    static let wso2 = Profile(
        name: "wso2",
        title: "WSO2 Identity Server",
        rewrites: Rewrite.common + [.schemaNames],
        filterRepairs: [.doubleEncoding, .unquotedRest],
        groupPatchAnswer: .resourceWithoutMembers
    )

    /// Beginning of the `User-Agent` of WSO2's client, which fails on an answer without a body,
    /// whatever profile its token has.
    static let wso2UserAgent = "wso2/"
}
