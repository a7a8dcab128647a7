import Directory
import JSONText
import SCIM

/// Statements that read, all of one state of the database.
struct SQLiteReading: StoreReading {
    let connection: Connection
    let attributes: AttributeNumbers
    let types: ResourceTypes

    // MARK: One resource

    func fetch(
        _ id: String,
        type: ResourceType,
        domain: String,
        loading parts: ResourceParts
    ) throws -> StoredResource? {
        let rows = try connection.rows(
            """
            SELECT r.key, r.id, r.created, r.modified, r.version, r.document,
                (SELECT x.value FROM external_id x WHERE x.resource = r.key AND x.domain = ?)
            FROM resource r WHERE r.id = ? AND r.type = ?
            """,
            domain,
            id,
            type.name
        )
        guard try rows.next() else { return nil }
        var resource = Self.resource(rows, type, domain)
        if parts.contains(.memberships), type.memberships != nil {
            resource.memberships = try memberships(of: resource.key)
        }
        if parts.contains(.members), type.membership != nil {
            resource.members = try members(of: resource.key)
        }
        return resource
    }

    private static func resource(
        _ row: borrowing Rows,
        _ type: ResourceType,
        _ domain: String
    ) -> StoredResource {
        StoredResource(
            key: row.integer(0),
            record: ResourceRecord(
                id: row.text(1),
                type: type,
                created: Instant(microseconds: row.integer(2)),
                modified: Instant(microseconds: row.integer(3)),
                version: row.integer(4),
                document: Document(text: row.bytes(5)),
                externalId: row.optionalText(6),
                domain: domain
            )
        )
    }

    private func memberships(of member: Int64) throws -> [Membership] {
        let rows = try connection.rows(
            """
            SELECT g.id, g.type, json_extract(g.document, '$.displayName')
            FROM member m JOIN resource g ON g.key = m.grp
            WHERE m.member = ? ORDER BY m.grp
            """,
            member
        )
        var memberships: [Membership] = []
        while try rows.next() { memberships.append(Self.membership(rows)) }
        return memberships
    }

    /// Membership in a group, as all its members have it.
    private func membership(in group: Int64) throws -> Membership? {
        let rows = try connection.rows(
            """
            SELECT g.id, g.type, json_extract(g.document, '$.displayName')
            FROM resource g WHERE g.key = ?
            """,
            group
        )
        return try rows.next() ? Self.membership(rows) : nil
    }

    private static func membership(_ row: borrowing Rows) -> Membership {
        Membership(group: row.text(0), type: row.text(1), display: row.text(2))
    }

    private func members(of group: Int64) throws -> [Member] {
        let rows = try connection.rows(
            """
            SELECT o.id, o.type FROM member m JOIN resource o ON o.key = m.member
            WHERE m.grp = ? ORDER BY m.member
            """,
            group
        )
        var members: [Member] = []
        while try rows.next() { members.append(Member(id: rows.text(0), type: rows.text(1))) }
        return members
    }

    func memberIDs(of key: Int64, _ selection: MemberSelection) throws -> [String] {
        let rows = try rows(of: key, selection)
        var ids: [String] = []
        while try rows.next() { ids.append(rows.text(0)) }
        return ids
    }

    private func rows(of key: Int64, _ selection: MemberSelection) throws -> Rows {
        switch selection {
        case .all:
            return try connection.rows(
                """
                SELECT o.id FROM member m JOIN resource o ON o.key = m.member
                WHERE m.grp = ? ORDER BY m.member
                """,
                key
            )
        case .among(let ids):
            if ids.count == 1 {
                return try connection.rows(
                    """
                    SELECT o.id FROM resource o JOIN member m ON m.member = o.key
                    WHERE o.id = ? AND m.grp = ?
                    """,
                    ids[0],
                    key
                )
            }
            return try connection.rows(
                """
                SELECT o.id FROM json_each(?) wanted CROSS JOIN resource o CROSS JOIN member m
                WHERE o.id = wanted.value AND m.member = o.key AND m.grp = ?
                """,
                JSON.array(ids.map(JSON.string)).text,
                key
            )
        case .matching(let predicate, let links):
            let condition = SearchSQL.condition(ofMember: predicate, links, attributes)
            return try connection.rows(
                """
                SELECT o.id FROM member m JOIN resource o ON o.key = m.member
                WHERE m.grp = \(key) AND \(condition) ORDER BY m.member
                """
            )
        }
    }

    // MARK: Search

    func search(_ query: Query) throws -> Page {
        let builder = SearchSQL(query: query, attributes: attributes)
        let condition = builder.condition
        let resources = query.count > 0 ? try page(query, condition, builder.order) : []
        return Page(total: try total(query, condition, resources.count), resources: resources)
    }

