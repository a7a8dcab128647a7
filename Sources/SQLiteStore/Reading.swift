import Directory
import struct Foundation.Data
import GRDB
import JSONText
import SCIM

/// Statements that read.
struct Reading {
    let database: Database

    /// Takes the provisioning domain as its first argument.
    private static let columns = """
        r.key, r.id, r.created, r.modified, r.version, r.document,
            (SELECT x.value FROM external_id x WHERE x.resource = r.key AND x.domain = ?)
        """

    /// One statement for the resource and its memberships, so that both are of one moment.
    func fetch(
        _ id: String, type: ResourceType, domain: String, _ parts: ResourceParts
    ) throws -> StoredResource? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(Self.columns), (
                    SELECT json_group_array(json_array(id, json_extract(document, '$.displayName')))
                    FROM (SELECT g.id, g.document FROM member m JOIN resource g ON g.key = m.grp
                        WHERE m.member = r.key ORDER BY m.grp))
                FROM resource r WHERE r.id = ? AND r.type = ?
                """)
        let rows = Rows(statement, [domain, id, type.name])
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
            key: row.integer(0), id: row.text(1), type: type,
            created: Instant(microseconds: row.integer(2)),
            modified: Instant(microseconds: row.integer(3)), version: row.integer(4),
            document: row.bytes(5), externalId: row.optionalText(6))
    }

    /// - Parameter json: `[["id","displayName"], …]`
    private static func memberships(_ json: [UInt8]) throws -> [Membership] {
        if json.elementsEqual("[]".utf8) { return [] }
        return (try JSON(parsing: json).array ?? []).compactMap { pair in
            guard let pair = pair.array, let group = pair.first?.string else { return nil }
            return Membership(group: group, display: pair.last?.string ?? "")
        }
    }

    private func members(of group: Int64) throws -> [Member] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT o.id, o.type FROM member m JOIN resource o ON o.key = m.member
                WHERE m.grp = ? ORDER BY m.member
                """)
        let rows = Rows(statement, [group])
        var members: [Member] = []
        while try rows.next() { members.append(Member(id: rows.text(0), type: rows.text(1))) }
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
            SELECT \(sql: Self.columns, arguments: [query.domain])
            FROM resource r WHERE \(builder.condition) ORDER BY \(builder.order)
            LIMIT \(query.count) OFFSET \(query.startIndex - 1)
            """
        let (text, arguments) = try sql.build(database)
        let statement = try database.cachedStatement(sql: text)
        let rows = Rows(statement, arguments)
        var resources: [StoredResource] = []
        while try rows.next() { resources.append(Self.resource(rows, query.type)) }
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
        let rows = Rows(statement, [keys])
        var memberships: [Int64: [Membership]] = [:]
        while try rows.next() {
            memberships[rows.integer(0), default: []].append(
                Membership(group: rows.text(1), display: rows.text(2)))
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
        let rows = Rows(statement, [Self.blob(hash)])
        return try rows.next() ? Self.token(rows) : nil
    }

    func tokens() throws -> [Token] {
        let statement = try database.cachedStatement(
            sql: "SELECT \(Self.tokenColumns) FROM token ORDER BY id")
        let rows = Rows(statement, [])
        var tokens: [Token] = []
        while try rows.next() { tokens.append(Self.token(rows)) }
        return tokens
    }

    static func blob(_ bytes: [UInt8]) -> DatabaseValue {
        Data(bytes).databaseValue
    }

    private static func token(_ row: borrowing Rows) -> Token {
        Token(
            id: row.integer(0), name: row.text(1), profile: row.text(2),
            rights: Token.Rights(rawValue: row.text(3)) ?? .read, domain: row.text(4),
            created: Instant(microseconds: row.integer(5)),
            expires: instant(row.optionalInteger(6)), revoked: instant(row.optionalInteger(7)),
            used: instant(row.optionalInteger(8)), hash: row.bytes(9))
    }

    private static func instant(_ microseconds: Int64?) -> Instant? {
        microseconds.map(Instant.init(microseconds:))
    }
}

extension ResourceType {
    /// Whether resources show the groups that they are members of.
    var hasMemberships: Bool { schema.attributes.contains { $0.source == .memberships } }
}
