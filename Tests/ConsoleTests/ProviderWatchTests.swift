import Directory
import SCIM
import TestSupport
import Testing

@testable import Console

struct ProviderWatchTests {
    private let world: ConsoleWorld
    private let browser: Browser
    private let address = "/providers/entra?watch=yes"

    init() throws {
        world = try ConsoleWorld()
        browser = try world.browser()
    }

    /// The token that the world's users come with.
    private func token() throws -> Token { try world.token("test", profile: "entra") }

    private func use(_ token: Token, _ method: String, _ status: Int) {
        let request = SentRequest(
            method: method,
            path: "/Users",
            address: nil,
            agent: nil,
            started: world.clock.instant,
            status: status
        )
        world.directory.noteUse(of: token, for: request)
    }

    @Test func looksAgainOnlyWhereSomebodyWatches() throws {
        let still = browser.get("/providers/entra")
        #expect(still.header("Refresh") == nil)
        #expect(still.links.contains("/scim/admin/providers/entra?watch=yes"))
        let page = browser.get(address)
        #expect(page.header("Refresh") == "5")
        #expect(page.faults == [])
        #expect(page.contains("Waiting for the first request"))
        #expect(page.contains("Stop watching"))
        #expect(page.links.contains("/scim/admin/providers/entra"))
    }

    @Test func showsTheFirstRequest() throws {
        use(try token(), "GET", 200)
        let page = browser.get(address)
        #expect(page.contains("It came: GET /Users 200. Waiting for the first user"))
        #expect(page.header("Refresh") == "5")
        // Another provider's guide does not take it for its own.
        #expect(browser.get("/providers/okta?watch=yes").contains("Waiting for the first request"))
    }

    @Test func saysThatARequestWasRefused() throws {
        use(try token(), "POST", 400)
        let page = browser.get(address)
        #expect(page.faults == [])
        #expect(page.contains("It came, and was refused: POST /Users 400"))
    }

    @Test func countsStrangersWhileNothingHasCome() throws {
        _ = try world.store.write(within: .unlimited) { transaction in
            try transaction.count(.unauthenticated, 2, at: world.clock.instant)
        }
        let words = "Two requests came without a valid token in this hour"
        #expect(browser.get(address).contains(words))
        use(try token(), "GET", 200)
        #expect(!browser.get(address).contains(words))
    }

    @Test func followsTheFirstUserIntoWordPress() throws {
        use(try token(), "GET", 200)
        let ann = try world.user("ann", ["displayName": .string("Ann \(ConsoleWorld.script)")])
        #expect(browser.get(address).contains("No site is connected"))
        let site = try world.site()
        try world.directory.resend([ann.id], to: site, by: ConsoleWorld.caller)
        try world.user("bob")
        let waiting = browser.get(address)
        #expect(waiting.contains("The first user is here. Waiting for WordPress"))
        #expect(waiting.contains("In WordPress On its way"))
        #expect(waiting.header("Refresh") == "5")
        let records = try world.directory.read { store -> [DeliveryRecord] in
            try store.deliveries(to: site.id, .of([ann.id]), limit: 1)
        }
        try world.directory.settle(
            records.map {
                Settlement(
                    resource: $0.resource,
                    version: $0.version,
                    outcome: .done(account: .init(id: "7", name: "ann7"), active: true)
                )
            },
            of: site.id,
            trouble: nil
        )
        try world.group("Staff", [ann])
        let page = browser.get(address)
        #expect(page.faults == [])
        #expect(page.contains("Microsoft Entra ID is connected"))
        #expect(page.contains("is in site.test"))
        #expect(page.contains("In WordPress ann7"))
        #expect(page.contains("First group Staff"))
        #expect(page.links.contains("/scim/admin/users/\(ann.id)"))
        #expect(page.header("Refresh") == nil)
        #expect(!page.text.contains("<script>alert"))
    }
}