    private func page(
        _ query: Query,
        _ condition: SQL,
        _ order: SQL
    ) throws -> [StoredResource] {
        let rows = try connection.rows(
            """
            SELECT r.key, r.id, r.created, r.modified, r.version, r.document,
                (SELECT x.value FROM external_id x
                    WHERE x.resource = r.key AND x.domain = \(query.domain))
            FROM resource r WHERE \(condition) ORDER BY \(order)
            LIMIT \(query.count) OFFSET \(query.startIndex - 1)
            """
        )
        var resources: [StoredResource] = []
        var bytes = 0
        while try rows.next() {
            let resource = Self.resource(rows, query.type, query.domain)
            try Self.count(resource.record.document.text.count, into: &bytes, of: query)
            resources.append(resource)
        }
        try load(query.parts, of: &resources, bytes, query)
        return resources
    }

    /// Bytes of a member in an answer, roughly: id, URL and type.
    private static let memberBytes = 160

    private static func count(_ more: Int, into bytes: inout Int, of query: Query) throws {
        bytes += more
        if bytes > query.bytesMax { throw StoreError.pageTooLarge(bytesMax: query.bytesMax) }
    }

    private func load(
        _ parts: ResourceParts,
        of resources: inout [StoredResource],
        _ documentBytes: Int,
        _ query: Query
    ) throws {
        var bytes = documentBytes
        if parts.contains(.memberships), query.type.memberships != nil {
            try loadMemberships(of: &resources)
        }
        if parts.contains(.members), query.type.membership != nil {
            for index in resources.indices {
                let members = try members(of: resources[index].key)
                try Self.count(Self.memberBytes * members.count, into: &bytes, of: query)
                resources[index].members = members
            }
        }
    }

    /// Resources of one page are often in the same groups, above all those that follow each other:
    /// each group is read once.
    private func loadMemberships(of resources: inout [StoredResource]) throws {
        if resources.count == 1 {
            resources[0].memberships = try memberships(of: resources[0].key)
            return
        }
        var known: [Int64: Membership] = [:]
        var (groups, groupsBefore): ([Int64], [Int64]) = ([], [])
        for index in resources.indices {
            try readGroups(of: resources[index].key, into: &groups)
            if index > 0, groups == groupsBefore {
                resources[index].memberships = resources[index - 1].memberships
                continue
            }
            for group in groups where known[group] == nil {
                known[group] = try membership(in: group)
            }
            resources[index].memberships = groups.compactMap { known[$0] }
            swap(&groups, &groupsBefore)
        }
    }

    private func readGroups(of member: Int64, into groups: inout [Int64]) throws {
        groups.removeAll(keepingCapacity: true)
        let rows = try connection.rows(
            "SELECT m.grp FROM member m WHERE m.member = ? ORDER BY m.grp",
            member
        )
        while try rows.next() { groups.append(rows.integer(0)) }
    }

    /// How many resources the query finds on all pages; `found` is how many are on this one.
    private func total(_ query: Query, _ condition: SQL, _ found: Int) throws -> Int {
        if query.count > 0, found < query.count, found > 0 || query.startIndex == 1 {
            return query.startIndex - 1 + found
        }
        let rows =
            query.predicate == nil
            ? try connection.rows(
                "SELECT total FROM resource_count WHERE type = ?",
                query.type.name
            )
            : query.countedMax == .max
                ? try connection.rows("SELECT count(*) FROM resource r WHERE \(condition)")
                : try connection.rows(
                    """
                    SELECT count(*) FROM (SELECT 1 FROM resource r WHERE \(condition)
                        LIMIT \(max(query.countedMax, query.startIndex + found)))
                    """
                )
        return try rows.next() ? Int(rows.integer(0)) : 0
    }

    // MARK: Tokens

    func token(hash: [UInt8]) throws -> Token? {
        let rows = try connection.rows(
            """
            SELECT id, name, profile, rights, domain, created, expires, revoked, used, hash,
                last_request
            FROM token WHERE hash = ?
            """,
            hash
        )
        return try rows.next() ? Self.token(rows) : nil
    }

    func tokens() throws -> [Token] {
        let rows = try connection.rows(
            """
            SELECT id, name, profile, rights, domain, created, expires, revoked, used, hash,
                last_request
            FROM token ORDER BY id
            """
        )
        var tokens: [Token] = []
        while try rows.next() { tokens.append(Self.token(rows)) }
        return tokens
    }

    private static func token(_ row: borrowing Rows) -> Token {
        Token(
            id: row.integer(0),
            name: row.text(1),
            profile: row.text(2),
            rights: Token.Rights(rawValue: row.text(3)) ?? .read,
            domain: row.text(4),
            created: Instant(microseconds: row.integer(5)),
            expires: instant(row.optionalInteger(6)),
            revoked: instant(row.optionalInteger(7)),
            used: instant(row.optionalInteger(8)),
            lastRequest: row.optionalText(10),
            hash: row.bytes(9)
        )
    }

    private static func instant(_ microseconds: Int64?) -> Instant? {
        microseconds.map(Instant.init(microseconds:))
    }

    // MARK: Journal

    func journal(after sequence: Int64, limit: Int) throws -> [JournalEntry] {
        let rows = try connection.rows(
            """
            SELECT \(JournalEntry.columns(.all)) FROM journal j WHERE j.sequence > \(sequence)
            ORDER BY j.sequence LIMIT \(limit)
            """
        )
        var entries: [JournalEntry] = []
        while try rows.next() { entries.append(try JournalEntry(rows)) }
        return entries
    }
}
