/// What becomes of a group's members in several steps.
///
/// Who is taken out and put back, or the other way round, is no difference.
package struct MembershipDifference: Sendable {
    private enum Change: Sendable { case added, removed }

    private var changes: [String: Change] = [:]
    /// The ids in the order in which they came or went; some more than once.
    private var order: [String] = []

    package init() {}

    /// In the order in which they come.
    package var added: [String] { ids(.added) }
    /// In the order in which they go.
    package var removed: [String] { ids(.removed) }

    package var isEmpty: Bool { changes.isEmpty }

    /// Whether the steps so far decide if a resource is a member; `nil` when they do not.
    func isMember(_ id: String) -> Bool? {
        changes[id].map { $0 == .added }
    }

    /// Notes a step: ids that are no members after it, but were before.
    mutating func note(removed ids: [String]) {
        for id in ids { note(id, .removed, undoing: .added) }
    }

    /// Notes a step: ids that are members after it, but were none before.
    mutating func note(added ids: [String]) {
        for id in ids { note(id, .added, undoing: .removed) }
    }

    private mutating func note(_ id: String, _ change: Change, undoing other: Change) {
        if changes[id] == other {
            changes[id] = nil
        } else {
            changes[id] = change
            order.append(id)
        }
    }

    private func ids(_ change: Change) -> [String] {
        if changes.isEmpty { return [] }
        var seen: Set<String> = []
        return order.filter { changes[$0] == change && seen.insert($0).inserted }
    }
}
