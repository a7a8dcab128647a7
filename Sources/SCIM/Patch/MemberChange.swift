/// A change to a group's membership.
///
/// Such changes are kept apart from the document, so that their cost does not depend on how many
/// members there are.
package enum MemberChange: Sendable {
    /// Adds those that are not members yet.
    case add([String])
    /// Removes those that are members.
    case remove([String])
    case removeAll
    /// Removes every member whose element satisfies the predicate.
    case removeMatching(Predicate)
    /// Makes exactly these the members.
    case replace([String])
}

extension [MemberChange] {
    /// The same changes with neighbours of one kind as one, in which each id stands once.
    ///
    /// Clients add and remove members by thousands of operations with one member each.
    var joined: [MemberChange] {
        var joined: [MemberChange] = []
        var seen: Set<String> = []
        for change in self {
            switch (joined.last, change) {
            case (.add(let ids)?, .add(let more)):
                joined[joined.count - 1] = .add([])
                joined[joined.count - 1] = .add(ids.appending(more, unlessIn: &seen))
            case (.remove(let ids)?, .remove(let more)):
                joined[joined.count - 1] = .remove([])
                joined[joined.count - 1] = .remove(ids.appending(more, unlessIn: &seen))
            case (_, .add(let ids)), (_, .remove(let ids)):
                seen = Set(ids)
                joined.append(change)
            case (_, .removeAll), (_, .removeMatching), (_, .replace):
                joined.append(change)
            }
        }
        return joined
    }
}

extension [String] {
    fileprivate consuming func appending(
        _ more: [String],
        unlessIn seen: inout Set<String>
    ) -> [String] {
        var all = self
        for id in more where seen.insert(id).inserted { all.append(id) }
        return all
    }
}
