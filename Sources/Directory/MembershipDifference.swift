/// What became of a group's members in several steps.
///
/// Who was taken out and put back, or the other way round, is no difference.
struct MembershipDifference {
    /// In the order in which they came.
    private(set) var added: [String] = []
    /// In the order in which they went.
    private(set) var removed: [String] = []

    /// Notes a step: ids that were no members before it, and ids that are none after it.
    mutating func note(added came: [String], removed went: [String]) {
        (removed, added) = (
            Self.cancelled(removed, by: came) + Self.cancelled(went, by: added),
            Self.cancelled(added, by: went) + Self.cancelled(came, by: removed)
        )
    }

    private static func cancelled(_ ids: [String], by others: [String]) -> [String] {
        if others.isEmpty || ids.isEmpty { return ids }
        let others = Set(others)
        return ids.filter { !others.contains($0) }
    }
}
