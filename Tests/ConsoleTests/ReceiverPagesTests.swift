import Delivery
import Directory
import SCIM
import TestSupport
import Testing

@testable import Console

struct ReceiverPagesTests {
    private let world: ConsoleWorld
    private let plugin = PluginStandIn()

    init() throws {
        world = try ConsoleWorld()
        world.answer = plugin.answer
    }

    private func receiver(_ name: String) throws -> Receiver {
        try world.directory.receiver(named: name)
    }

    private func waiting(_ name: String) throws -> Int {
        let receiver = try receiver(name)
        return try world.directory.read { try $0.backlog(of: receiver.id).waiting }
    }

    @Test func saysThatThereIsNone() throws {
        let page = try world.browser().get("/receivers")
        #expect(page.contains("Nobody is told of changes"))
        #expect(page.faults == [])
    }

    @Test func showsHowEachStands() throws {
        try world.user("ann")
        let site = try world.site()
        try world.site("other")
        try world.directory.update(site, by: ConsoleWorld.caller, attributes: []) {
            $0.isPaused = true
        }
        let page = try world.browser().get("/receivers")
        #expect(page.faults == [])
        #expect(page.contains("site Paused Kind WordPress Address https://site.test Waiting 1"))
        #expect(page.contains("other Sending"))
        #expect(page.links.contains("/scim/admin/mapping?site=other"))
    }

    @Test func showsWhyOneIsNotReached() throws {
        let site = try world.site()
        try world.directory.settle(
            [],
            of: site.id,
            trouble: Trouble(
                attempts: 3,
                since: world.clock.instant,
                retryAt: nil,
                problem: Problem(code: "no_plugin", message: ConsoleWorld.script)
            )
        )
        let page = try world.browser().get("/receivers")
        #expect(page.contains("Not reached"))
        #expect(page.contains("Trouble <script>alert(\"1\")</script> no_plugin"))
        #expect(!page.text.contains("<script>alert"))
    }

