import Directory
import SCIM
import TestSupport
import Testing

@testable import Delivery

/// What is kept of receivers' answers, and which entries of the journal they cover.
struct OutcomeTests {
    private let office: Office

    init() throws { office = try Office() }

    private func outcomes(_ user: StoredResource) throws -> [Outcome] {
        try office.directory.read {
            try $0.outcomes(ofResource: user.id, receiver: office.receiver.id, from: 0)
        }
    }

    private func lastSequence() throws -> Int64 {
        try office.directory.read { try $0.lastSequence() }
    }

    @Test func anAnswerCoversWhatWasWrittenBefore() throws {
        let user = try office.user("ann")
        let created = try lastSequence()
        var changed: Int64 = 0
        office.answer = { [office] call in
            // Somebody changes it while the call is under way.
            if changed == 0 {
                try? office.set(user, "title", "Lead")
                changed = (try? self.lastSequence()) ?? -1
            }
            return Plugin.answer(call) { _ in ["userId": 3, "login": "ann"] }
        }
        #expect(try office.courier().run() == .finished)
        let found = try outcomes(user)
        #expect(found.map(\.sequence) == [created, changed])
        #expect(found.map(\.status) == [.done, .done] && found.map(\.version) == [1, 2])
        #expect(found[0].account == .init(id: "3", name: "ann"))
        let covering = try office.directory.read {
            try $0.outcomes(ofResource: user.id, receiver: nil, from: changed).first
        }
        #expect(covering == found[1])
    }

    @Test func onlyTheFirstOfManyTriesIsSaid() throws {
        let user = try office.user("ann")
        office.answer = { Plugin.answer($0) { _ in ["status": "error", "code": "busy"] } }
        for _ in 0..<5 {
            _ = try office.courier().run()
            office.clock.advance(seconds: 3_600)
        }
        #expect(try office.record(user).attempts == 5)
        #expect(try outcomes(user).map(\.status) == [.postponed])
        #expect(try outcomes(user)[0].problem?.code == "busy")
        office.answer = { Plugin.answer($0) }
        _ = try office.courier().run()
        #expect(try outcomes(user).map(\.status) == [.postponed, .done])
        #expect(try outcomes(user)[1].attempts == 6)
        // What the receiver has already is nothing new.
        try office.settleAll()
        #expect(try outcomes(user).count == 2)
    }

    @Test func whatIsRefusedSaysWhy() throws {
        let user = try office.user("ann")
        office.answer = {
            Plugin.answer($0) { _ in
                ["status": "refused", "code": "invalid_email", "message": "no"]
            }
        }
        _ = try office.courier().run()
        let outcome = try #require(try outcomes(user).first)
        #expect(outcome.status == .refused && outcome.attempts == 1)
        #expect(outcome.problem == Problem(code: "invalid_email", message: "no"))
        var stuck = AuditQuery()
        stuck.result = .stuck
        #expect(try office.directory.audit(stuck).map(\.subject.id) == [user.id])
    }

    /// Nobody knows when what is acknowledged was read, unless it is the newest.
    @Test func whatIsPulledCoversTheNewestOnly() throws {
        let user = try office.user("ann")
        try office.set(user, "title", "Lead")
        for version: Int64 in [1, 2] {
            try office.directory.settle(
                [
                    Settlement(
                        resource: user.id,
                        version: version,
                        outcome: .done(account: nil, active: nil)
                    )
                ],
                of: office.receiver.id,
                trouble: nil
            )
        }
        #expect(try outcomes(user).map(\.version) == [2])
        #expect(try outcomes(user).map(\.sequence) == [try lastSequence()])
    }
}
