import Directory
import SCIM
import TestSupport
import Testing

@testable import Console

struct CheckPagesTests {
    private let world: ConsoleWorld

    init() throws {
        world = try ConsoleWorld()
        try world.site()
    }

    @Test func triesWhenAskedAndNotBefore() throws {
        world.way = [.init(.bad, ConsoleWorld.script, cure: "SetEnvIf"), .init(.good, "PUT works")]
        let browser = try world.browser()
        let before = browser.get("/check")
        #expect(before.faults == [] && !before.contains("PUT works"))
        let page = try browser.submit(before, "/check")
        #expect(page.status == 200 && page.faults == [])
        #expect(page.contains("Two things are in the way") && page.contains("SetEnvIf"))
        #expect(page.contains("PUT works") && page.contains("site.test does not answer"))
        #expect(!page.text.contains(ConsoleWorld.script))
        #expect(try world.browser(.auditor).get("/check").changes == [])
    }

    @Test(arguments: [(Int64(3), "3 seconds from the one here"), (200, "200 seconds apart")])
    func looksAtTheSitesClock(_ seconds: Int64, _ words: String) throws {
        let time = world.clock.instant.microseconds / 1_000_000 + seconds
        world.answer = { _ in
            .answered(status: 200, body: Array("{\"time\":\(time)}".utf8))
        }
        let browser = try world.browser()
        #expect(try browser.submit(browser.get("/check"), "/check").contains(words))
    }
}
