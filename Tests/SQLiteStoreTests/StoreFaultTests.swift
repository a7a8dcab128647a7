import Directory
import GRDB
import Glibc
import SCIM
import SQLiteStore
import Testing

/// A database that cannot be used is a clear 503, and nothing is lost or half written.
struct StoreFaultTests {
    private func error(opening path: String) -> SCIMError? {
        do {
            _ = try SQLiteStore(path: path)
            return nil
        } catch {
            return error
        }
    }

    private func change(_ path: String, _ sql: String) throws {
        try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: sql) }
    }

    private func createUser(_ name: String, in store: SQLiteStore) throws(SCIMError) {
        _ = try Directory(store: store, now: { Instant(milliseconds: 1) }).create(
            ["userName": .string(name)],
            type: .user,
            caller: TestStore.caller
        )
    }

    @Test func makesAMissingDatabase() throws {
        let test = try TestStore()
        try createUser("ann", in: test.store)
        let again = try SQLiteStore(path: test.path)
        let found = try again.search(
            Query(type: .user, count: 10, domain: "default", base: "")
        )
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
        try change(test.path, "PRAGMA user_version = 1")
        let found = try test.store.search(
            Query(type: .user, count: 10, domain: "default", base: "")
        )
        #expect(found.total == 1)
    }

    /// Otherwise every request of the client would wait, until one comes through.
    @Test func notesNoUseOfATokenWhileTheDatabaseIsLocked() throws {
        let test = try TestStore()
        let hash = [UInt8](repeating: 7, count: 32)
        var token = TestStore.caller.token
        token.hash = hash
        let id = try test.store.write { transaction throws(SCIMError) in
            try transaction.insert(token, hash: hash)
        }
        let other = try DatabaseQueue(path: test.path)
        try other.writeWithoutTransaction { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            test.store.recordUse(ofToken: id, at: Instant(milliseconds: 5))
            try database.execute(sql: "ROLLBACK")
        }
        #expect(try test.store.token(hash: hash)?.used == nil)
        test.store.recordUse(ofToken: id, at: Instant(milliseconds: 5))
        #expect(try test.store.token(hash: hash)?.used == Instant(milliseconds: 5))
    }

    @Test func limitsTheBytesOfAPage() throws {
        let test = try TestStore()
        for name in ["ann", "bob"] { try createUser(name, in: test.store) }
        var query = Query(type: .user, count: 2, domain: "default", base: "")
        let bytes = try test.store.search(query).resources.reduce(0) { $0 + $1.document.count }
        query.bytesMax = bytes
        #expect(try test.store.search(query).resources.count == 2)
        query.bytesMax = bytes - 1
        let refusal = #expect(throws: SCIMError.self) { try test.store.search(query) }
        #expect(refusal?.status == 400 && refusal?.scimType == .tooMany)
        query.count = 1
        #expect(try test.store.search(query).resources.count == 1)
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
        let other = try DatabaseQueue(path: test.path)
        try other.writeWithoutTransaction { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            defer { try? database.execute(sql: "ROLLBACK") }
            let error = #expect(throws: SCIMError.self) { try createUser("bob", in: test.store) }
            #expect(error?.status == 503)
            #expect(error?.headers.map(\.name) == ["Retry-After"])
        }
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

    /// Every resource has its audit entry and event, the count is right, SQLite finds no fault.
    private func expectConsistency(_ test: TestStore) throws {
        try DatabaseQueue(path: test.path).read { database in
            let resources = try Int.fetchOne(database, sql: "SELECT count(*) FROM resource")
            for sql in [
                "SELECT total FROM resource_count WHERE type = 'User'",
                "SELECT count(*) FROM audit", "SELECT count(*) FROM outbox",
                "SELECT count(*) FROM value WHERE class = 2",
            ] {
                let count = try Int.fetchOne(database, sql: sql)
                #expect(count == resources, "\(sql)")
            }
            #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
        }
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
                    do throws(SCIMError) {
                        let store = try SQLiteStore(path: path)
                        _ = try Directory(store: store, now: { Instant(milliseconds: 1) }).create(
                            ["userName": "Same"],
                            type: .user,
                            caller: TestStore.caller
                        )
                        return 201
                    } catch {
                        return error.status
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.sorted() == [201, 409, 409, 409, 409, 409])
    }

    @Test func racingWritersOfOneVersionWinOnce() async throws {
        let test = try TestStore()
        let user = try test.directory().create(
            ["userName": "ann"],
            type: .user,
            caller: TestStore.caller
        )
        let path = test.path
        let outcomes = await withTaskGroup(of: Int.self) { group in
            for number in 0..<6 {
                group.addTask {
                    do throws(SCIMError) {
                        let store = try SQLiteStore(path: path)
                        _ = try Directory(store: store, now: { Instant(milliseconds: 2) }).replace(
                            user.id,
                            with: ["userName": "ann", "title": .string("\(number)")],
                            type: .user,
                            preconditions: Preconditions(ifMatch: user.tag),
                            caller: TestStore.caller
                        )
                        return 200
                    } catch {
                        return error.status
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
        try pragma("page_count").flatMap { try pragma("max_page_count = \($0)") } ?? 0
    }

    fileprivate func allowPages(_ count: Int) throws {
        _ = try pragma("max_page_count = \(count)")
    }

    fileprivate func forbidWriting() throws {
        _ = try pragma("query_only = 1")
    }
}
