import Directory
import JSONText
import SCIM
import TestSupport
import Testing

@testable import Delivery

/// How deliveries are sent, and what becomes of failures.
struct CourierTests {
    private let office: Office

    init() throws { office = try Office() }

    private func users(_ count: Int) throws -> [StoredResource] {
        try (0..<count).map { number in
            office.clock.advance(milliseconds: 1)
            return try office.user("user\(number)")
        }
    }

    private func trouble() throws -> Trouble? { try office.reread().trouble }

    private func seconds(until instant: Instant?) -> Int64? {
        instant.map { ($0.microseconds - office.clock.instant.microseconds) / 1_000_000 }
    }

    @Test(arguments: [(0, []), (1, [1]), (3, [3]), (50, [50]), (51, [50, 1])])
    func oneCallCarriesMany(_ count: Int, _ sizes: [Int]) throws {
        let users = try users(count)
        #expect(try office.courier().run() == .finished)
        #expect(office.events.map(\.count) == sizes)
        for record in try office.records() {
            #expect(record.state == .done && record.acknowledged == 1)
            #expect(record.account == .init(id: "7", name: "login"))
        }
        #expect(try office.records().count == users.count)
        #expect(try office.reread().lease == nil)
        let call = office.calls.first
        #expect(call?.url == (users.isEmpty ? nil : "https://wp.test/?roster=events"))
    }

