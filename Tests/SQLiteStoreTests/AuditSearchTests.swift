import Directory
import SCIM
import TestSupport
import Testing

@testable import SQLiteStore

/// What is found in the audit trail, and by which way.
struct AuditSearchTests {
    private let test: TestStore
    private var store: SQLiteStore { test.store }

    init() throws { test = try TestStore() }

    private func append(_ entries: [JournalEntry]) throws {
        try store.write(within: .unlimited) { try $0.append(entries) }
    }

    private func keepUp() throws {
        while try store.write(within: .unlimited, { try $0.keepUp() }) {}
    }

    private func found(_ query: AuditQuery) throws -> [JournalEntry] {
        try store.read(within: .unlimited) { try $0.audit(query, .all) }
    }

    private func all() throws -> [JournalEntry] {
        try store.read(within: .unlimited) { try $0.journal(after: 0, limit: .max) }
    }

    /// The definition: each entry is looked at.
    private func expected(_ query: AuditQuery, among all: [JournalEntry]) -> [Int64] {
        let meant = all.filter(query.matches).map(\.sequence)
        return Array((query.order == .newestFirst ? meant.reversed() : meant).prefix(query.limit))
    }

    /// Some are found by words, some are too new for it.
    @Test(arguments: 0..<4)
    func findsWhatAQueryMeans(_ run: Int) throws {
        var trail = RandomTrail(generator: SeededGenerator(for: "\(Self.self)", run: run))
        let counts = (indexed: [0, 400, 1_300, 600][run], newer: [300, 40, 0, 700][run])
        let total = counts.indexed + counts.newer
        try append((0..<counts.indexed).map { trail.entry($0, of: total) })
        try keepUp()
        try append((counts.indexed..<total).map { trail.entry($0, of: total) })
        let all = try all()
        var hits = 0
        for _ in 0..<200 {
            let query = trail.query()
            let numbers = try found(query).map(\.sequence)
            #expect(numbers == expected(query, among: all), "\(query)")
            hits += numbers.count
            let count = try store.read(within: .unlimited) {
                try $0.auditCount(query, lookingAt: 10_000)
            }
            var unlimited = query
            unlimited.limit = .max
            if query.from == nil, query.to == nil {
                #expect(
                    count == AuditCount(total: expected(unlimited, among: all).count, isExact: true)
                )
            }
        }
        #expect(hits > 500)
    }

    private func named(_ name: String, _ detail: JSONObject = [:]) -> JournalEntry {
        JournalEntry(
            at: RandomTrail.start,
            requestID: "r",
            actor: .system,
            action: .modify,
            subject: .init(type: "User", id: "id-\(name)", name: name),
            detail: detail
        )
    }

    @Test(arguments: [
        ("len", ["lena.weber@example.com", "Lenka"]), ("LENA web", ["lena.weber@example.com"]),
        ("weber@example.com", ["lena.weber@example.com"]), ("weber@exam", []),
        ("exampl", ["lena.weber@example.com"]), ("jur", ["Jürgen"]), ("JÜRG", ["Jürgen"]),
        ("strasse", ["Straße"]), ("l", ["l"]), ("l.w", []), ("王", ["王小明"]), ("王小", ["王小明"]),
        ("小", []), ("berta", ["b-17"]), ("nobody", []), ("\" OR w*", []), ("NEAR(a b)", []),
    ])
    func wordsStandForThoseThatBeginSo(_ words: String, _ names: [String]) throws {
        let all = ["lena.weber@example.com", "Lenka", "Jürgen", "Straße", "l", "王小明"]
        try append(all.map { named($0) } + [named("b-17", ["display": "Berta Schmidt"])])
        for isIndexed in [false, true] {
            if isIndexed { try keepUp() }
            var query = AuditQuery()
            query.words = words
            query.order = .oldestFirst
            #expect(try found(query).map(\.subject.name) == names, "\(isIndexed)")
        }
    }

    @Test func oneFieldFindsWhatItCanHold() {
        #expect(AuditQuery(finding: " 7BE1c04a11f2d9a0 ").requestID == "7be1c04a11f2d9a0")
        #expect(AuditQuery(finding: "203.0.113.20").address == "203.0.113.20")
        #expect(AuditQuery(finding: "2001:DB8::1").address == "2001:db8::1")
        let id = "0198aaaa-0000-7000-8000-000000000001"
        #expect(AuditQuery(finding: id).concerning == id)
        #expect(AuditQuery(finding: "lena weber").words == "lena weber")
        #expect(AuditQuery(finding: "").isOpen)
    }

    /// A long beginning that is rarer than the short one that there is a list of.
    @Test(arguments: [AuditQuery.Order.newestFirst, .oldestFirst])
    func findsRareAmongMany(_ order: AuditQuery.Order) throws {
        try append((0..<3_000).map { named($0 % 1_100 == 7 ? "commonly\($0)" : "comma\($0)") })
        try keepUp()
        var query = AuditQuery()
        query.words = "commonl"
        query.order = order
        #expect(try found(query).map(\.sequence) == expected(query, among: try all()))
        #expect(try found(query).count == 3)
    }

    @Test func stuckIsWhatReceiversDoNotHave() throws {
        try append(["ann", "bob", "ann", "cat", "ann"].map { named($0) })
        let done = Outcome(
            at: RandomTrail.start,
            receiver: 1,
            resource: "id-ann",
            sequence: 2,
            version: 1,
            status: .done,
            attempts: 1
        )
        try store.write(within: .unlimited) { try $0.append([done]) }
        try test.database().execute(
            """
            INSERT INTO delivery (receiver, resource, type, version, problem_code)
            VALUES (1, 'id-ann', 'User', 3, 'no'), (1, 'id-bob', 'User', 1, NULL),
                (1, 'id-cat', 'User', 1, 'late')
            """
        )
        var query = AuditQuery()
        query.result = .stuck
        for _ in 0..<2 {
            #expect(try found(query).map(\.sequence) == [5, 4, 3])
            try keepUp()
        }
    }

    // MARK: Plans

    /// No statement walks through the journal, or sorts.
    @Test func neverScans() throws {
        var trail = RandomTrail(generator: SeededGenerator(for: "\(Self.self)", run: 9))
        try append((0..<700).map { trail.entry($0, of: 700) })
        try keepUp()
        let connection = try Connection(path: test.path, .readWrite)
        let reading = SQLiteReading(
            connection: connection,
            attributes: try AttributeNumbers(connection, types: .standard),
            types: .standard
        )
        for _ in 0..<300 { _ = try reading.audit(trail.query(), .all) }
        for _ in 0..<20 { _ = try reading.auditCount(trail.query(), lookingAt: 100) }
        var stuck = AuditQuery()
        stuck.result = .stuck
        _ = try reading.audit(stuck, .withoutBodies)
        _ = try reading.entries(ofRequest: "b")
        _ = try reading.outcomes(ofResource: "a", receiver: nil, from: 1)
        _ = try reading.outcomes(ofResource: "a", receiver: 1, from: 1)
        for state in [UserState.any, .active, .inactive] {
            for words in ["", "ann"] {
                _ = try reading.users(
                    matching: WordSearch(words),
                    state: state,
                    before: nil,
                    limit: 5
                )
            }
        }
        let statements = try connection.texts("SELECT sql FROM sqlite_stmt").filter { sql in
            ["journal", "outcome", "user_word", "resource r"].contains(where: sql.contains)
        }
        #expect(statements.count >= 8)
        let database = try test.database()
        for statement in statements {
            for step in try database.rows("EXPLAIN QUERY PLAN \(statement)") {
                let isScan = step.contains("SCAN") && !step.contains("VIRTUAL TABLE")
                // Of a subquery that has been found already, and of the ends of the journal.
                let isMeant =
                    step.contains("SCAN (subquery") || statement.contains("max(sequence)")
                    || statement.contains("LIMIT 1") || step.contains("delivery_problem")
                    || step.contains("SCAN CONSTANT ROW")
                #expect(!isScan || isMeant, "\(statement): \(step)")
                // The answers of several receivers, of which a resource has few.
                let isSorted = step.contains("TEMP B-TREE") && !statement.contains("FROM outcome")
                #expect(!isSorted, "\(statement): \(step)")
            }
        }
    }
}
