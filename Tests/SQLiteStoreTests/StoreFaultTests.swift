import Directory
import Glibc
import SCIM
import SQLiteStore
import TestSupport
import Testing

/// A database that cannot be used is a clear 503, and nothing is lost or half written.
struct StoreFaultTests {
    /// What a client is told when the database cannot be opened.
    private func error(opening path: String) -> SCIMError? {
        do {
            _ = try SQLiteStore(path: path)
            return nil
        } catch {
            return SCIMError(any: error)
        }
    }

    private func change(_ path: String, _ sql: String) throws {
        try TestDatabase(path: path).execute(sql)
    }

    private func directory(_ store: any Store) -> Directory {
        Directory(store: store, links: TestStore.links, now: { Instant(milliseconds: 1) })
    }

    private func users(_ store: SQLiteStore, _ change: (inout Query) -> Void = { _ in })
        throws(SCIMError) -> Page
    {
        var query = Query(type: .user, count: 10, domain: "default", links: TestStore.links)
        change(&query)
        return try directory(store).search(query)
    }

    private func createUser(_ name: String, in store: SQLiteStore) throws(SCIMError) {
        _ = try directory(store).create(["userName": .string(name)])
    }

    @Test func makesAMissingDatabase() throws {
        let test = try TestStore()
        try createUser("ann", in: test.store)
        let again = try SQLiteStore(path: test.path)
        let found = try users(again)
        #expect(found.total == 1)
    }

    @Test func refusesANewerSchema() throws {
        let test = try TestStore()
        try change(test.path, "PRAGMA user_version = 99")
        let refusal = try #require(error(opening: test.path))
        #expect(refusal.status == 503)
        #expect(refusal.headers.isEmpty)
        #expect(refusal.cause?.contains("99") == true)
    }

    /// Another process may be of a newer program.
    @Test(arguments: [99, 0])
    func changesNothingInASchemaThatIsNotItsOwnAnyMore(version: Int) throws {
        let test = try TestStore()
        try createUser("ann", in: test.store)
        try change(test.path, "PRAGMA user_version = \(version)")
        let refusal = #expect(throws: SCIMError.self) { try createUser("bob", in: test.store) }
        #expect(refusal?.status == 503)
        try change(test.path, "PRAGMA user_version = 4")
        let found = try users(test.store)
        #expect(found.total == 1)
    }

    /// Otherwise every request of the client would wait, until one comes through.
    @Test func notesNoUseOfATokenWhileTheDatabaseIsLocked() throws {
        let test = try TestStore()
        let hash = [UInt8](repeating: 7, count: 32)
        let token = Token(
            name: "test",
            profile: "generic",
            rights: .write,
            domain: "default",
            hash: hash
        )
        let id = try test.store.write(within: .unlimited) { try $0.insert(token) }
        let used = { try test.store.read(within: .unlimited) { try $0.token(hash: hash)?.used } }
        let other = try test.database()
        try other.execute("BEGIN IMMEDIATE")
        let note = { (transaction: any StoreTransaction) in
            try transaction.noteUse(
                ofToken: id,
                at: Instant(milliseconds: 5),
                for: "GET /Users 200"
            )
        }
        #expect(!test.store.attempt(note))
        try other.execute("ROLLBACK")
        #expect(try used() == nil)
        #expect(test.store.attempt(note))
        #expect(try used() == Instant(milliseconds: 5))
    }

