import SCIM
import TestSupport
import Testing

@testable import Directory

/// What can be said of a receiver without a store.
struct ReceiverTests {
    private func receiver(_ name: String = "site") -> Receiver {
        Receiver(
            kind: .webhook,
            name: name,
            scope: .init(type: nil, followsGroups: false),
            settings: [:],
            created: Instant(milliseconds: 0)
        )
    }

    @Test(arguments: [
        ("a", true), ("Az09._-", true), ("", false), ("a b", false), ("ä", false), ("a/b", false),
        (String(repeating: "a", count: 64), true), (String(repeating: "a", count: 65), false),
        ("a\n", false), ("a:b", false),
    ])
    func namesAreWords(_ name: String, _ isFit: Bool) throws {
        let test = try TestStore()
        let added = try? test.directory().add(receiver(name), by: TestStore.caller())
        #expect((added != nil) == isFit)
    }

    @Test(
        arguments: [
            (false, nil, true), (true, nil, false), (false, .some(nil), false),
            (false, .some(-1), true), (false, .some(0), true), (false, .some(1), false),
            (true, .some(-1), false),
        ] as [(Bool, Int??, Bool)]
    )
    func isOpenUnlessPausedOrInTrouble(_ isPaused: Bool, _ retry: Int??, _ isOpen: Bool) {
        let now = Instant(milliseconds: 1_000_000)
        var receiver = receiver()
        receiver.isPaused = isPaused
        receiver.trouble = retry.map { seconds in
            Trouble(
                attempts: 1,
                since: now,
                retryAt: seconds.map(now.adding),
                problem: Problem(code: "x", message: "")
            )
        }
        #expect(receiver.isOpen(at: now) == isOpen)
    }

    @Test(arguments: [
        (499, "x", 499), (500, "x", 500), (501, "x", 500), (250, "ä", 500), (251, "ä", 500),
        (167, "€", 498), (125, "😀", 500), (126, "😀", 500), (0, "", 0),
    ])
    func messagesEndWithAWholeCharacter(_ count: Int, _ character: String, _ bytes: Int) {
        let text = String(repeating: character, count: count)
        let message = Problem(code: "x", message: text).message
        #expect(message.utf8.count == bytes && text.hasPrefix(message))
        #expect(Problem(code: "x", message: "y" + text).message.utf8.count <= 500)
        #expect(("y" + text).hasPrefix(Problem(code: "x", message: "y" + text).message))
    }
}
