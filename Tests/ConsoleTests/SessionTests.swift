import Directory
import SCIM
import Testing

@testable import Console

struct SessionTests {
    private let start = Instant(milliseconds: 1_709_208_000_000)

    private var session: Session {
        .new(
            Administrator(id: 7, name: "a", role: .auditor, created: start, sessionsSince: start),
            at: start
        )
    }

    private func after(_ seconds: Int) -> Instant { start.adding(seconds: seconds) }

    @Test func endsAfterIdleness() {
        #expect(!session.isOver(at: start))
        #expect(!session.isOver(at: after(Session.idleSeconds - 1)))
        #expect(session.isOver(at: after(Session.idleSeconds)))
    }

    @Test func goesOnWhileSomebodyIsThere() {
        let seen = session.seen(at: after(Session.idleSeconds - 1))
        #expect(!seen.isOver(at: after(2 * Session.idleSeconds - 2)))
        #expect(seen.isOver(at: after(2 * Session.idleSeconds - 1)))
    }

    @Test func endsInAnyCase() {
        let last = session.seen(at: after(Session.seconds - 1))
        #expect(!last.isOver(at: after(Session.seconds - 1)))
        #expect(last.isOver(at: after(Session.seconds)))
        #expect(last.end == after(Session.seconds))
    }

    @Test func endsWhereTheClockWasSetBack() {
        #expect(!session.isOver(at: after(-Session.idleSeconds)))
        #expect(session.isOver(at: after(-Session.idleSeconds - 1)))
    }

    @Test func hasAnIDOfItsOwn() {
        #expect(session.id != session.id)
        #expect(session.id.utf8.count == 32)
        #expect(session.administrator == 7)
    }
}
