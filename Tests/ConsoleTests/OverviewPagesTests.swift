import Delivery
import Directory
import SCIM
import TestSupport
import Testing

@testable import Console

struct OverviewPagesTests {
    private let world: ConsoleWorld
    private let browser: Browser

    init() throws {
        world = try ConsoleWorld()
        browser = try world.browser()
    }

    private func use(_ token: Token, _ status: Int = 200) throws {
        let request = SentRequest(
            method: "GET",
            path: "/Users",
            address: nil,
            agent: nil,
            started: world.clock.instant,
            status: status
        )
        let tokens = try world.directory.read { store -> [Token] in try store.tokens() }
        let current = try #require(tokens.first { $0.id == token.id })
        world.directory.noteUse(of: current, for: request)
    }

    private func settle(_ receiver: Receiver, _ outcome: Settlement.Outcome) throws {
        let records = try world.directory.read { store -> [DeliveryRecord] in
            try store.deliveries(to: receiver.id, .all(after: ""), limit: 100)
        }
        let settlements = records.map {
            Settlement(resource: $0.resource, version: $0.version, outcome: outcome)
        }
        try world.directory.settle(settlements, of: receiver.id, trouble: nil)
    }

    private func station(_ page: WebPage, _ number: Int) -> String {
        let items = page.text.split(separator: "<ol class=\"path\"")[1].split(separator: "<li ")
        return String(items[number])
    }

    // MARK: The frame

    @Test(arguments: Topic.allCases) func theMenuLeadsToAPage(topic: Topic) throws {
        let page = browser.get(topic.href.text(from: "/scim/admin"))
        #expect(page.status == 200)
        #expect(page.faults == [])
        let current = page.tags.filter { $0["aria-current"] == "page" }.map { $0["href"] }
        #expect(current == [topic.href.text(from: "/scim/admin")])
    }

    @Test func aStrangerIsAskedToSignIn() throws {
        let page = world.stranger().get("/")
        #expect(page.status == 303)
        #expect(page.header("Location") == "/scim/admin/sign-in")
    }

    @Test func theMenuSaysWhatNeedsSomebody() throws {
        let site = try world.site()
        try world.user("ann")
        try world.user("bob")
        #expect(!browser.get("/users").contains("stuck"))
        try settle(site, .refused(Problem(code: "existing", message: "It is taken.")))
        try world.token("entra-hr", profile: "entra", expires: 13)
        try world.token("okta", expires: 15)
        let page = browser.get("/users")
        #expect(page.contains("Deliveries 2 stuck"))
        #expect(page.contains("Tokens 1 ends soon"))
        // A successor that lasts looks after it.
        try world.token("entra-hr", profile: "entra", expires: 365)
        #expect(!browser.get("/users").contains("ends soon"))
    }

    // MARK: The beginning

    @Test func beginsWithThreeSteps() throws {
        let page = browser.get("/")
        #expect(page.faults == [])
        #expect(page.heading == "Roster works. Nobody sends it anything yet.")
        #expect(page.links.contains("/scim/admin/providers"))
        let token = try world.token("entra-hr", profile: "entra")
        let next = browser.get("/")
        #expect(next.contains("Go on with Microsoft Entra ID"))
        #expect(next.links.contains("/scim/admin/providers/entra?watch=yes"))
        #expect(station(next, 1).contains("Not heard from yet"))
        try use(token)
        #expect(browser.get("/").heading.hasPrefix("Nobody has access."))
    }

    // MARK: The answer

    @Test func saysThatAllIsWell() throws {
        world.checks = [.init(.good, "The disk has room")]
        let site = try world.site()
        try use(try world.token("entra-hr", profile: "entra"))
        try world.user("ann")
        try world.user("bob")
        try world.user("cid", ["active": false])
        try world.group("Staff")
        try settle(site, .done(account: .init(id: "1", name: "a"), active: true))
        let page = browser.get("/")
        #expect(page.faults == [])
        #expect(page.heading == "2 people have access. All changes are delivered.")
        #expect(!page.contains("Needs you"))
        #expect(station(page, 1).contains("1 of 1 heard from, the last"))
        #expect(station(page, 2).contains("1 check passed"))
        #expect(station(page, 3).contains("<b>site.test</b><small>Has the newest state"))
        #expect(page.contains("Active users 2 Deactivated 1 Groups 1 Waiting to be sent 0"))
        #expect(page.contains("The disk has room"))
        #expect(page.contains("Everybody gets the site’s default role."))
        #expect(page.contains("Latest changes All changes"))
        #expect(page.contains("test created Group Staff"))
        #expect(page.links.contains("/scim/admin/audit/request"))
    }

    @Test func namesWhatIsStuckWithItsReason() throws {
        let site = try world.site()
        try world.user("ann")
        let problem = Problem(code: "existing_user", message: ConsoleWorld.script)
        try settle(site, .refused(problem))
        let page = browser.get("/")
        #expect(page.faults == [])
        #expect(page.heading == "1 person has access. One change is stuck.")
        #expect(page.contains("1 change did not get to site.test"))
        #expect(page.contains("The reason: <script>alert(\"1\")</script> existing_user"))
        #expect(!page.text.contains("<script>alert"))
    }

