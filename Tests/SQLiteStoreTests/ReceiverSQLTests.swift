import SCIM
import TestSupport
import Testing

@testable import Directory
@testable import SQLiteStore

/// What the statements about receivers cost: the indexes that they use, and that there are next to
/// none where there is no receiver.
struct ReceiverSQLTests {
    private let test: TestStore
    private let connection: Connection
    private let attributes: AttributeNumbers

    init() throws {
        test = try TestStore()
        connection = try Connection(path: test.path, .readWrite)
        attributes = try AttributeNumbers(connection, types: .standard)
    }

    private var transaction: SQLiteTransaction {
        SQLiteTransaction(
            reading: SQLiteReading(
                connection: connection,
                attributes: attributes,
                types: .standard
            ),
            batches: JournalBatches()
        )
    }

    /// The steps of SQLite's plans for all statements about deliveries that `body` runs.
    private func plan(_ body: (SQLiteTransaction) throws -> Void) throws -> [String] {
        try connection.transaction("BEGIN") { try body(transaction) }
        let database = try test.database()
        return try connection.texts("SELECT sql FROM sqlite_stmt").filter { sql in
            ["delivery", "around", "id >", "key DESC"].contains(where: sql.contains)
        }.flatMap { try database.rows("EXPLAIN QUERY PLAN \($0)") }
    }

    enum Work: CaseIterable {
        case due, next, some, page, account, memberships, ids, newest, settle, announce
    }

    /// As many as make an index pay.
    private func fill() throws {
        try test.database().execute(
            """
            WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 3000)
            INSERT INTO delivery (receiver, resource, type, version, due, urgency)
                SELECT 1, 'r' || n, 'User', 1, iif(n % 3 = 0, n, NULL), n % 2 FROM n;
            WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 3000)
            INSERT INTO resource (id, type, created, modified, version, document)
                SELECT 'r' || n, iif(n % 10 = 0, 'Group', 'User'), 0, 0, 1, '{}' FROM n;
            INSERT INTO member SELECT n, n + 1, 0
                FROM (SELECT key AS n FROM resource WHERE key % 10 = 0);
            INSERT INTO receiver (kind, name, type, follows_groups, follows_references, settings,
                created, paused) VALUES ('wordpress', 'site', 'User', 1, 1, '{}', 0, 0);
            """
        )
    }

    @Test(arguments: Work.allCases)
    func theStatementsUseTheirIndexes(_ work: Work) throws {
        try fill()
        let now = Instant(microseconds: 1_000)
        let (plan, index): ([String], String) =
            switch work {
            case .due:
                (
                    try plan { _ = try $0.deliveries(to: 1, .due(at: now), limit: 50) },
                    "delivery_due (receiver=?)"
                )
            case .next:
                (
                    try plan { _ = try $0.nextDue(to: 1) },
                    "delivery_due (receiver=? AND urgency=?"
                )
            case .some:
                (
                    try plan { _ = try $0.deliveries(to: 1, .of(["r1", "r2"]), limit: 2) },
                    "PRIMARY KEY (receiver=? AND resource=?)"
                )
            case .page:
                (
                    try plan { _ = try $0.deliveries(to: 1, .all(after: "r1"), limit: 2) },
                    "PRIMARY KEY (receiver=? AND resource>?)"
                )
            case .account:
                (
                    try plan { _ = try $0.delivery(to: 1, ofAccount: "7") },
                    "delivery_account (receiver=? AND account_id=?)"
                )
            case .memberships:
                (
                    try plan { _ = try $0.allMemberships(of: 11) },
                    "member_of (member=?)"
                )
            case .ids:
                (
                    try plan { _ = try $0.ids(ofType: "User", after: "r1", limit: 200) },
                    "(id>?)"
                )
            case .newest:
                (
                    try plan { _ = try $0.newestIDs(ofType: "User", limit: 200) },
                    "resource_type (type=?)"
                )
            case .settle:
                (
                    try plan { transaction in
                        let outcomes: [Settlement.Outcome] = [
                            .done(account: nil, active: nil), .outrun(by: 2),
                            .refused(Problem(code: "x", message: "")),
                        ]
                        try transaction.settle(
                            outcomes.map { Settlement(resource: "r1", version: 1, outcome: $0) },
                            of: 1,
                            at: now
                        )
                    }, "PRIMARY KEY (receiver=? AND resource=?)"
                )
            case .announce:
                (
                    try plan { transaction in
                        try transaction.announce(Self.announcement(), at: now)
                    }, "PRIMARY KEY (grp=?)"
                )
            }
        #expect(plan.contains { $0.contains(index) }, "\(work): \(plan)")
        // Neither all deliveries nor all resources are walked through, nor sorted; the few groups
        // of one user are.
        let words = ["SCAN delivery", "SCAN r ", "SCAN m"]
        for word in work == .memberships ? words : words + ["TEMP B-TREE"] {
            #expect(!plan.contains { "\($0) ".contains(word) }, "\(plan)")
        }
    }

    /// One of a group that is renamed.
    private static func announcement() throws -> Announcement {
        Announcement(
            [
                JournalEntry(
                    at: Instant(microseconds: 0),
                    requestID: "r",
                    actor: .system,
                    action: .modify,
                    subject: .init(type: "Group", id: "r10", name: "Staff"),
                    concerned: ["r1"],
                    detail: ["attributes": ["displayName"]]
                )
            ],
            types: .standard
        )
    }

    /// Without the table that every other statement needs.
    @Test func withoutReceiversNothingIsReadButThatThereAreNone() throws {
        try test.database().execute("DROP TABLE delivery")
        let directory = test.directory()
        let ann = try directory.create(["userName": "ann"])
        let staff = try directory.create(
            ["displayName": "Staff", "members": [["value": .string(ann.id)]]],
            .group
        )
        _ = try directory.modify(staff, [["op": "add", "path": "displayName", "value": "x"]])
        _ = try directory.modify(ann, [["op": "add", "path": "displayName", "value": "x"]])
        try directory.delete(ann)
        try transaction.announce(Self.announcement(), at: Instant(microseconds: 0))
        let statements = try connection.texts("SELECT sql FROM sqlite_stmt")
        #expect(
            statements.filter { $0.contains("receiver") }
                == ["SELECT EXISTS (SELECT 1 FROM receiver)"]
        )
    }
}
