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
        var ids: [String] = []
        var seen: Set<String> = []
        for (index, change) in enumerated() {
            guard let more = change.ids else {
                joined.append(change)
                continue
            }
            for id in more where seen.insert(id).inserted { ids.append(id) }
            if index + 1 < count, change.isJoined(by: self[index + 1]) { continue }
            joined.append(change.setting(ids: ids))
            (ids, seen) = ([], [])
        }
        return joined
    }
}

extension MemberChange {
    /// The ids that are added or removed; `nil` for the other kinds.
    fileprivate var ids: [String]? {
        switch self {
        case .add(let ids), .remove(let ids): ids
        case .removeAll, .removeMatching, .replace: nil
        }
    }

    fileprivate func isJoined(by next: MemberChange) -> Bool {
        switch (self, next) {
        case (.add, .add), (.remove, .remove): true
        default: false
        }
    }

    fileprivate func setting(ids: [String]) -> MemberChange {
        if case .add = self { .add(ids) } else { .remove(ids) }
    }
}
