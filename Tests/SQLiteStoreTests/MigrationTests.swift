import Directory
import Foundation
import JSONText
import SCIM
import SQLiteStore
import TestSupport
import Testing

/// A database that version 0.1.0 made.
struct MigrationTests {
    /// A copy in a folder of its own, which goes when the test ends.
    private final class Copy {
        let folder: String
        let path: String

        init() throws {
            folder = try TestStore.makeFolder()
            path = folder + "/roster.sqlite"
            let original = URL(filePath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Fixtures/databases/0.1.0.sqlite")
            try FileManager.default.copyItem(at: original, to: URL(filePath: path))
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        func migrated() throws -> Directory {
            Directory(
                store: try SQLiteStore(path: path, policy: .migrate),
                links: TestStore.links,
                now: { Instant(milliseconds: 1_900_000_000_000) }
            )
        }

        /// Every row of a table.
        func rows(_ table: String) throws -> [String] {
            try TestDatabase(path: path).rows("SELECT * FROM \(table)")
        }

        func everything() throws -> [[String]] {
            let tables = try TestDatabase(path: path).rows(
                "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            )
            return [tables] + (try tables.map(rows))
        }
    }

    private let copy: Copy

    init() throws { copy = try Copy() }

    private func found(
        _ filter: String,
        _ type: ResourceType,
        in directory: Directory,
        domain: String = "default"
    ) throws -> [String] {
        let query = Query(
            type: type,
            predicate: try FilterParser.parse(filter).bound(to: type),
            count: 100,
            parts: [.memberships, .members],
            domain: domain,
            links: TestStore.links
        )
        return try directory.search(query).resources.compactMap {
            let document = try $0.record.document.object()
            return (document["userName"] ?? document["displayName"])?.string
        }
    }

    @Test func isRefusedByProcessesThatServe() throws {
        let before = try copy.everything()
        #expect {
            _ = try SQLiteStore(path: copy.path, policy: .serve)
        } throws: { error in
            guard case .unusable(let cause) = error as? StoreError else { return false }
            return cause.contains("migrate")
        }
        #expect(try copy.everything() == before)
    }

    @Test func keepsResourcesAndTheirTags() throws {
        let before = try TestDatabase(path: copy.path).rows(
            "SELECT id, version, document, modified FROM resource ORDER BY key"
        )
        let directory = try copy.migrated()
        #expect(try found("id pr", .user, in: directory).count == 4)
        #expect(try found("id pr", .group, in: directory) == ["Staff", "Everybody"])
        #expect(
            try TestDatabase(path: copy.path).rows(
                "SELECT id, version, document, modified FROM resource ORDER BY key"
            ) == before
        )
        let query = Query(
            type: .user,
            predicate: try FilterParser.parse("userName eq \"carol@example.org\"")
                .bound(to: .user),
            count: 1,
            parts: .memberships,
            domain: "default",
            links: TestStore.links
        )
        let carol = try #require(try directory.search(query).resources.first)
        #expect(carol.memberships.isEmpty)
        #expect(carol.tag == "W/\"1\"")
    }