    @Test func countsWhatIsStuck() throws {
        let site = try world.site { site in
            site.rules = [RoleRule(group: "Staff", role: "editor")]
        }
        for name in ["ann", "bob", "cid"] { try world.user(name) }
        try settle(site, .refused(Problem(code: "existing_user", message: "It is taken.")))
        let page = browser.get("/")
        #expect(page.heading == "3 people have access. Three changes are stuck.")
        #expect(page.contains("3 changes did not get to site.test"))
        #expect(!page.contains("default role"))
    }

    @Test func aClientIsHeardByTheTokenThatItUses() throws {
        try world.user("ann")
        try use(try world.token("entra-hr", profile: "entra", expires: 9))
        try world.token("entra-hr", profile: "entra")
        let page = browser.get("/")
        #expect(station(page, 1).contains("1 of 1 heard from"))
        #expect(!page.contains("ends in 9 days"))
    }

    @Test func offersTheCureOfAReceiverThatIsNotReached() throws {
        let site = try world.site()
        try world.user("ann")
        try world.directory.settle(
            [],
            of: site.id,
            trouble: Trouble(
                attempts: 3,
                since: world.clock.instant,
                retryAt: nil,
                problem: Problem(code: "no_plugin", message: "No plugin answers.")
            )
        )
        let page = browser.get("/")
        #expect(page.faults == [])
        #expect(page.contains("site.test cannot be reached"))
        #expect(page.contains("It is not tried again before somebody has mended that."))
        let after = try browser.submit(page, "/deliveries/retry")
        #expect(after.heading == "1 change is on its way")
        #expect(!browser.get("/").contains("cannot be reached"))
        #expect(try world.browser(.auditor).get("/").changes == [])
    }

    @Test func noticesThatNobodySends() throws {
        try world.site()
        try world.user("ann")
        #expect(browser.get("/").contains("Nobody sends to") == false)
        world.clock.advance(seconds: 301)
        let page = browser.get("/")
        #expect(page.faults == [])
        #expect(page.heading == "1 person has access. One thing needs you.")
        #expect(page.contains("Nobody sends to site.test"))
    }

    @Test func showsAPauseThatHoldsLeaversUp() throws {
        let site = try world.site()
        try world.directory.update(site, by: ConsoleWorld.caller, attributes: []) {
            $0.isPaused = true
        }
        #expect(!browser.get("/").contains("is paused"))
        try world.user("ann")
        let page = browser.get("/")
        #expect(page.contains("Sending to site.test is paused"))
        _ = try browser.submit(page, "/deliveries/continue")
        #expect(!browser.get("/").contains("is paused"))
    }

    @Test func tellsOfTokensThatNeedSomebody() throws {
        try world.user("ann")
        let token = try world.token("entra-hr", profile: "entra", expires: 9)
        try use(token, 403)
        let page = browser.get("/")
        #expect(page.faults == [])
        #expect(page.contains("The token entra-hr ends in 9 days, on 9 Mar 2024"))
        #expect(page.links.contains("/scim/admin/tokens/new?rotate=entra-hr"))
        #expect(page.contains("The last request with the token entra-hr failed"))
        #expect(page.contains("GET /Users 403"))
        world.clock.advance(seconds: 9 * 86_400)
        let later = try world.browser().get("/")
        #expect(later.contains("No token is valid"))
        #expect(!later.contains("The last request with"))
    }

    @Test func showsWhatTheProgramFoundWithItsCure() throws {
        world.checks = [
            .init(.good, "Fine"),
            .init(.warning, "Little room is left", cure: "make room"),
            .init(.bad, "The folder <b> is read-only", cure: "chmod 700 <b>"),
        ]
        let page = browser.get("/")
        #expect(page.faults == [])
        #expect(page.heading == "Nobody sends Roster anything yet.")
        #expect(station(page, 2).contains("2 of 3 checks failed"))
        let text = page.words
        let bad = try #require(
            text.firstRange(of: "The folder <b> is read-only What to do: chmod 700 <b>")
        )
        let warning = try #require(text.firstRange(of: "Little room is left What to do: make room"))
        #expect(bad.lowerBound < warning.lowerBound)
        #expect(page.contains("1 check passed Fine"))
    }

    // MARK: The month

    @Test func drawsTheMonth() throws {
        try world.token("entra-hr", profile: "entra")
        let ann = try world.user("ann")
        try world.user("bob")
        world.clock.advance(seconds: 86_400)
        _ = try world.directory.modify(
            ann,
            [["op": "replace", "path": "active", "value": false]]
        )
        let page = try world.browser().get("/")
        #expect(page.faults == [])
        #expect(page.text.contains("Created, each day: 2 in all, most on 29 Feb with 2"))
        #expect(page.text.contains("Deactivated, each day: 1 in all, most on 1 Mar with 1"))
        #expect(page.text.contains("Refused or failed, each day: none"))
        #expect(page.links.contains("/scim/admin/audit?from=2024-02-01&action=created"))
        #expect(page.heading.hasPrefix("1 person has access."))
    }

    @Test func countsStrangersOfToday() throws {
        try world.token("entra-hr")
        try world.user("ann")
        _ = try world.store.write(within: .unlimited) { transaction in
            try transaction.count(.unauthenticated, 21, at: world.clock.instant)
            let yesterday = world.clock.instant.adding(seconds: -86_400)
            try transaction.count(.unauthenticated, 35, at: yesterday)
        }
        #expect(browser.get("/").contains("21 requests came without a valid token today"))
        let tokens = browser.get("/tokens")
        #expect(tokens.element("refused") != nil)
        #expect(tokens.contains("21 today, 35 yesterday."))
    }
}
