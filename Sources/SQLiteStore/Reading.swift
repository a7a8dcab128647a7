import Directory
import JSONText
import SCIM

/// Statements that read.
struct Reading {
    let connection: Connection

    func fetch(
        _ id: String,
        type: ResourceType,
        domain: String,
        _ parts: ResourceParts
    ) throws -> StoredResource? {
        // The memberships in the same statement, so that both are of one moment.
        let rows = try connection.rows(
            """
            SELECT r.key, r.id, r.created, r.modified, r.version, r.document,
                (SELECT x.value FROM external_id x WHERE x.resource = r.key AND x.domain = ?),
                (SELECT json_group_array(json_array(id, json_extract(document, '$.displayName')))
                    FROM (SELECT g.id, g.document FROM member m JOIN resource g ON g.key = m.grp
                        WHERE m.member = r.key ORDER BY m.grp))
            FROM resource r WHERE r.id = ? AND r.type = ?
            """,
            domain,
            id,
            type.name
        )
        guard try rows.next() else { return nil }
        var resource = Self.resource(rows, type)
        if parts.contains(.memberships), type.hasMemberships {
            resource.memberships = try Self.memberships(rows.bytes(7))
        }
        if parts.contains(.members), type.membership != nil {
            resource.members = try members(of: resource.key)
        }
        return resource
    }

    private static func resource(_ row: borrowing Rows, _ type: ResourceType) -> StoredResource {
        StoredResource(
            key: row.integer(0),
            id: row.text(1),
            type: type,
            created: Instant(microseconds: row.integer(2)),
            modified: Instant(microseconds: row.integer(3)),
            version: row.integer(4),
            document: row.bytes(5),
            externalId: row.optionalText(6)
        )
    }

    /// The memberships of a resource; `json` is `[["id","displayName"], …]`.
    private static func memberships(_ json: [UInt8]) throws -> [Membership] {
        if json.elementsEqual("[]".utf8) { return [] }
        return (try JSON(parsing: json).array ?? []).compactMap { pair in
            guard let pair = pair.array, let group = pair.first?.string else { return nil }
            return Membership(group: group, display: pair.last?.string ?? "")
        }
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

    // MARK: Search

    func search(_ query: Query, _ attributes: AttributeNumbers) throws -> Page {
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
            let resource = Self.resource(rows, query.type)
            try Self.count(resource.document.count, into: &bytes, of: query)
            resources.append(resource)
        }
        return try withParts(resources, bytes, query)
    }

    /// Bytes of a member in an answer, roughly: id, URL and type.
    private static let memberBytes = 160

    /// - Throws: `tooMany` when the page becomes too large.
    private static func count(_ more: Int, into bytes: inout Int, of query: Query) throws {
        bytes += more
        if bytes > query.bytesMax {
            throw SCIMError.tooMany(
                "the page is larger than \(query.bytesMax) bytes; ask for fewer resources (count)"
                    + " or leave their members out (excludedAttributes)"
            )
        }
    }

    private func withParts(
        _ resources: [StoredResource],
        _ documentBytes: Int,
        _ query: Query
    ) throws -> [StoredResource] {
        var complete = resources
        var bytes = documentBytes
        if query.parts.contains(.memberships), query.type.hasMemberships, !resources.isEmpty {
            let memberships = try memberships(ofAll: resources.map(\.key))
            for index in complete.indices {
                complete[index].memberships = memberships[complete[index].key] ?? []
            }
        }
        if query.parts.contains(.members), query.type.membership != nil {
            for index in complete.indices {
                let members = try members(of: complete[index].key)
                try Self.count(Self.memberBytes * members.count, into: &bytes, of: query)
                complete[index].members = members
            }
        }
        return complete
    }

    /// One statement for a whole page; a simpler one where the page is a single resource, as it
    /// is when a client looks a user up.
    private func memberships(ofAll members: [Int64]) throws -> [Int64: [Membership]] {
        let list = "[\(members.map(String.init).joined(separator: ","))]"
        let isOfPage: SQL =
            members.count == 1
            ? "m.member = \(members[0])" : "m.member IN (SELECT value FROM json_each(\(list)))"
        let rows = try connection.rows(
            """
            SELECT m.member, g.id, json_extract(g.document, '$.displayName')
            FROM member m JOIN resource g ON g.key = m.grp
            WHERE \(isOfPage) ORDER BY m.member, m.grp
            """
        )
        var memberships: [Int64: [Membership]] = [:]
        while try rows.next() {
            memberships[rows.integer(0), default: []].append(
                Membership(group: rows.text(1), display: rows.text(2))
            )
        }
        return memberships
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
            : try connection.rows("SELECT count(*) FROM resource r WHERE \(condition)")
        return try rows.next() ? Int(rows.integer(0)) : 0
    }

    // MARK: Tokens

    func token(hash: [UInt8]) throws -> Token? {
        let rows = try connection.rows(
            """
            SELECT id, name, profile, rights, domain, created, expires, revoked, used, hash
            FROM token WHERE hash = ?
            """,
            hash
        )
        return try rows.next() ? Self.token(rows) : nil
    }

    func tokens() throws -> [Token] {
        let rows = try connection.rows(
            """
            SELECT id, name, profile, rights, domain, created, expires, revoked, used, hash
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
            hash: row.bytes(9)
        )
    }

    private static func instant(_ microseconds: Int64?) -> Instant? {
        microseconds.map(Instant.init(microseconds:))
    }
}

extension ResourceType {
    /// Whether resources show the groups that they are members of.
    var hasMemberships: Bool { schema.attributes.contains { $0.source == .memberships } }
}