    @Test(arguments: [
        ("userName eq \"BOSS@example.org\"", ["boss@example.org"]),
        ("userName eq \"STRASSE@EXAMPLE.ORG\"", ["Straße@example.org"]),
        ("emails.value sw \"boss\"", ["boss@example.org"]),
        ("active eq false", ["bob@example.org", "carol@example.org"]),
        ("phoneNumbers[type eq \"mobile\" and value eq \"+1 2\"]", ["carol@example.org"]),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"r&d\"",
            ["Straße@example.org"]
        ),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value pr",
            ["bob@example.org", "carol@example.org"]
        ),
        (
            "groups.display eq \"Staff\"",
            ["boss@example.org", "Straße@example.org", "bob@example.org"]
        ),
        (
            "meta.lastModified gt \"2001-01-01T00:00:00Z\" and title eq \"lead\"",
            ["Straße@example.org"]
        ),
    ])
    func filtersFindWhatTheyFound(_ filter: String, _ names: [String]) throws {
        #expect(try found(filter, .user, in: try copy.migrated()) == names)
    }

    @Test func keepsExternalIDsAndMembers() throws {
        let rows = [try copy.rows("external_id"), try copy.rows("member")]
        let directory = try copy.migrated()
        #expect(try [copy.rows("external_id"), copy.rows("member")] == rows)
        #expect(try found("members.type eq \"Group\"", .group, in: directory) == ["Everybody"])
        for row in rows[0] {
            let fields = row.split(separator: " ").map(String.init)
            let type = try TestDatabase(path: copy.path).rows(
                "SELECT type FROM resource WHERE key = \(fields[1])"
            )
            #expect(
                try found(
                    "externalId eq \"\(fields[2])\"",
                    type == ["User"] ? .user : .group,
                    in: directory,
                    domain: fields[0]
                ).count == 1,
                "\(row)"
            )
        }
    }

    @Test func auditRowsAreJournalEntries() throws {
        let audit = try TestDatabase(path: copy.path).rows(
            "SELECT at, request, token, client, action, type, resource, version, detail"
                + " FROM audit ORDER BY id"
        )
        let directory = try copy.migrated()
        let journal = try directory.journal()
        #expect(journal.count == 11)
        #expect(
            journal.map { entry in
                guard case .token(let id, let name) = entry.actor else { return "" }
                let detail = String(decoding: JSON.object(entry.detail).text, as: UTF8.self)
                return [
                    String(entry.at.microseconds), entry.requestID, String(id), name,
                    entry.action.rawValue, entry.subject.type, entry.subject.id,
                    String(entry.subject.version), detail,
                ].joined(separator: " ")
            } == audit
        )
        #expect(journal.map(\.sequence) == Array(1...11))
        // The last two are of a user who is no more.
        #expect(
            journal.map(\.subject.name) == [
                "boss@example.org", "Straße@example.org", "bob@example.org", "carol@example.org",
                "Straße@example.org", "Staff", "Everybody", "Staff", "bob@example.org", "", "",
            ]
        )
        #expect(journal.allSatisfy { $0.concerned.isEmpty })
    }

    @Test func whatIsOlderIsFoundByWords() throws {
        let directory = try copy.migrated()
        directory.keepUp(batchesMax: .max)
        #expect(try directory.read { try $0.auditState() }.indexed == 11)
        let found = try directory.audit(AuditQuery(finding: "strasse"))
        #expect(found.map(\.subject.name) == ["Straße@example.org", "Straße@example.org"])
        #expect(found.allSatisfy { $0.request == nil && $0.result == .done })
        #expect(try directory.users(matching: "stra", limit: 10).count == 1)
        #expect(try directory.users(matching: "", state: .inactive, limit: 10).count == 2)
    }

    @Test func tablesThatNobodyReadsAreGone() throws {
        _ = try copy.migrated()
        let tables = try copy.everything()[0]
        #expect(!tables.contains("audit") && !tables.contains("outbox"))
        #expect(tables.contains("journal"))
        #expect(try TestDatabase(path: copy.path).rows("PRAGMA integrity_check") == ["ok"])
    }

    /// From version 0.1.0, and from the schema before receivers.
    @Test(arguments: [1, 2])
    func receiversCanBeAddedAfterwards(_ version: Int) throws {
        if version == 2 {
            _ = try copy.migrated()
            try TestDatabase(path: copy.path).execute(
                """
                DROP TABLE receiver; DROP TABLE delivery; DROP TABLE journal_word;
                DROP TABLE user_word; DROP TABLE counter; DROP TABLE hour_count;
                DROP TABLE outcome; DROP TABLE administrator; DROP TABLE spent;
                DROP TABLE sign_in_failure; DROP TABLE setting;
                ALTER TABLE journal DROP COLUMN method; ALTER TABLE journal DROP COLUMN path;
                ALTER TABLE journal DROP COLUMN address; ALTER TABLE journal DROP COLUMN agent;
                ALTER TABLE journal DROP COLUMN status;
                ALTER TABLE journal DROP COLUMN microseconds;
                ALTER TABLE journal DROP COLUMN body;
                ALTER TABLE token DROP COLUMN last_request;
                PRAGMA user_version = 2
                """
            )
        }
        let directory = try copy.migrated()
        let database = try TestDatabase(path: copy.path)
        #expect(try database.integer("PRAGMA user_version") == 4)
        #expect(
            try database.rows(
                "SELECT name FROM sqlite_master WHERE name LIKE 'delivery_%' ORDER BY name"
            ) == [
                "delivery_account", "delivery_detached", "delivery_due", "delivery_parked",
                "delivery_problem",
            ]
        )
        let receiver = Receiver(
            kind: .wordpress,
            name: "site",
            scope: .init(type: "User", followsGroups: true),
            settings: [:],
            created: Instant(milliseconds: 0)
        )
        let added = try directory.add(receiver, by: TestStore.caller())
        let counts = try directory.read { try $0.deliveryCounts(to: added.id) }
        #expect(counts.waiting == 4)
    }

    @Test func tokensWork() throws {
        let hashes = try TestDatabase(path: copy.path).rows(
            "SELECT hex(hash) FROM token ORDER BY id"
        )
        let directory = try copy.migrated()
        let tokens = try directory.read { try $0.tokens() }
        #expect(tokens.map(\.name) == ["hr", "other", "old"])
        #expect(tokens.map(\.domain) == ["default", "other", "default"])
        #expect(tokens.map(\.profile) == ["okta", "generic", "generic"])
        let now = Instant(milliseconds: 1_900_000_000_000)
        #expect(tokens.map { $0.isValid(at: now) } == [true, true, false])
        for (token, hash) in zip(tokens, hashes) {
            let digits = token.hash.map { String(format: "%02X", $0) }.joined()
            #expect(digits == hash)
            #expect(try directory.read { try $0.token(hash: token.hash) }?.id == token.id)
        }
    }

    /// Attributes that a schema has got since have numbers of their own; the others keep theirs.
    @Test func newAttributesLeaveTheOldAsTheyAre() throws {
        let thing = ResourceType(
            name: "Thing",
            endpoint: "/Things",
            description: "",
            schema: Schema(
                id: "urn:example:Thing",
                name: "Thing",
                description: "",
                attributes: [Attribute(name: "label")]
            ),
            extensions: []
        )
        let types = ResourceTypes([thing, .user, .group])
        let directory = Directory(
            store: try SQLiteStore(path: copy.path, types: types, policy: .migrate),
            links: Links(base: TestStore.links.base, types: types),
            now: { Instant(milliseconds: 1_900_000_000_000) }
        )
        _ = try directory.create(["label": "x"], thing)
        #expect(
            try found("userName eq \"BOSS@example.org\"", .user, in: directory)
                == ["boss@example.org"]
        )
        #expect(try found("title eq \"lead\"", .user, in: directory) == ["Straße@example.org"])
    }

    @Test func aSecondMigrationChangesNothing() throws {
        _ = try copy.migrated()
        let once = try copy.everything()
        _ = try copy.migrated()
        #expect(try copy.everything() == once)
    }

    @Test func whatWasMigratedCanBeServedAndChanged() throws {
        _ = try copy.migrated()
        let directory = Directory(
            store: try SQLiteStore(path: copy.path, policy: .serve),
            links: TestStore.links,
            now: { Instant(milliseconds: 1_900_000_000_000) }
        )
        _ = try directory.create(["userName": "dan"])
        #expect(try directory.journal().last?.sequence == 12)
        #expect(throws: SCIMError.self) {
            try directory.create(["userName": "STRASSE@example.org"])
        }
    }

    /// A view cannot be dropped as a table: the step fails at its end, when all else is done.
    @Test func aMigrationThatFailsHalfWayLeavesTheOldSchema() throws {
        try TestDatabase(path: copy.path).execute(
            "DROP TABLE outbox; CREATE VIEW outbox AS SELECT 1"
        )
        let before = try copy.everything()
        #expect(throws: StoreError.self) { _ = try copy.migrated() }
        #expect(try copy.everything() == before)
        #expect(try TestDatabase(path: copy.path).integer("PRAGMA user_version") == 1)
    }
}
