import SCIM

/// Whom receivers are to be told of after some changes.
package struct Announcement: Sendable {
    package struct Change: Sendable {
        package let id: String
        /// Name of the resource type.
        package let type: String
        /// Whether somebody's access ends by it.
        package let isUrgent: Bool
    }

    /// The resources that were changed.
    package private(set) var changes: [Change] = []
    /// Ids of resources of which groups they are in differs now, or what these are called: of
    /// groups, all who are in them, directly or not, are meant.
    package private(set) var regrouped: [String] = []

    /// Those whose names differ, with the attributes of others that refer to them.
    package private(set) var renamed: [Renamed] = []

    package struct Renamed: Sendable {
        package let id: String
        package let references: [(type: ResourceType, reference: AttributeReference)]
    }

    /// Reads journal entries.
    init(_ entries: [JournalEntry], types: ResourceTypes) {
        for entry in entries {
            guard let type = types.all.first(where: { $0.name == entry.subject.type }) else {
                continue
            }
            changes.append(
                Change(
                    id: entry.subject.id,
                    type: type.name,
                    isUrgent: entry.action == .delete || entry.endsActivity
                )
            )
            regrouped += entry.concerned
            guard entry.action != .create, entry.action != .delete, entry.renames(type) else {
                continue
            }
            if type.membership != nil { regrouped.append(entry.subject.id) }
            let references = types.references(to: type)
            if !references.isEmpty {
                renamed.append(Renamed(id: entry.subject.id, references: references))
            }
        }
    }
}

extension JournalEntry {
    /// Whether `active` is not true any more.
    fileprivate var endsActivity: Bool { detail["active"].map { $0 != true } ?? false }

    /// Whether what the resource is found by differs.
    fileprivate func renames(_ type: ResourceType) -> Bool {
        let names = [type.naming?.name, "displayName", "externalId"].compactMap(\.self)
        let changed = (detail["attributes"]?.array ?? []).compactMap(\.string)
        return changed.contains(where: names.contains)
    }
}
