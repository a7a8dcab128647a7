import Directory
import struct Foundation.Data
import GRDB
import SCIM

/// Statements that read.
struct Reading {
    let database: Database

    private static let columns = "r.key, r.id, r.created, r.modified, r.version, r.document"

    func fetch(
        _ id: String, type: ResourceType, domain: String, _ parts: ResourceParts
    ) throws -> StoredResource? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(Self.columns),
                    (SELECT x.value FROM external_id x WHERE x.resource = r.key AND x.domain = ?)
                FROM resource r WHERE r.id = ? AND r.type = ?
                """)
        let rows = try Row.fetchCursor(statement, arguments: [domain, id, type.name])
        guard let row = try rows.next() else { return nil }
        var resource = try Self.resource(row, type)
        if parts.contains(.memberships), type.hasMemberships {
            resource.memberships = try memberships(of: resource.key)
        }
        if parts.contains(.members), type.membership != nil {
            resource.members = try members(of: resource.key)
        }
        return resource
    }

    private static func resource(_ row: Row, _ type: ResourceType) throws -> StoredResource {
        StoredResource(
            key: row[0], id: row[1], type: type, created: Instant(microseconds: row[2]),
            modified: Instant(microseconds: row[3]), version: row[4],
            document: try row.withUnsafeData(atIndex: 5) { $0.map(Array.init) ?? [] },
            externalId: row[6])
    }

    private func memberships(of member: Int64) throws -> [Membership] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT g.id, json_extract(g.document, '$.displayName')
                FROM member m JOIN resource g ON g.key = m.grp
                WHERE m.member = ? ORDER BY m.grp
                """)
        let rows = try Row.fetchCursor(statement, arguments: [member])
        var memberships: [Membership] = []
        while let row = try rows.next() {
            memberships.append(Membership(group: row[0], display: row[1] ?? ""))
        }
        return memberships
    }

    private func members(of group: Int64) throws -> [Member] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT o.id, o.type FROM member m JOIN resource o ON o.key = m.member
                WHERE m.grp = ? ORDER BY m.member
                """)
        let rows = try Row.fetchCursor(statement, arguments: [group])
        var members: [Member] = []
        while let row = try rows.next() { members.append(Member(id: row[0], type: row[1])) }
        return members
    }

    // MARK: Search

    func search(_ query: Query, _ attributes: AttributeNumbers) throws -> Page {
        let builder = SearchSQL(query: query, attributes: attributes)
        if query.predicate.map(SearchSQL.needsVersionTag) == true
            || query.order?.reference.subAttribute?.name == "version"
        {
            database.add(function: VersionTagFunction.function)
        }
        let resources = query.count > 0 ? try page(query, builder) : []
        return Page(total: try total(query, builder, resources.count), resources: resources)
    }

    private func page(_ query: Query, _ builder: SearchSQL) throws -> [StoredResource] {
        let sql: SQL = """
            SELECT \(sql: Self.columns),
                (SELECT x.value FROM external_id x
                    WHERE x.resource = r.key AND x.domain = \(query.domain))
            FROM resource r WHERE \(builder.condition) ORDER BY \(builder.order)
            LIMIT \(query.count) OFFSET \(query.startIndex - 1)
            """
        let (text, arguments) = try sql.build(database)
        let statement = try database.cachedStatement(sql: text)
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        var resources: [StoredResource] = []
        while let row = try rows.next() { resources.append(try Self.resource(row, query.type)) }
        return try withParts(resources, query)
    }

    private func withParts(
        _ resources: [StoredResource], _ query: Query
    ) throws -> [StoredResource] {
        var complete = resources
        if query.parts.contains(.memberships), query.type.hasMemberships {
            let memberships = try memberships(ofAll: resources.map(\.key))
            for index in complete.indices {
                complete[index].memberships = memberships[complete[index].key] ?? []
            }
        }
        if query.parts.contains(.members), query.type.membership != nil {
            for index in complete.indices {
                complete[index].members = try members(of: complete[index].key)
            }
        }
        return complete
    }

    /// One statement for a whole page.
    private func memberships(ofAll members: [Int64]) throws -> [Int64: [Membership]] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT m.member, g.id, json_extract(g.document, '$.displayName')
                FROM member m JOIN resource g ON g.key = m.grp
                WHERE m.member IN (SELECT value FROM json_each(?)) ORDER BY m.member, m.grp
                """)
        let keys = "[\(members.map(String.init).joined(separator: ","))]"
        let rows = try Row.fetchCursor(statement, arguments: [keys])
        var memberships: [Int64: [Membership]] = [:]
        while let row = try rows.next() {
            memberships[row[0], default: []].append(Membership(group: row[1], display: row[2] ?? ""))
        }
        return memberships
    }

    private func total(_ query: Query, _ builder: SearchSQL, _ found: Int) throws -> Int {
        if query.count > 0, found < query.count, found > 0 || query.startIndex == 1 {
            return query.startIndex - 1 + found
        }
        guard query.predicate != nil else {
            return try Int.fetchOne(
                database.cachedStatement(sql: "SELECT total FROM resource_count WHERE type = ?"),
                arguments: [query.type.name]) ?? 0
        }
        let sql: SQL = "SELECT count(*) FROM resource r WHERE \(builder.condition)"
        let (text, arguments) = try sql.build(database)
        return try Int.fetchOne(database.cachedStatement(sql: text), arguments: arguments) ?? 0
    }

    // MARK: Tokens

    private static let tokenColumns = """
        id, name, profile, rights, domain, created, expires, revoked, used, hash
        """

    func token(hash: [UInt8]) throws -> Token? {
        let statement = try database.cachedStatement(
            sql: "SELECT \(Self.tokenColumns) FROM token WHERE hash = ?")
        let rows = try Row.fetchCursor(statement, arguments: [Self.blob(hash)])
        return try rows.next().map(Self.token)
    }

    func tokens() throws -> [Token] {
        try Row.fetchAll(database, sql: "SELECT \(Self.tokenColumns) FROM token ORDER BY id")
            .map(Self.token)
    }

    static func blob(_ bytes: [UInt8]) -> DatabaseValue {
        Data(bytes).databaseValue
    }

    private static func token(_ row: Row) throws -> Token {
        let rights: String = row[3]
        return Token(
            id: row[0], name: row[1], profile: row[2],
            rights: Token.Rights(rawValue: rights) ?? .read, domain: row[4],
            created: Instant(microseconds: row[5]), expires: instant(row[6]),
            revoked: instant(row[7]), used: instant(row[8]),
            hash: try row.withUnsafeData(atIndex: 9) { $0.map(Array.init) ?? [] })
    }

    private static func instant(_ microseconds: Int64?) -> Instant? {
        microseconds.map(Instant.init(microseconds:))
    }
}

extension ResourceType {
    /// Whether resources show the groups that they are members of.
    var hasMemberships: Bool { schema.attributes.contains { $0.source == .memberships } }
}
