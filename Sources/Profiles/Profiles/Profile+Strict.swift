extension Profile {
    /// A client that follows the RFCs, and is to hear about it where it does not: nothing is
    /// rewritten, a value filter that selects nothing is `noTarget` (RFC 7644 §3.5.2.3), and what
    /// other profiles pass over is refused.
    package static let strict = Profile(
        name: "strict",
        title: "Strict: none of a provider’s habits",
        rewrites: [],
        filterRepairs: [],
        filterValues: .json,
        unmatchedFilter: .refuse,
        rigour: .strict,
        groupReaders: []
    )
}