    @Test func connectsASite() throws {
        try world.user("ann")
        let browser = try world.browser()
        let form = browser.get("/receivers/new/wordpress")
        #expect(form.faults == [])
        let page = try browser.submit(
            form,
            "/receivers/new/wordpress",
            [
                "url": "https://WWW.example.com/", "name": "shop", "connectTo": "127.0.0.1:443",
                "header": "X-A: b",
            ]
        )
        #expect(page.faults == [])
        let site = try WordPressSite(try receiver("shop"))
        #expect(site.url == "https://www.example.com")
        #expect(site.connectTo == "127.0.0.1:443")
        #expect(site.headers == ["X-A: b"])
        #expect(
            page.element("line1")?["value"] == "define('ROSTER_SECRET', '\(site.secrets[0].text)');"
        )
        #expect(
            page.element("line2")?["value"]
                == "define('ROSTER_URL', 'https://www.example.org/scim/v2');"
        )
        #expect(page.element("line3")?["value"] == "define('ROSTER_NAME', 'shop');")
        // Shown once, and everybody is on the way.
        #expect(!browser.get("/receivers").text.contains("whsec_"))
        #expect(try waiting("shop") == 1)
    }

    @Test(
        arguments: [
            (["url": "www.example.com"], "url"), (["url": ""], "url"),
            (["url": "https://example.com/?a"], "url"), (["name": "a b"], "name"),
            (["name": "SITE"], "name"), (["connectTo": "here"], "connectTo"),
            (["header": "@file"], "header"),
        ]
    )
    func saysWhatIsWrongWithAForm(_ values: [String: String], _ field: String) throws {
        try world.site()
        let browser = try world.browser()
        for kind in ["wordpress", "webhook"] {
            let typed = ["url": "https://www.example.com", "name": "new"].merging(values) { $1 }
            let action = "/receivers/new/\(kind)"
            let page = try browser.submit(browser.get(action), action, typed)
            #expect(page.status == 400)
            #expect(page.faults == [])
            #expect(page.element(field)?["aria-invalid"] == "true")
            #expect(page.element("url")?["value"] == typed["url"])
        }
        #expect(try world.directory.read { try $0.receivers().count } == 1)
    }

    @Test func addsAWebhook() throws {
        let browser = try world.browser()
        let form = browser.get("/receivers/new/webhook")
        let fields = try form.form("/receivers/new/webhook").fields
        let page = browser.post(
            "/receivers/new/webhook",
            fields.filter { $0.name != "event" && $0.name != "url" } + [
                ("url", "https://hr.example.com/hook/"), ("event", "user.created"),
                ("event", "user.deleted"), ("event", "nonsense"),
            ]
        )
        #expect(page.status == 200)
        #expect(page.faults == [])
        let webhook = try Webhook(try receiver("hr.example.com"))
        #expect(webhook.url == "https://hr.example.com/hook/")
        #expect(webhook.events == ["user.created", "user.deleted"])
        #expect(page.element("secret")?["value"] == webhook.secret.text)
        #expect(browser.get("/receivers").contains("Events user.created, user.deleted"))
    }

    @Test func aWebhookIsToldOfSomething() throws {
        let browser = try world.browser()
        let fields = try browser.get("/receivers/new/webhook").form("/receivers/new/webhook").fields
        let typed = fields.filter { $0.name != "event" && $0.name != "url" }
        let page = browser.post(
            "/receivers/new/webhook",
            typed + [("url", "https://hr.example.com")]
        )
        #expect(page.status == 400)
        #expect(page.contains("Choose what it is told of."))
    }

    @Test func pausesAndGoesOn() throws {
        try world.site()
        let browser = try world.browser()
        let paused = try browser.submit(browser.get("/receivers"), "/receivers/site/pause")
        #expect(paused.contains("Nothing is sent until you let it go on."))
        #expect(try receiver("site").isPaused)
        _ = try browser.submit(paused, "/receivers/site/continue")
        #expect(try !receiver("site").isPaused)
    }

    @Test func testsASite() throws {
        let site = try world.site()
        try world.directory.settle(
            [],
            of: site.id,
            trouble: Trouble(
                attempts: 1,
                since: world.clock.instant,
                retryAt: nil,
                problem: Problem(code: "no_plugin", message: "no")
            )
        )
        let browser = try world.browser()
        #expect(
            try browser.submit(browser.get("/receivers"), "/receivers/site/test")
                .contains("The site answers")
        )
        #expect(try receiver("site").trouble == nil)
        plugin.isSilent = true
        let page = try browser.submit(browser.get("/receivers"), "/receivers/site/test")
        #expect(page.heading == "site.test does not answer as it should")
        #expect(page.contains("127.0.0.1:443"))
        #expect(page.faults == [])
    }

    @Test func exchangesTheSecret() throws {
        let old = try WordPressSite(try world.site()).secrets.map(\.text)
        let browser = try world.browser()
        let page = try browser.submit(
            browser.get("/receivers/site/secret"),
            "/receivers/site/secret"
        )
        let site = try WordPressSite(try receiver("site"))
        #expect(site.secrets.count == 2)
        #expect(site.secrets[1].text == old[0])
        #expect(page.element("line1")?["value"]?.contains(site.secrets[0].text) == true)
        // The test asks with the new one alone, and forgets the other.
        #expect(try browser.submit(page, "/receivers/site/test").contains("The site answers"))
        #expect(try WordPressSite(try receiver("site")).secrets.count == 1)
    }

    @Test func sendsEverybodyAgain() throws {
        try world.user("ann")
        try world.site()
        try world.test.database().execute("UPDATE delivery SET due = NULL, acknowledged = version")
        let browser = try world.browser()
        let question = browser.get("/receivers/site/resend")
        #expect(question.faults == [])
        #expect(question.heading == "Send everybody to site again?")
        #expect(try waiting("site") == 0)
        let page = try browser.submit(question, "/receivers/site/resend")
        #expect(page.contains("Everybody is sent again"))
        #expect(try waiting("site") == 1)
    }

    @Test func asksBeforeItDisconnects() throws {
        try world.site()
        let browser = try world.browser()
        let question = browser.get("/receivers/site/disconnect")
        #expect(question.heading == "Disconnect site?")
        #expect(question.contains("who leaves from now on keeps access there"))
        #expect(try world.directory.read { try $0.receivers().count } == 1)
        _ = try browser.submit(question, "/receivers/site/disconnect")
        #expect(try world.directory.read { try $0.receivers().count } == 0)
    }

    @Test func thereIsNothingElse() throws {
        try world.site()
        let browser = try world.browser()
        for address in ["/receivers/site/nothing", "/receivers/none/resend", "/receivers/site"] {
            #expect(browser.get(address).status == 404)
        }
    }

    @Test func auditorsSeeAndDoNotChange() throws {
        try world.site()
        let browser = try world.browser(.auditor)
        let page = browser.get("/receivers")
        #expect(page.changes == [])
        #expect(browser.get("/receivers/site/resend").status == 403)
        #expect(browser.get("/receivers/new/webhook").status == 403)
    }
}
