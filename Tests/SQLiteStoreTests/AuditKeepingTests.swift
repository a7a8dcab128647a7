import Directory
import SCIM
import SQLiteStore
import TestSupport
import Testing

/// How words and counts of the audit trail are kept up, and how room is made.
struct AuditKeepingTests {
    private let test: TestStore
    private let directory: Directory
    private var store: SQLiteStore { test.store }

    init() throws {
        test = try TestStore()
        directory = test.directory()
    }

    private func keepUp() throws {
        while try store.write(within: .unlimited, { try $0.keepUp() }) {}
    }

    private func state() throws -> AuditState {
        try store.read(within: .unlimited) { try $0.auditState() }
    }

    private func append(_ count: Int, secondsApart: Int = 1) throws {
        let entries = (0..<count).map { number in
            JournalEntry(
                at: RandomTrail.start.adding(seconds: secondsApart * number),
                requestID: "r\(number)",
                actor: .token(id: 1, name: "hr"),
                action: .create,
                subject: .init(type: "User", id: "u\(number)", name: "person\(number)"),
                detail: ["attributes": ["userName"]]
            )
        }
        try store.write(within: .unlimited) { try $0.append(entries) }
    }

    private func found(_ words: String, _ result: AuditResult? = nil) throws -> [Int64] {
        var query = AuditQuery()
        (query.words, query.result, query.limit) = (words, result, .max)
        return try store.read(within: .unlimited) { try $0.audit(query, .all).map(\.sequence) }
    }

    private func users(_ words: String, _ state: UserState = .any) throws -> [String] {
        try store.read(within: .unlimited) { reading in
            try reading.users(matching: WordSearch(words), state: state, before: nil, limit: 100)
                .map(\.id)
        }
    }

    @Test func eachBatchIsATransactionOfItsOwn() throws {
        try append(1_200)
        #expect(try store.write(within: .unlimited) { try $0.keepUp() })
        #expect(try state().indexed == 500)
        // Whoever is killed here leaves the rest to the next.
        let other = try SQLiteStore(path: test.path)
        #expect(try other.write(within: .unlimited) { try $0.keepUp() })
        #expect(try other.write(within: .unlimited) { try $0.keepUp() } == false)
        #expect(try state().indexed == 1_200)
        #expect(try found("person7").count == 1 + 10 + 100)
        #expect(try test.database().rows("PRAGMA integrity_check") == ["ok"])
    }

    @Test func whoeverEndsABatchKeepsItUp() throws {
        for number in 1...63 { _ = try directory.create(["userName": .string("u\(number)")]) }
        directory.tendAudit()
        #expect(try state().indexed == 0)
        _ = try directory.create(["userName": "u64"])
        directory.tendAudit()
        #expect(try state().indexed == 64)
        #expect(!store.takeBatchEnd())
    }

    @Test func whatIsInSomebodysWayIsLeft() throws {
        try append(64)
        let other = try test.database()
        try other.execute("BEGIN IMMEDIATE")
        directory.tendAudit()
        #expect(try state().indexed == 0)
        try other.execute("ROLLBACK")
        #expect(try directory.audit(AuditQuery(finding: "person63")).count == 1)
    }

