import Directory
import SCIM

/// Lists for people, a page at a time, along an index.
extension SQLiteReading {
    func names(
        of type: ResourceType,
        _ window: NameWindow,
        limit: Int
    ) throws -> [ResourceName] {
        guard let reference = type.namingReference, let definition = reference.definition else {
            return []
        }
        let valueClass = ValueClass(definition)
        // Only what is indexed has an order that can be entered anywhere.
        guard valueClass != .plain else { return [] }
        let place = condition(window)
        let isBackwards = if case .before = window { true } else { false }
        let direction: SQL = isBackwards ? "DESC" : "ASC"
        let rows = try connection.rows(
            """
            SELECT v.key, v.resource, r.id FROM value v JOIN resource r ON r.key = v.resource
            WHERE v.attribute = \(attributes[reference]) AND v.class = \(class: valueClass)
                AND \(place)
            ORDER BY v.key \(direction), v.resource \(direction) LIMIT \(limit)
            """
        )
        var names: [ResourceName] = []
        while try rows.next() {
            names.append(ResourceName(name: rows.text(0), key: rows.integer(1), id: rows.text(2)))
        }
        return isBackwards ? names.reversed() : names
    }

    private func condition(_ window: NameWindow) -> SQL {
        switch window {
        case .first: "1"
        case .from(let name): "v.key >= \(name.caseFolded)"
        case .after(let last): "(v.key, v.resource) > (\(last.name), \(last.key))"
        case .before(let first): "(v.key, v.resource) < (\(first.name), \(first.key))"
        }
    }

    func membersCount(of key: Int64, atMost limit: Int) throws -> Int {
        let rows = try connection.rows(
            "SELECT count(*) FROM (SELECT 1 FROM member WHERE grp = ? LIMIT ?)",
            key,
            limit
        )
        return try rows.next() ? Int(rows.integer(0)) : 0
    }

    func members(of key: Int64, after member: Int64, limit: Int) throws -> [ResourceName] {
        let rows = try connection.rows(
            """
            SELECT m.member, r.id, r.type FROM member m JOIN resource r ON r.key = m.member
            WHERE m.grp = ? AND m.member > ? ORDER BY m.member LIMIT ?
            """,
            key,
            member,
            limit
        )
        var members: [ResourceName] = []
        while try rows.next() {
            members.append(
                ResourceName(name: rows.text(2), key: rows.integer(0), id: rows.text(1))
            )
        }
        return members
    }
}

extension ResourceType {
    /// The attribute by whose value people know a resource.
    fileprivate var namingReference: AttributeReference? {
        guard let naming else { return nil }
        return AttributeReference(schema: schema.id, isExtension: false, attribute: naming)
    }
}
