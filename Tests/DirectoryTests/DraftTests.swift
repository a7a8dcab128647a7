import Directory
import SCIM
import Secrets
import SQLiteStore
import TestSupport
import Testing

/// Drafts are made and looked at while no lock is held, and written if nobody was faster.
struct DraftTests {
    private let test: TestStore
    private let directory: Directory
    private let user: StoredResource

    init() throws {
        test = try TestStore()
        directory = test.directory()
        user = try directory.create(["userName": "ann", "title": "Lead"])
    }

    private static let retitle: JSON = ["op": "replace", "path": "title", "value": "Head"]

    /// The same user changed by another process.
    private func changeElsewhere(_ name: String) throws(SCIMError) {
        let store: SQLiteStore
        do {
            store = try SQLiteStore(path: test.path)
        } catch {
            throw SCIMError(any: error)
        }
        let other = Directory(
            store: store,
            links: TestStore.links,
            now: { Instant(milliseconds: 1_709_208_900_000) }
        )
        _ = try other.modify(
            user,
            [["op": "replace", "path": "nickName", "value": .string(name)]]
        )
    }

    /// Fails at once where somebody holds the lock of all writers.
    private func checkIsUnlocked() throws(SCIMError) {
        do {
            try test.database().execute("BEGIN IMMEDIATE; ROLLBACK")
        } catch {
            throw SCIMError(status: 500, detail: "somebody holds the lock")
        }
    }

    @Test func reviewsSeeTheStateBeforeAndAfter() throws {
        var titles: [[JSON?]] = []
        _ = try directory.modify(user, [Self.retitle]) { (draft) throws(SCIMError) in
            let before = try? draft.before?.record.document.object()["title"]
            let after = try? draft.after?.document.object()["title"]
            titles.append([before, after])
            #expect(draft.action == .modify)
            #expect(draft.changesAnything)
            try checkIsUnlocked()
        }
        #expect(titles == [["Lead", "Head"]])
    }

    @Test func aReviewThatThrowsRefusesTheChange() throws {
        let error = #expect(throws: SCIMError.self) {
            try directory.modify(user, [Self.retitle]) { (_) throws(SCIMError) in
                throw .invalidValue("no")
            }
        }
        #expect(error?.detail == "no")
        #expect(try directory.current(user).record.version == 1)
        #expect(try directory.journal().count == 1)
    }

    @Test func aDraftOfAnOldStateIsMadeAnew() throws {
        var count = 0
        let changed = try directory.modify(user, [Self.retitle]) { (_) throws(SCIMError) in
            count += 1
            if count == 1 { try changeElsewhere("other") }
        }
        #expect(count == 2)
        #expect(changed.record.version == 3)
        let document = try directory.current(user).record.document.object()
        #expect(document["title"] == "Head" && document["nickName"] == "other")
        #expect(try directory.journal().map(\.subject.version) == [1, 2, 3])
    }

    @Test func aResourceThatMovesAgainAndAgainIsUnavailable() throws {
        var count = 0
        let error = #expect(throws: SCIMError.self) {
            try directory.modify(user, [Self.retitle]) { (_) throws(SCIMError) in
                count += 1
                try changeElsewhere("other\(count)")
            }
        }
        #expect(error?.status == 503)
        #expect(count == 3)
        #expect(try directory.current(user).record.document.object()["title"] == "Lead")
    }

    @Test(arguments: [
        ["op": "replace", "path": "password", "value": "correct horse"] as JSON,
        ["op": "add", "value": ["password": "correct horse"]],
        [
            "op": "replace",
            "path": "urn:ietf:params:scim:schemas:core:2.0:User:password",
            "value": "correct horse",
        ],
    ])
    func passwordsOfAPatchAreHashed(_ operation: JSON) throws {
        let changed = try directory.modify(user, [operation])
        #expect(changed.record.version == 2)
        let hashes = try test.database().rows("SELECT hash FROM credential")
        #expect(hashes.count == 1)
        #expect(Password.matches("correct horse", hash: hashes.first ?? ""))
        let text = String(decoding: changed.record.document.text, as: UTF8.self)
        #expect(!text.contains("horse"))
        #expect(
            try directory.journal().last?.detail == [
                "attributes": ["password"],
                "changes": [["path": "password", "after": "•••"]],
            ]
        )
    }

    /// A hash takes a tenth of a second, for which nobody is to wait.
    @Test func passwordsAreDraftedBeforeTheLockIsTaken() throws {
        var count = 0
        _ = try directory.modify(
            user,
            [["op": "replace", "path": "password", "value": "correct horse"]]
        ) { (draft) throws(SCIMError) in
            count += 1
            #expect(draft.password == "correct horse" && draft.passwordHash == nil)
            try checkIsUnlocked()
        }
        #expect(count == 1)
    }

    /// What a password is refused for is found out by the hash: in no transaction.
    @Test func passwordsAreHashedWhileNoLockIsHeld() throws {
        let watched = WatchedStore(test.store)
        let directory = Directory(
            store: watched,
            links: test.links,
            now: { Instant(milliseconds: 1_709_208_900_000) }
        )
        let operation: JSON = ["op": "replace", "path": "password", "value": ""]
        let changes: [() throws -> Void] = [
            { _ = try directory.create(["userName": "bob", "password": ""]) },
            { _ = try directory.replace(user, with: ["userName": "ann", "password": ""]) },
            { _ = try directory.modify(user, [operation]) },
            { _ = try directory.modify(user, [operation]) { (_) throws(SCIMError) in } },
        ]
        for change in changes {
            let error = #expect(throws: SCIMError.self) { try change() }
            #expect(error?.scimType == .invalidValue)
        }
        #expect(watched.refusals.isEmpty)
    }

    @Test(arguments: [false, true])
    func ifMatchHoldsWithAndWithoutAReview(_ isReviewed: Bool) throws {
        let review: Directory.Review? = isReviewed ? { (_) throws(SCIMError) in } : nil
        let error = #expect(throws: SCIMError.self) {
            try directory.modify(user, [Self.retitle], ifMatch: "W/\"2\"", review: review)
        }
        #expect(error?.status == 412)
        let changed = try directory.modify(
            user,
            [Self.retitle],
            ifMatch: user.tag,
            review: review
        )
        #expect(changed.record.version == 2)
    }

    /// What the client has seen is not what it would change.
    @Test func ifMatchHoldsForADraftThatIsMadeAnew() throws {
        var count = 0
        let error = #expect(throws: SCIMError.self) {
            try directory.modify(user, [Self.retitle], ifMatch: user.tag) {
                (_) throws(SCIMError) in
                count += 1
                try changeElsewhere("other")
            }
        }
        #expect(error?.status == 412)
        #expect(count == 1)
    }
}

/// Notes what is refused within a transaction.
private final class WatchedStore: Store {
    private let store: SQLiteStore
    private(set) var refusals: [SCIMError] = []

    init(_ store: SQLiteStore) { self.store = store }

    func read<Result>(
        within budget: Budget,
        _ body: (any StoreReading) throws -> Result
    ) throws -> Result {
        try store.read(within: budget, body)
    }

    func write<Result>(
        within budget: Budget,
        _ body: (any StoreTransaction) throws -> Result
    ) throws -> Result {
        try store.write(within: budget) { transaction in
            do {
                return try body(transaction)
            } catch {
                if let refusal = error as? SCIMError { refusals.append(refusal) }
                throw error
            }
        }
    }

    func attempt(_ body: (any StoreTransaction) throws -> Void) -> Bool { store.attempt(body) }

    func giveWay() { store.giveWay() }

    func takeBatchEnd() -> Bool { store.takeBatchEnd() }
}