    @Test func countsByTheHour() throws {
        try append(3, secondsApart: 3_600)
        let user = try directory.create(["userName": "ann"])
        _ = try directory.modify(user, [["op": "replace", "path": "title", "value": "x"]])
        _ = try directory.modify(user, [["op": "replace", "path": "active", "value": false]])
        try directory.delete(user)
        try keepUp()
        let counts = try store.read(within: .unlimited) {
            try $0.hourCounts(
                from: RandomTrail.start,
                to: RandomTrail.start.adding(seconds: 7_200)
            )
        }
        let hour = RandomTrail.start.microseconds / 3_600_000_000
        #expect(
            counts == [
                HourCount(hour: hour, kind: .created, total: 2),
                HourCount(hour: hour, kind: .deactivated, total: 2),
                HourCount(hour: hour, kind: .updated, total: 1),
                HourCount(hour: hour + 1, kind: .created, total: 1),
            ]
        )
    }

    // MARK: Users

    @Test func usersAreFoundByWords() throws {
        let lena = try directory.create([
            "userName": "u1", "displayName": "Lena Weber", "name": ["familyName": "Fischer"],
            "emails": [["value": "lw@example.com"]],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": [
                "department": "Einkauf"
            ],
        ])
        let jonas = try directory.create(["userName": "u2", "displayName": "Jonas Lenz"])
        try keepUp()
        #expect(try users("len") == [jonas.id, lena.id])
        for words in ["fisch", "lw@example.com", "einkauf", "u1 weber"] {
            #expect(try users(words) == [lena.id], "\(words)")
        }
        #expect(try users("") == [jonas.id, lena.id])
        _ = try directory.modify(lena, [["op": "replace", "path": "active", "value": false]])
        _ = try directory.modify(lena, [["op": "remove", "path": "displayName"]])
        try keepUp()
        #expect(try users("weber").isEmpty)
        #expect(try users("", .inactive) == [lena.id])
        #expect(try users("", .active) == [jonas.id])
        #expect(try store.read(within: .unlimited) { try $0.inactiveUsersCount() } == 1)
        try directory.delete(lena)
        try keepUp()
        #expect(try users("fisch").isEmpty && users("", .inactive).isEmpty)
        let page = try directory.users(matching: "", before: nil, limit: 1)
        #expect(page.map(\.id) == [jonas.id])
        #expect(try directory.users(matching: "", before: page[0].key, limit: 1).isEmpty)
    }

    /// As after an import into a directory whose journal does not tell of all.
    @Test func usersOfWhomTheJournalIsSilentAreFound() throws {
        for number in 1...700 { _ = try directory.create(["userName": .string("u\(number)")]) }
        try test.database().execute("DELETE FROM journal")
        try keepUp()
        #expect(try users("u700").count == 1 && users("u1").count == 100)
        #expect(try state().hasAllUsers)
    }

    // MARK: Room

    private func remove(before: Instant? = nil, beyond bytes: Int64? = nil) throws -> Int {
        try store.write(within: .unlimited) {
            try $0.removeEntries(before: before, beyondBytes: bytes, limit: 500)
        }
    }

    @Test func theOldestGoByAge() throws {
        try append(1_000)
        let cut = RandomTrail.start.adding(seconds: 700)
        #expect(try remove(before: cut) == 0, "without words they stay")
        try keepUp()
        #expect(try remove(before: cut) == 500)
        #expect(try remove(before: cut) == 200)
        #expect(try remove(before: cut) == 0)
        #expect(try found("").last == 701)
        // Their words are gone with them.
        #expect(try found("person1").count == 0 && found("person7").count == 100)
        #expect(
            try test.database().integer(
                "SELECT count(*) FROM journal_word WHERE journal_word MATCH 'wperson*'"
            ) == 300
        )
        try test.database().execute(
            "INSERT INTO journal_word (journal_word) VALUES ('integrity-check')"
        )
    }

    @Test func theOldestGoBySize() throws {
        try append(100)
        try keepUp()
        let bytes = try state().bytes
        #expect(bytes > 100 * 200)
        #expect(try remove(beyond: bytes) == 0)
        #expect(try remove(beyond: bytes - 1) == 1)
        #expect(try remove(beyond: bytes / 2) > 40)
        #expect(try state().bytes <= bytes / 2)
        #expect(try remove(before: RandomTrail.start.adding(seconds: 999)) > 0)
        #expect(try state().bytes == 0)
    }

    @Test func settingsSayHowLong() throws {
        try append(64, secondsApart: 86_400)
        try directory.change(
            settings: [("audit.days", 30), ("audit.bodies", false), ("audit.megabytes", "x")],
            by: TestStore.caller()
        )
        let settings = try store.read(within: .unlimited) { try $0.auditSettings() }
        #expect(settings.days == 30 && !settings.keepsBodies && settings.megabytes == 2_000)
        let late = Directory(
            store: store,
            links: TestStore.links,
            now: { RandomTrail.start.adding(seconds: 86_400 * 64) }
        )
        late.tendAudit()
        #expect(try state().oldest == RandomTrail.start.adding(seconds: 86_400 * 34))
    }

    @Test func outcomesGoWithTheirEntries() throws {
        try append(10)
        let outcomes = (1...10).map { number in
            Outcome(
                at: RandomTrail.start,
                receiver: 1,
                resource: "u",
                sequence: Int64(number),
                version: 1,
                status: .done,
                attempts: 1
            )
        }
        try store.write(within: .unlimited) { try $0.append(outcomes) }
        try keepUp()
        _ = try remove(before: RandomTrail.start.adding(seconds: 5))
        let left = try store.read(within: .unlimited) {
            try $0.outcomes(ofResource: "u", receiver: nil, from: 0)
        }
        #expect(left == Array(outcomes[5...]))
    }

    @Test func clearingLeavesWhoDidIt() throws {
        try append(1_200)
        let caller = Caller(actor: .command(user: "root"), domain: "default", requestID: "c")
        let cut = RandomTrail.start.adding(seconds: 1_100)
        // At most up to now.
        #expect(try directory.clearAudit(before: cut, by: caller) <= 1)
        let late = Directory(
            store: store,
            links: TestStore.links,
            now: { RandomTrail.start.adding(seconds: 9_999) }
        )
        #expect(try late.clearAudit(before: cut, by: caller) > 1_098)
        let left = try directory.journal()
        #expect(left.count == 102)
        let own = try #require(left.last)
        #expect(own.action == .clear && own.actor == .command(user: "root"))
        #expect(own.subject.type == "Audit")
        #expect(own.detail["before"] == .string(cut.text))
        #expect(try #require(own.detail["entries"]?.integer) > 1_098)
    }

    @Test func walksThroughAllInPages() throws {
        try append(1_234)
        for order in [AuditQuery.Order.newestFirst, .oldestFirst] {
            var query = AuditQuery()
            query.order = order
            var (numbers, pages): ([Int64], [Int]) = ([], [])
            try directory.walk(query) { page in
                pages.append(page.count)
                numbers += page.map(\.sequence)
                return true
            }
            #expect(pages == [500, 500, 234])
            let all = Array(Int64(1)...1_234)
            #expect(numbers == (order == .oldestFirst ? all : all.reversed()))
        }
    }
}
