import Directory
import SCIM
import TestSupport
import Testing

/// What takes too long ends, and changes nothing.
struct BudgetTests {
    private let test: TestStore

    init() throws {
        test = try TestStore()
        let directory = test.directory()
        for number in 0..<300 {
            _ = try directory.create([
                "userName": .string("user\(number)"), "title": "engineer",
            ])
        }
    }

    private func exhausted(_ why: Budget.Exhaustion) -> Directory {
        test.directory(budget: Budget { why })
    }

    /// Enough work that SQLite looks at the budget.
    private func search(in directory: Directory) throws(SCIMError) -> Page {
        let terms = (0..<20).map {
            Filter.comparison(AttributePath(attribute: "title"), .co, .string("x\($0)"))
        }
        var query = Query(type: .user, count: 10, domain: "default", links: TestStore.links)
        query.predicate = try Filter.or(terms).bound(to: .user)
        return try directory.search(query)
    }

    @Test func endsASearch() throws {
        let refusal = #expect(throws: SCIMError.self) { try search(in: exhausted(.time)) }
        #expect(refusal?.status == 400)
        #expect(refusal?.scimType == .tooMany)
        #expect(try search(in: test.directory()).total == 0)
    }

    @Test func endsWhatNobodyWaitsFor() throws {
        let refusal = #expect(throws: SCIMError.self) { try search(in: exhausted(.abandoned)) }
        #expect(refusal?.status == 503)
    }

    @Test func endsAChangeAndUndoesIt() throws {
        let directory = test.directory()
        let boss = try directory.create(["userName": "boss"])
        let group = try directory.create(["displayName": "Staff"], .group)
        let count = try directory.journal().count
        // Looks at the budget come once in a millisecond or so: of many members.
        let ids = try all(directory).map { JSON.object(["value": .string($0.id)]) }
        let add: JSON = ["op": "add", "path": "members", "value": .array(ids)]
        let refusal = #expect(throws: SCIMError.self) {
            try exhausted(.time).modify(group, [add])
        }
        #expect(refusal?.status == 400)
        #expect(try directory.current(group).members.isEmpty)
        #expect(try directory.journal().count == count)
        // The connection goes on to be of use.
        #expect(try directory.modify(group, [add]).members.count == ids.count)
        try directory.delete(boss)
    }

    /// SQLite counts what a statement has done over all its runs: once in a few thousand it looks at
    /// the budget in the midst of a statement that begins or ends a transaction.
    @Test func noTransactionIsLeftOpen() throws {
        struct Mistake: Error {}
        for _ in 0..<12_000 {
            #expect(throws: (any Error).self) {
                try test.store.write(within: Budget { .time }) { _ in throw Mistake() }
            }
        }
        _ = try test.directory().create(["userName": "ann"])
    }

    @Test func whatIsSaidToHaveEndedIsNotCommitted() throws {
        _ = try test.store.pragma("PRAGMA synchronous = OFF")
        let entry = JournalEntry(
            at: Instant(milliseconds: 1),
            requestID: "counted",
            actor: .system,
            action: .modify,
            subject: .init(type: "User", id: "a", name: "ann")
        )
        var done = 0
        for _ in 0..<12_000 {
            do {
                try test.store.write(within: Budget { .time }) { try $0.append([entry]) }
                done += 1
            } catch StoreError.tooCostly {
                continue
            }
        }
        let rows = try test.database().integer(
            "SELECT count(*) FROM journal WHERE request = 'counted'"
        )
        #expect(rows == done)
    }

    private func all(_ directory: Directory) throws -> [StoredResource] {
        try directory.search(
            Query(type: .user, count: 1_000, domain: "default", links: TestStore.links)
        ).resources
    }
}
