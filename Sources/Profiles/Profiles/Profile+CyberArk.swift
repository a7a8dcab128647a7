extension Profile {
    /// CyberArk Identity, formerly Idaptive and Centrify.
    ///
    /// It replaces users by PUT and changes groups by PATCH. The form of that PATCH is not
    /// published: with a path and without, by filter and by list of values are all understood.
    /// The product speaks SCIM 1.1 too, hence its URNs.
    static let cyberark = Profile(name: "cyberark", title: "CyberArk Identity")
}