    @Test func limitsTheBytesOfAPage() throws {
        let test = try TestStore()
        for name in ["ann", "bob"] { try createUser(name, in: test.store) }
        let bytes = try users(test.store).resources.reduce(0) { $0 + $1.record.document.text.count }
        #expect(try users(test.store) { $0.bytesMax = bytes }.resources.count == 2)
        let refusal = #expect(throws: SCIMError.self) {
            try users(test.store) { $0.bytesMax = bytes - 1 }
        }
        #expect(refusal?.status == 400 && refusal?.scimType == .tooMany)
        let one = try users(test.store) {
            $0.bytesMax = bytes - 1
            $0.count = 1
        }
        #expect(one.resources.count == 1)
    }

    /// What nobody can ask for any more: rows of what is gone, which would come back with a new
    /// resource of the same key.
    @Test func aDeletionLeavesNoRow() throws {
        let test = try TestStore()
        let directory = test.directory()
        let user = try directory.create([
            "userName": "ann", "password": "correct horse", "externalId": "x",
            "emails": [["value": "a@b"]],
        ])
        let members: JSON = [["value": .string(user.id)]]
        let inner = try directory.create(["displayName": "Inner", "members": members], .group)
        _ = try directory.create(
            ["displayName": "Outer", "members": [["value": .string(inner.id)]]],
            .group
        )
        try directory.delete(inner)
        #expect(try test.database().rows("SELECT * FROM member").isEmpty)
        try directory.delete(user)
        for table in ["credential", "external_id", "member"] {
            #expect(try test.database().rows("SELECT * FROM \(table)").isEmpty, "\(table)")
        }
        #expect(try test.database().integer("SELECT count(DISTINCT resource) FROM value") == 1)
    }

    @Test func aNewPasswordTakesThePlaceOfTheOld() throws {
        let test = try TestStore()
        let directory = test.directory()
        let user = try directory.create(["userName": "ann"])
        let other = try directory.create(["userName": "bob"])
        for hash in ["one", "two"] {
            try test.store.write(within: .unlimited) { try $0.setPassword(hash, of: user.key) }
        }
        try test.store.write(within: .unlimited) { try $0.setPassword("three", of: other.key) }
        #expect(
            try test.database().rows("SELECT resource, hash FROM credential ORDER BY resource")
                == ["\(user.key) two", "\(other.key) three"]
        )
    }

    @Test func refusesADatabaseOfSomethingElse() throws {
        let test = try TestStore()
        let path = test.folder + "/other.sqlite"
        defer { unlink(path) }
        try change(path, "CREATE TABLE t (a)")
        #expect(error(opening: path)?.status == 503)
    }

    @Test func refusesAFileThatIsNoDatabase() throws {
        let test = try TestStore()
        let path = test.folder + "/text"
        defer { unlink(path) }
        let file = try #require(fopen(path, "w"))
        fputs(String(repeating: "no database ", count: 100), file)
        fclose(file)
        let refusal = try #require(error(opening: path))
        #expect(refusal.status == 503)
        #expect(!refusal.detail.contains(path))
    }

    @Test func refusesAFolderThatIsMissing() {
        #expect(error(opening: "/nowhere/at/all/roster.sqlite")?.status == 503)
    }

    @Test func answersThatItIsBusyWhenLocked() throws {
        let test = try TestStore()
        try createUser("ann", in: test.store)
        let other = try test.database()
        try other.execute("BEGIN IMMEDIATE")
        let error = #expect(throws: SCIMError.self) { try createUser("bob", in: test.store) }
        #expect(error?.status == 503)
        #expect(error?.headers.map(\.name) == ["Retry-After"])
        try other.execute("ROLLBACK")
        try createUser("bob", in: test.store)
    }

    @Test func leavesNothingBehindWhenTheDiskIsFull() throws {
        let test = try TestStore()
        try createUser("ann", in: test.store)
        let pages = try test.store.limitPages()
        defer { try? test.store.allowPages(pages) }
        var refused: SCIMError?
        for number in 0..<2_000 where refused == nil {
            do throws(SCIMError) {
                try createUser(
                    "user\(number)-\(String(repeating: "x", count: 500))",
                    in: test.store
                )
            } catch {
                refused = error
            }
        }
        #expect(refused?.status == 503)
        #expect(refused?.headers.map(\.name) == ["Retry-After"])
        try test.store.allowPages(1_000_000)
        try expectConsistency(test)
        try createUser("later", in: test.store)
    }

    /// Every resource has its journal entry, the count is right, SQLite finds no fault.
    private func expectConsistency(_ test: TestStore) throws {
        let database = try test.database()
        let resources = try database.integer("SELECT count(*) FROM resource")
        for sql in [
            "SELECT total FROM resource_count WHERE type = 'User'",
            "SELECT count(*) FROM journal", "SELECT count(*) FROM value WHERE class = 2",
        ] {
            #expect(try database.integer(sql) == resources, "\(sql)")
        }
        #expect(try database.rows("PRAGMA integrity_check") == ["ok"])
    }

    @Test func isReadOnlyWithoutTheRightToWrite() throws {
        let test = try TestStore()
        try createUser("ann", in: test.store)
        try test.store.forbidWriting()
        let error = #expect(throws: SCIMError.self) { try createUser("bob", in: test.store) }
        #expect(error?.status == 503)
        #expect(error?.headers.isEmpty == true)
    }

    @Test func racingCreatorsOfOneNameMakeOneUser() async throws {
        let test = try TestStore()
        let path = test.path
        let outcomes = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    do {
                        let store = try SQLiteStore(path: path)
                        _ = try directory(store).create(["userName": "Same"])
                        return 201
                    } catch {
                        return SCIMError(any: error).status
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.sorted() == [201, 409, 409, 409, 409, 409])
    }

    @Test func racingWritersOfOneVersionWinOnce() async throws {
        let test = try TestStore()
        let user = try test.directory().create(["userName": "ann"])
        let (path, id, tag) = (test.path, user.id, user.tag)
        let outcomes = await withTaskGroup(of: Int.self) { group in
            for number in 0..<6 {
                group.addTask {
                    do {
                        let store = try SQLiteStore(path: path)
                        let sent: JSON = ["userName": "ann", "title": .string("\(number)")]
                        _ = try directory(store).perform(
                            .replace(
                                id: id,
                                with: try SentResource(sent, type: .user),
                                Preconditions(ifMatch: tag)
                            ),
                            by: TestStore.caller()
                        )
                        return 200
                    } catch {
                        return SCIMError(any: error).status
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.sorted() == [200, 412, 412, 412, 412, 412])
    }
}

extension SQLiteStore {
    /// Lets the database grow by nothing, as a full disk does; SQLite answers SQLITE_FULL.
    fileprivate func limitPages() throws -> Int {
        let count = try pragma("PRAGMA page_count") ?? 0
        _ = try pragma("PRAGMA max_page_count = 1")
        return count
    }

    fileprivate func allowPages(_ count: Int) throws {
        _ = try pragma("PRAGMA max_page_count = 1000000")
    }

    fileprivate func forbidWriting() throws {
        _ = try pragma("PRAGMA query_only = 1")
    }
}
