import Directory
import SCIM
import TestSupport
import Testing

@testable import SQLiteStore

/// The statements that filters become, and the indexes that these use.
struct SearchSQLTests {
    private let test: TestStore
    private let connection: Connection
    private let attributes: AttributeNumbers

    init() throws {
        test = try TestStore()
        connection = try Connection(path: test.path, .readWrite)
        try connection.add(
            function: VersionTagFunction.name,
            argumentsCount: 2,
            VersionTagFunction.function
        )
        attributes = try AttributeNumbers(connection, types: .standard)
    }

    private func condition(_ filter: String, _ type: ResourceType) throws -> SQL {
        let query = Query(
            type: type,
            predicate: try FilterParser.parse(filter).bound(to: type),
            count: 10,
            domain: "default",
            links: TestStore.links
        )
        return SearchSQL(query: query, attributes: attributes).condition
    }

    /// The steps of SQLite's plan for finding all that satisfies the filter.
    private func plan(_ filter: String, _ type: ResourceType) throws -> [String] {
        let condition = try condition(filter, type)
        let rows = try connection.rows(
            "EXPLAIN QUERY PLAN SELECT r.key FROM resource r WHERE \(condition)"
        )
        var steps: [String] = []
        while try rows.next() { steps.append(rows.text(3)) }
        return steps
    }

    private static let twentyNames = twenty(or: "userName eq")

    @Test(arguments: [
        ("userName eq \"ann\"", ["value_unique (attribute=? AND key=?)"]),
        ("userName eq \"ann\" or userName eq \"bob\"", ["value_unique (attribute=?"]),
        (twentyNames, ["value_unique (attribute=?"]),
        ("emails.value eq \"a@b\"", ["value_indexed (attribute=? AND key=?)"]),
        ("emails eq \"a@b\"", ["value_indexed (attribute=? AND key=?)"]),
        ("emails[value eq \"a@b\"]", ["value_indexed (attribute=? AND key=?)"]),
        ("emails.value sw \"a\"", ["value_indexed (attribute=? AND key>? AND key<?)"]),
        ("userName sw \"a\"", ["value_unique (attribute=? AND key>? AND key<?)"]),
        ("displayName sw \"a\"", ["value_indexed (attribute=? AND key>? AND key<?)"]),
        ("externalId eq \"a\"", ["external_id_value (domain=? AND value=?)"]),
        ("id eq \"a\"", ["sqlite_autoindex_resource_1 (id=?)"]),
        (
            "meta.lastModified gt \"2024-01-01T00:00:00Z\"",
            [
                "resource_modified (type=? AND modified>?)"
            ]
        ),
        ("groups.value eq \"a\"", ["sqlite_autoindex_resource_1 (id=?)"]),
    ])
    func usersAreFoundByAnIndex(_ filter: String, _ indexes: [String]) throws {
        let plan = try plan(filter, .user)
        for index in indexes {
            #expect(plan.contains { $0.contains(index) }, "\(filter): \(plan)")
        }
        #expect(!plan.contains { $0.contains("(type=?)") }, "\(filter): \(plan)")
        #expect(!plan.contains { $0.hasPrefix("SCAN r") }, "\(filter): \(plan)")
    }

    @Test(arguments: [
        ("members.value eq \"a\"", "sqlite_autoindex_resource_1 (id=?)"),
        (
            "members[value eq \"a\" and $ref co \"b\"]", "sqlite_autoindex_resource_1 (id=?)"
        ),
        ("displayName eq \"a\"", "value_unique (attribute=? AND key=?)"),
        ("displayName sw \"a\"", "value_unique (attribute=? AND key>? AND key<?)"),
    ])
    func groupsAreFoundByAnIndex(_ filter: String, _ index: String) throws {
        let plan = try plan(filter, .group)
        #expect(plan.contains { $0.contains(index) }, "\(filter): \(plan)")
        #expect(!plan.contains { $0.contains("(type=?)") }, "\(filter): \(plan)")
    }

    /// Where nothing leads to the few, the resources of the type are walked through.
    @Test func whatNoIndexFindsIsSearchedInTheType() throws {
        #expect(try plan("title co \"x\"", .user).contains { $0.contains("(type=?)") })
    }

    /// A value path walks through the elements, and looks up each sub-attribute of one once.
    @Test(arguments: [
        (twentyNames, 1),
        (twenty(or: "title co"), 1),
        (twenty(or: "emails.value co"), 1),
        ((0..<20).map { "emails[value co \"t\($0)\"]" }.joined(separator: " or "), 1),
        (
            (0..<20).map { "emails[value co \"t\($0)\" and not (type eq \"work\")]" }
                .joined(separator: " or "), 1
        ),
        ((0..<20).map { "title co \"t\($0)\"" }.joined(separator: " and "), 1),
    ])
    func termsOnOneAttributeShareOneWalk(_ filter: String, _ walksCount: Int) throws {
        let text = try condition(filter, .user).text
        #expect(text.split(separator: "SELECT").count - 1 == walksCount, "\(text)")
    }

    private static func twenty(or comparison: String) -> String {
        (0..<20).map { "\(comparison) \"t\($0)\"" }.joined(separator: " or ")
    }

    /// Values are bound, whatever they hold; numbers of attributes are, too.
    @Test(arguments: [
        (
            "userName eq \"x' OR 1=1 --\"",
            """
            +r.type = ? AND r.key = coalesce((SELECT v.resource FROM value v WHERE v.class = 2 \
            AND v.attribute = ? AND v.key = ?), -1)
            """
        ),
        (
            "title eq \"x\"",
            """
            r.type = ? AND EXISTS (SELECT 1 FROM value v WHERE v.resource = r.key \
            AND v.attribute = ? AND v.key = ?)
            """
        ),
        ("id eq \"x\"", "+r.type = ? AND r.id = ?"),
        (
            "externalId eq \"x\"",
            """
            +r.type = ? AND r.key IN (SELECT x.resource FROM external_id x WHERE x.domain = ? \
            AND x.value = ?)
            """
        ),
    ])
    func filtersBecomeStatements(_ filter: String, _ expected: String) throws {
        #expect(try condition(filter, .user).text == expected)
    }
}