    @Test func whoLeavesComesFirst() throws {
        let users = try users(3)
        try office.set(users[2], "active", false)
        office.clock.advance(milliseconds: 1)
        try office.directory.delete(users[1])
        _ = try office.courier().run()
        #expect(
            office.events.first?.map(Plugin.id) == [users[2], users[1], users[0]].map(\.id)
        )
        #expect(
            office.events.first?.map { $0["type"]?.string } == [
                "user.upsert", "user.delete", "user.upsert",
            ]
        )
    }

    // MARK: The right to send

    @Test func anotherSends() throws {
        _ = try users(1)
        let lease = { (holder: String) in
            _ = try office.directory.lease(
                office.receiver.id,
                holder: holder,
                seconds: 60
            ) { _ in false }
        }
        try lease("other")
        #expect(try office.courier().run() == .taken)
        #expect(office.calls.isEmpty)
        #expect(try office.courier(isGone: { $0 == "other" }).run() == .finished)
        #expect(office.calls.count == 1)
        _ = try office.user("new")
        try lease("other")
        office.clock.advance(seconds: 60)
        #expect(try office.courier().run() == .finished)
        #expect(office.calls.count == 2)
    }

    @Test func whoIsRemovedIsSentNothing() throws {
        _ = try users(1)
        try office.directory.remove(office.receiver, by: Office.caller)
        #expect(try office.courier().run() == .taken)
        #expect(office.calls.isEmpty)
    }

    /// The call is made, and nothing is written any more.
    @Test func whatIsKilledBetweenCallAndNoteIsSentAgain() throws {
        _ = try users(2)
        let database = try office.test.database()
        office.answer = { call in
            try? database.execute(
                """
                CREATE TRIGGER killed BEFORE UPDATE ON delivery
                    BEGIN SELECT RAISE(ABORT, 'killed'); END
                """
            )
            return Plugin.answer(call)
        }
        #expect(throws: SCIMError.self) { try office.courier("dead").run() }
        try database.execute("DROP TRIGGER killed")
        office.answer = { Plugin.answer($0) { _ in ["status": "ignored", "known": 1] } }
        office.clock.advance(seconds: 2)
        #expect(try office.courier().run() == .taken)
        #expect(try office.courier(isGone: { $0 == "dead" }).run() == .finished)
        try #require(office.calls.count == 3)
        #expect(office.calls[0].body == office.calls[1].body)
        #expect(office.events[1].map { $0["version"]?.integer } == [1, 1])
        let ids = office.calls.map { $0.field("webhook-id") }
        #expect(ids[0] == ids[1] && ids[0] != nil)
        let times = office.calls.map { $0.field("webhook-timestamp") }
        #expect(times[0] != times[1])
        #expect(try office.records().allSatisfy { $0.state == .done })
    }

    /// Something changes between the last look and the end.
    @Test func nothingIsLeftBehind() throws {
        let users = try users(1)
        let hooked = HookedStore(office.test.store)
        let directory = Directory(
            store: hooked,
            links: office.test.links,
            now: office.clock.now
        )
        // Taking the right, noting, keeping the right: the fourth is giving it back.
        hooked.beforeWrite = { [office] number in
            if number == 4 { try office.set(users[0], "title", "x") }
        }
        #expect(try office.courier(of: directory).run() == .finished)
        #expect(office.events.flatMap(\.self).map { $0["version"]?.integer } == [1, 2])
        #expect(try office.record(users[0]).state == .done)
        #expect(hooked.writes > 4)
    }

    // MARK: Failures of the receiver

    @Test func whoCannotBeReachedIsTriedEverMoreRarely() throws {
        _ = try users(2)
        office.answer = { _ in .unreachable("no route") }
        let start = office.clock.instant
        for (number, wait) in [5, 30, 120, 600, 1_800, 3_600, 3_600].enumerated() {
            #expect(try office.courier().run() == .closed)
            #expect(office.calls.count == number + 1)
            let trouble = try #require(try trouble())
            #expect(seconds(until: trouble.retryAt) == Int64(wait))
            #expect(trouble.attempts == number + 1 && trouble.since == start)
            #expect(trouble.problem == Problem(code: "unreachable", message: "no route"))
            // Not before its time.
            office.clock.advance(seconds: wait - 1)
            #expect(try office.courier().run() == .closed)
            #expect(office.calls.count == number + 1)
            office.clock.advance(seconds: 1)
        }
        var count = office.calls.count
        while try trouble()?.retryAt != nil {
            #expect(try office.courier().run() == .closed)
            count += 1
            office.clock.advance(seconds: 3_600)
            if count > 200 { break }
        }
        #expect(office.calls.count == count && count == 78)
        // It is parked; the deliveries wait.
        office.clock.advance(seconds: 1_000_000)
        #expect(try office.courier().run() == .closed)
        #expect(office.calls.count == count)
        #expect(try office.records().allSatisfy { $0.state == .waiting && $0.attempts == 0 })
        _ = try office.directory.retry(office.receiver, by: Office.caller)
        office.answer = { Plugin.answer($0) }
        #expect(try office.courier().run() == .finished)
        #expect(try trouble() == nil)
    }

    @Test(arguments: [
        (401, #"{"code":"scim_bad_signature","message":"m","time":1}"#, "scim_bad_signature"),
        (401, #"{"code":"scim_unsigned","message":"m"}"#, "scim_unsigned"),
        (401, #"{"code":"scim_stale","message":"m"}"#, "scim_stale"),
    ])
    func aWrongSignatureClosesTheReceiverAtOnce(
        _ status: Int,
        _ body: String,
        _ code: String
    ) throws {
        _ = try users(2)
        office.answer = { _ in .answered(status: status, body: Array(body.utf8)) }
        #expect(try office.courier().run() == .closed)
        let trouble = try #require(try trouble())
        #expect(trouble.retryAt == nil && trouble.problem.code == code)
        #expect(trouble.problem.message.contains("m"))
        office.clock.advance(seconds: 1_000_000)
        #expect(try office.courier().run() == .closed)
        #expect(office.calls.count == 1)
        #expect(try office.records().allSatisfy { $0.state == .waiting })
    }

    /// One that has always a newer version is broken, and is not asked for ever.
    @Test func outrunsNoReceiverForEver() throws {
        let office = try Office()
        _ = try office.user("ann")
        office.answer = { call in
            Plugin.answer(call) { event in
                ["status": "ignored", "known": .integer((event["version"]?.integer ?? 0) + 1)]
            }
        }
        _ = try office.courier().run()
        #expect(office.calls.count <= 5)
    }

    /// The other places where an answer may come from.
    @Test(
        arguments: [
            (
                .answered(status: 401, body: Array(#"{"code":"rest_forbidden"}"#.utf8)),
                "rest_forbidden"
            ),
            (.answered(status: 401, body: Array("Basic".utf8)), "no_plugin"),
            (.answered(status: 200, body: Array("<html>".utf8)), "no_plugin"),
            (.answered(status: 200, body: Array(#"{"results":[]}"#.utf8)), "no_plugin"),
            (.answered(status: 200, body: Array("0".utf8)), "no_plugin"),
            (.answered(status: 301, body: []), "no_plugin"), (.late, "late"),
        ] as [(CallResult, String)]
    )
    func anUnclearAnswerToOneIsItsOwnAffair(_ answer: CallResult, _ code: String) throws {
        let user = try users(1)[0]
        office.answer = { _ in answer }
        #expect(try office.courier().run() == .finished)
        let record = try office.record(user)
        #expect(record.problem?.code == code && record.attempts == 1)
        #expect(seconds(until: record.due) == 5)
        #expect(try trouble() == nil)
    }

    /// A hook of another plugin, say, that cannot bear one account.
    @Test(arguments: 0..<8)
    func oneWhoIsToBlameIsFoundAndTheOthersGetThrough(_ place: Int) throws {
        let users = try users(8)
        office.answer = { call in
            call.events.contains { Plugin.id($0) == users[place].id }
                ? Plugin.page : Plugin.answer(call)
        }
        #expect(try office.courier().run() == .finished)
        for (number, user) in users.enumerated() {
            let record = try office.record(user)
            #expect(record.state == (number == place ? .waiting : .done), "\(number)")
            #expect(record.attempts == (number == place ? 1 : 0))
        }
        #expect(seconds(until: try office.record(users[place]).due) == 5)
        #expect(try trouble() == nil)
        #expect(office.calls.count <= 12, "\(office.events.map(\.count))")
        #expect(office.events.first?.count == 8)
    }

    @Test func whereSeveralFailOneByOneTheReceiverIsToBlame() throws {
        let users = try users(6)
        office.answer = { _ in Plugin.page }
        #expect(try office.courier().run() == .closed)
        #expect(office.events.map(\.count) == [6, 3, 1, 1, 1])
        var trouble = try #require(try trouble())
        #expect(trouble.attempts == 1 && seconds(until: trouble.retryAt) == 5)
        #expect(trouble.problem.code == "no_plugin")
        #expect(try users.map { try office.record($0).attempts } == [1, 1, 1, 0, 0, 0])
        // As long as nothing gets through it goes on being blamed, by whoever tries.
        for (number, wait) in [30, 120, 600].enumerated() {
            office.clock.advance(seconds: Int(try #require(seconds(until: trouble.retryAt))))
            #expect(try office.courier().run() == .closed)
            trouble = try #require(try self.trouble())
            #expect(trouble.attempts == number + 2)
            #expect(seconds(until: trouble.retryAt) == Int64(wait))
        }
        office.clock.advance(seconds: 600)
        office.answer = { Plugin.answer($0) }
        #expect(try office.courier().run() == .finished)
        #expect(try self.trouble() == nil)
    }

    // MARK: Failures of one delivery

    @Test func whatFailsIsTriedForThreeDaysAndThenParked() throws {
        let user = try users(1)[0]
        office.answer = { Plugin.answer($0) { _ in ["status": "error", "code": "busy"] } }
        var waits: [Int64?] = []
        while try office.record(user).state == .waiting, waits.count < 200 {
            #expect(try office.courier().run() == .finished)
            let due = try office.record(user).due
            waits.append(seconds(until: due))
            office.clock.advance(seconds: Int(seconds(until: due) ?? 0))
        }
        #expect(waits.prefix(6) == [5, 30, 120, 600, 1_800, 3_600])
        #expect(waits.count == 78 && waits.last == .some(nil))
        #expect(try office.record(user).problem?.code == "busy")
        #expect(try office.record(user).state == .parked)
        #expect(try trouble() == nil)
        #expect(office.calls.count == 78)
    }

    @Test func eachResultCountsForItself() throws {
        let users = try users(5)
        let results: [JSONObject] = [
            ["code": "created", "userId": 3, "login": "ann"],
            ["status": "refused", "code": "invalid_email", "message": "no"],
            ["status": "error", "code": "exception", "message": "oh"],
            ["status": "ignored", "code": "old_version", "known": 40],
            ["status": "refused", "code": "existing_user_login", "conflict": "x"],
        ]
        office.answer = { [office] call in
            if office.calls.count > 1 { return Plugin.answer(call) }
            return Plugin.answer(call) { event in
                results[users.firstIndex { $0.id == Plugin.id(event) } ?? 0]
            }
        }
        #expect(try office.courier().run() == .finished)
        let records = try users.map { try office.record($0) }
        #expect(records.map(\.state) == [.done, .parked, .waiting, .done, .waiting])
        #expect(records[0].account == .init(id: "3", name: "ann"))
        #expect(records[1].problem == Problem(code: "invalid_email", message: "no"))
        #expect(seconds(until: records[2].due) == 5 && records[2].problem?.message == "oh")
        // The site is ahead: it is sent a version beyond at once.
        #expect(records[3].version == 41 && office.events.last?.count == 1)
        // Whose account is in the way may be about to go.
        #expect(seconds(until: records[4].due) == 5)
    }

    /// `updated` and `created` do not say whether anybody gets in by the account: what was sent does.
    @Test(
        arguments: [
            ("created", true, true), ("created", false, false), ("updated", true, true),
            ("updated", false, false), ("reactivated", true, true), ("deactivated", false, false),
            ("deleted", false, false), ("absent", false, false),
        ]
    )
    func itIsKnownWhetherAnAccountIsActive(
        _ code: String,
        _ isSentActive: Bool,
        _ isActive: Bool
    ) throws {
        let user = try office.user("ann", ["active": .bool(isSentActive)])
        if ["deleted", "absent"].contains(code) { try office.directory.delete(user) }
        office.answer = { Plugin.answer($0) { _ in ["code": .string(code)] } }
        _ = try office.courier().run()
        #expect(try office.record(user).active == isActive)
    }

    @Test func whatWasNotReachedIsSentAtOnce() throws {
        let users = try users(3)
        office.answer = { [office] call in
            if office.calls.count > 1 { return Plugin.answer(call) }
            return Plugin.answer(call) { event in
                switch Plugin.id(event) {
                case users[0].id: [:]
                case users[1].id: ["status": "error", "code": "interrupted"]
                default: ["status": "error", "code": "not_reached"]
                }
            }
        }
        #expect(try office.courier().run() == .finished)
        #expect(office.events.map { $0.map(Plugin.id) } == [users.map(\.id), [users[2].id]])
        #expect(try users.map { try office.record($0).state } == [.done, .waiting, .done])
        #expect(try office.record(users[2]).attempts == 0)
    }

    // MARK: Waiting

    @Test func waitsForChangesAsLongAsItIsTold() throws {
        let start = office.clock.instant
        var isNew = true
        let courier = office.courier(sleeping: { [office] in
            if isNew, office.clock.instant >= start.adding(seconds: 3) {
                isNew = false
                _ = try office.user("ann")
            }
        })
        #expect(try courier.run(patience: .init(forChanges: 5, forRetries: 0)) == .finished)
        #expect(office.calls.count == 1)
        // Five seconds from the last on.
        #expect((-8...(-7)).contains(seconds(until: start) ?? 0))
        #expect(try office.reread().lease == nil)
    }

    @Test(arguments: [(0, 1, 0), (4, 1, 0), (5, 2, 5), (29, 2, 5), (35, 3, 35)])
    func waitsForRetriesAsLongAsItIsTold(_ patience: Int, _ calls: Int, _ waited: Int64) throws {
        for answer in [CallResult.unreachable("x"), .late] {
            let office = try Office()
            let user = try office.user("ann")
            office.answer = { call in office.calls.count < 3 ? answer : Plugin.answer(call) }
            let start = office.clock.instant
            let end = try office.courier().run(
                patience: .init(forChanges: 0, forRetries: patience)
            )
            #expect(office.calls.count == calls, "\(answer)")
            let isDone = calls == 3
            #expect(try (office.record(user).state == .done) == isDone)
            let passed = office.clock.instant.microseconds - start.microseconds
            #expect(passed / 1_000_000 == waited)
            if case .unreachable = answer { #expect(end == (isDone ? .finished : .closed)) }
            #expect(try office.reread().lease == nil)
        }
    }

    @Test func somebodyMayMendTheReceiverMeanwhile() throws {
        _ = try users(1)
        office.answer = { [office] call in
            office.calls.count == 1 ? .unreachable("x") : Plugin.answer(call)
        }
        let start = office.clock.instant
        var isMended = false
        let courier = office.courier(sleeping: { [office] in
            if !isMended, office.clock.instant >= start.adding(seconds: 1) {
                isMended = true
                _ = try office.directory.retry(office.receiver, by: Office.caller)
            }
        })
        #expect(try courier.run(patience: .init(forChanges: 0, forRetries: 60)) == .finished)
        #expect(office.calls.count == 2)
        #expect(office.clock.instant < start.adding(seconds: 2))
    }

    @Test func theRightToSendIsKeptWhileItWaits() throws {
        var others = 0
        let courier = office.courier(sleeping: { [office] in
            let got = try office.directory.lease(
                office.receiver.id,
                holder: "other",
                seconds: 1
            ) { _ in false }
            if got != nil { others += 1 }
        })
        _ = try courier.run(patience: .init(forChanges: 40, forRetries: 0))
        #expect(others == 0)
    }

    @Test func endsWhenItIsTold() throws {
        _ = try users(60)
        let isStopping = { [office] in !office.calls.isEmpty }
        #expect(try office.courier().run(isStopping: isStopping) == .stopped)
        #expect(office.calls.count == 1)
        #expect(try office.reread().lease == nil)
        var looks = 0
        let start = office.clock.instant
        _ = try office.courier().run(patience: .init(forChanges: 1_000, forRetries: 0)) {
            looks += 1
            return looks > 20
        }
        #expect(office.clock.instant < start.adding(seconds: 1))
        #expect(try office.reread().lease == nil)
    }

    @Test func whoIsPausedIsSentNothing() throws {
        _ = try users(60)
        let pause = { [office] (isPaused: Bool) in
            _ = try office.directory.update(
                office.receiver,
                by: Office.caller,
                attributes: []
            ) { $0.isPaused = isPaused }
        }
        try pause(true)
        let patience = Courier.Patience(forChanges: 5, forRetries: 5)
        #expect(try office.courier().run(patience: patience) == .closed)
        #expect(office.calls.isEmpty)
        try pause(false)
        office.answer = { call in
            try? pause(true)
            return Plugin.answer(call)
        }
        #expect(try office.courier().run() == .closed)
        // What the call carried is noted all the same.
        #expect(office.calls.count == 1)
        #expect(try office.records().filter { $0.state == .done }.count == 50)
        #expect(try office.reread().lease == nil)
    }
}

/// A store that lets others do something before it writes.
private final class HookedStore: Store {
    private let store: any Store
    private(set) var writes = 0
    var beforeWrite: (Int) throws -> Void = { _ in }

    init(_ store: any Store) { self.store = store }

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
        writes += 1
        try beforeWrite(writes)
        return try store.write(within: budget, body)
    }

    func attempt(_ body: (any StoreTransaction) throws -> Void) -> Bool { store.attempt(body) }

    func giveWay() { store.giveWay() }

    func takeBatchEnd() -> Bool { store.takeBatchEnd() }
}
