import Directory
import Foundation
import SCIM
import SQLiteStore
import TestSupport
import Testing

/// A database that version 0.1.0 made.
struct MigrationTests {
    private let folder: String
    private var path: String { folder + "/roster.sqlite" }

    init() throws {
        folder = try TestStore.makeFolder()
        let fixture = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Fixtures/databases/0.1.0.sqlite")
        try FileManager.default.copyItem(atPath: fixture.path(), toPath: path)
    }

    private func directory(_ policy: SQLiteStore.Policy) throws -> Directory {
        Directory(
            store: try SQLiteStore(path: path, policy: policy),
            links: TestStore.links,
            now: { Instant(milliseconds: 1_800_000_000_000) }
        )
    }

    private func find(_ filter: String, _ type: ResourceType, in directory: Directory) throws
        -> [StoredResource]
    {
        let query = Query(
            type: type,
            predicate: try FilterParser.parse(filter).bound(to: type),
            count: 10,
            parts: [.memberships, .members],
            domain: "default",
            links: TestStore.links
        )
        return try directory.search(query).resources
    }

    @Test(arguments: [SQLiteStore.Policy.serve, .make])
    func isLeftAloneUnlessSomebodyAsks(policy: SQLiteStore.Policy) throws {
        let before = try Data(contentsOf: URL(filePath: path))
        let refusal = #expect(throws: StoreError.self) { try directory(policy) }
        guard case .unusable(let cause) = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(cause.contains("roster migrate"))
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }

    @Test func keepsEverything() throws {
        let old = try TestDatabase(path: path)
        let ids = try old.rows("SELECT id FROM resource ORDER BY key")
        let audit = try old.rows(
            "SELECT at, request, token, client, action, type, resource, version, detail FROM audit"
        )
        let tables = ["resource", "value", "external_id", "member", "credential", "token"]
        let contents = try tables.map { try old.rows("SELECT * FROM \($0)") }
        let migrated = try directory(.migrate)
        #expect(try tables.map { try old.rows("SELECT * FROM \($0)") } == contents)
        #expect(
            try old.rows(
                """
                SELECT at, request, actor_id, actor, action, type, resource, version, detail
                FROM journal ORDER BY sequence
                """
            ) == audit
        )
        #expect(try old.integer("PRAGMA user_version") == 2)
        #expect(
            try old.rows("SELECT name FROM sqlite_schema WHERE name IN ('audit', 'outbox')") == []
        )
        let found = try ["userName pr": ResourceType.user, "displayName pr": .group].flatMap {
            try find($0.key, $0.value, in: migrated)
        }
        #expect(Set(found.map(\.id)) == Set(ids))
    }

    @Test func servesWhatItFound() throws {
        let directory = try directory(.migrate)
        let found = try find(#"userName eq "STRASSE@example.org""#, .user, in: directory)
        let user = try #require(found.first)
        #expect(user.memberships.map(\.display) == ["Staff"])
        #expect(user.record.version == 2)
        let boss = try #require(try find(#"externalId eq "e-boss""#, .user, in: directory).first)
        let reports = "\(Schema.enterpriseUser.id):manager.value eq \"\(boss.id)\""
        #expect(try find(reports, .user, in: directory).count == 2)
        try directory.delete(boss)
        #expect(try find(reports, .user, in: directory).isEmpty)
        let entries = try directory.journal()
        #expect(entries.map(\.sequence) == Array(1...Int64(entries.count)))
        #expect(entries.first?.subject.name == "boss@example.org")
        #expect(entries.last?.action == .delete)
        let tokens = try directory.read { try $0.tokens() }
        #expect(tokens.map(\.name) == ["hr", "other", "old"])
        #expect(tokens.map { $0.revoked != nil } == [false, false, true])
    }

    @Test func isDoneOnce() throws {
        _ = try directory(.migrate)
        let database = try TestDatabase(path: path)
        let journal = try database.rows("SELECT * FROM journal")
        _ = try directory(.migrate)
        _ = try directory(.serve)
        #expect(try database.rows("SELECT * FROM journal") == journal)
    }

    /// Here the table that a step makes is there already.
    @Test func leavesTheOldSchemaWhenItFails() throws {
        let database = try TestDatabase(path: path)
        try database.execute("CREATE TABLE journal (a)")
        #expect(throws: StoreError.self) { try directory(.migrate) }
        #expect(try database.integer("PRAGMA user_version") == 1)
        #expect(try database.integer("SELECT count(*) FROM audit") == 11)
        try database.execute("DROP TABLE journal")
        _ = try directory(.migrate)
    }
}
