import Delivery
import Directory
import SCIM
import TestSupport
import Testing

@testable import Console

struct SettingsPagesTests {
    private let world: ConsoleWorld
    private let plugin = PluginStandIn()

    init() throws {
        world = try ConsoleWorld()
        world.answer = plugin.answer
    }

    private func site() throws -> WordPressSite {
        try WordPressSite(try world.directory.receiver(named: "site"))
    }

    private func waiting() throws -> Int {
        let receiver = try world.directory.receiver(named: "site")
        return try world.directory.read { try $0.backlog(of: receiver.id).waiting }
    }

    private func settle() throws {
        try world.test.database().execute("UPDATE delivery SET due = NULL, acknowledged = version")
    }

    private func audit() throws -> AuditSettings {
        try world.directory.read { try $0.auditSettings() }
    }

    @Test func hasNoSectionOfASiteWithoutOne() throws {
        let page = try world.browser().get("/settings")
        #expect(page.faults == [])
        #expect(page.changes.contains("/scim/admin/settings/record"))
        #expect(!page.changes.contains("/scim/admin/settings/leavers"))
    }

    @Test func showsWhatIsSet() throws {
        try world.site {
            $0.onDelete = .reassign(to: "heir")
            $0.sendsPasswords = true
        }
        let page = try world.browser().get("/settings")
        #expect(page.faults == [])
        let leavers = try page.form("/settings/leavers").fields
        #expect(leavers.contains { $0.name == "delete" && $0.value == "reassign" })
        #expect(leavers.contains { $0.name == "heir" && $0.value == "heir" })
        #expect(try page.form("/settings/names").fields.contains { $0.name == "passwords" })
        #expect(page.contains("The new user is refused, and the provider is told so."))
        #expect(page.contains("Editor, Author, Subscriber"))
        #expect(page.element("base")?["value"] == "https://www.example.org/scim/v2")
    }

    @Test func savesOneSectionAlone() throws {
        try world.user("ann")
        try world.site()
        try settle()
        let browser = try world.browser()
        let page = try browser.submit(
            browser.get("/settings"),
            "/settings/asking",
            ["validation": "strict"]
        )
        #expect(page.contains("Saved It counts from now on."))
        #expect(try site().validation == .strict)
        #expect(try site().unfitLogins == .sanitise)
        #expect(try waiting() == 0)
    }

    @Test func savesNamesAndPasswords() throws {
        try world.site()
        let browser = try world.browser()
        _ = try browser.submit(
            browser.get("/settings"),
            "/settings/names",
            ["unfit": "refuse", "passwords": "on", "domain": "hr"]
        )
        #expect(try site().unfitLogins == .refuse)
        #expect(try site().sendsPasswords)
        #expect(try site().domain == "hr")
        let page = try browser.submit(
            browser.get("/settings"),
            "/settings/names",
            ["domain": "a b"]
        )
        #expect(page.status == 400)
        #expect(page.faults == [])
        #expect(page.element("domain")?["aria-invalid"] == "true")
        #expect(try site().domain == "hr")
    }

    /// What would lock or delete people is shown before.
    @Test func showsWhomAChangeForLeaversConcerns() throws {
        try world.user("ann", ["active": false, "displayName": "Ann"])
        try world.user("bob")
        try world.site()
        try settle()
        let browser = try world.browser()
        let preview = try browser.submit(
            browser.get("/settings"),
            "/settings/leavers",
            ["inactive": "delete", "delete": "reassign", "heir": "chief"]
        )
        #expect(preview.faults == [])
        #expect(preview.heading == "1 account would change")
        #expect(preview.contains("Ann Account: Empty Account: deleted"))
        #expect(preview.contains("1 person loses what is there now"))
        #expect(try site().onInactive == .deactivate)
        #expect(try waiting() == 0)
        let page = try browser.submit(preview, "/settings/leavers/save")
        #expect(page.contains("Saved The accounts that it concerns are being sent"))
        #expect(try site().onInactive == .delete)
        #expect(try site().onDelete == .reassign(to: "chief"))
        #expect(try waiting() == 1)
    }

    @Test func asksWhoGetsThePosts() throws {
        try world.site()
        let browser = try world.browser()
        let page = try browser.submit(
            browser.get("/settings"),
            "/settings/leavers",
            ["delete": "reassign"]
        )
        #expect(page.status == 400)
        #expect(page.faults == [])
        #expect(page.element("heir-error")?.text == "Say who gets the posts.")
    }

    @Test func doesNotOverwriteWhatSomebodyElseChanged() throws {
        try world.site()
        let browser = try world.browser()
        let page = browser.get("/settings")
        let receiver = try world.directory.receiver(named: "site")
        try world.directory.update(receiver, by: ConsoleWorld.caller, attributes: []) {
            var site = try WordPressSite($0)
            site.onDelete = .deactivate
            $0.settings = site.settings
        }
        // Another section is no matter.
        _ = try browser.submit(page, "/settings/asking", ["validation": "off"])
        let conflict = try browser.submit(page, "/settings/leavers", ["delete": "delete"])
        #expect(conflict.status == 409)
        #expect(conflict.faults == [])
        #expect(conflict.contains("When somebody is deleted deactivate delete"))
        #expect(try site().onDelete == .deactivate)
        _ = try browser.submit(conflict, "/settings/leavers/save")
        #expect(try site().onDelete == .delete)
        #expect(try site().validation == .off)
    }

    // MARK: What is recorded

    @Test func savesWhatIsRecorded() throws {
        let browser = try world.browser()
        let page = try browser.submit(
            browser.get("/settings"),
            "/settings/record",
            ["audit.maskForAuditors": "on", "days": "30", "megabytes": "0"]
        )
        #expect(page.contains("Saved"))
        var expected = AuditSettings()
        expected.masksForAuditors = true
        (expected.days, expected.megabytes) = (30, 0)
        #expect(try audit() == expected)
        // What was not ticked is off.
        let fields = try browser.get("/settings").form("/settings/record").fields
        let page2 = browser.post(
            "/settings/record",
            fields.filter { $0.name != "audit.bodies" }
        )
        #expect(page2.status == 303)
        #expect(try !audit().keepsBodies)
        // What is as it would be anyway is not set.
        _ = try browser.submit(
            browser.get("/settings"),
            "/settings/record",
            ["days": "365", "audit.bodies": "on"]
        )
        let set = try world.test.database().rows(
            "SELECT name FROM setting WHERE name LIKE 'audit.%'"
        )
        #expect(set.sorted() == ["audit.maskForAuditors", "audit.megabytes"])
    }

    @Test(arguments: ["", "-1", "x", "36501", "1.5"])
    func refusesDaysThatAreNone(_ days: String) throws {
        let browser = try world.browser()
        let page = try browser.submit(browser.get("/settings"), "/settings/record", ["days": days])
        #expect(page.status == 400)
        #expect(page.faults == [])
        #expect(page.element("days")?["aria-invalid"] == "true")
        #expect(try audit() == AuditSettings())
    }

    @Test func saysThatWhatIsRecordedWasChangedMeanwhile() throws {
        let browser = try world.browser()
        let page = browser.get("/settings")
        _ = try browser.submit(page, "/settings/record", ["days": "30"])
        let conflict = try browser.submit(page, "/settings/record", ["days": "40"])
        #expect(conflict.status == 409)
        #expect(conflict.faults == [])
        #expect(conflict.contains("0 for never. 30 40"))
        _ = try browser.submit(conflict, "/settings/record")
        #expect(try audit().days == 40)
    }

    // MARK: People

    @Test func addsSomebody() throws {
        let browser = try world.browser()
        let form = browser.get("/settings/people/new")
        #expect(form.faults == [])
        let page = try browser.submit(
            form,
            "/settings/people/new",
            ["name": "new@example.org", "role": "auditor", "password": "correct horse battery"]
        )
        #expect(page.contains("new@example.org Read Console password Never"))
        let added = try world.directory.signIn(
            "new@example.org",
            password: "correct horse battery",
            from: "192.0.2.1",
            requestID: "r"
        )
        #expect(added.role == .auditor)
    }

    @Test(
        arguments: [
            (["password": "short"], "password"), (["name": "a b"], "name"), (["name": ""], "name"),
            (["name": "AUDITOR@example.org"], "name"),
        ]
    )
    func saysWhatIsWrongWithSomebodyNew(_ values: [String: String], _ field: String) throws {
        let browser = try world.browser()
        let typed = ["name": "new@example.org", "password": "correct horse battery"]
        let page = try browser.submit(
            browser.get("/settings/people/new"),
            "/settings/people/new",
            typed.merging(values) { $1 }
        )
        #expect(page.status == 400)
        #expect(page.faults == [])
        #expect(page.element(field)?["aria-invalid"] == "true")
        #expect(page.element("password")?["value"] == "")
        #expect(try world.directory.administrators().count == 2)
    }

    private func auditor() throws -> Administrator {
        try #require(try world.directory.administrators().first { $0.role == .auditor })
    }

    @Test func changesRoleAndPassword() throws {
        let id = try auditor().id
        let browser = try world.browser()
        let page = browser.get("/settings/people/\(id)")
        #expect(page.faults == [])
        _ = try browser.submit(page, "/settings/people/\(id)/password", ["password": "short"])
        #expect(try auditor().passwordHash == nil)
        _ = try browser.submit(
            page,
            "/settings/people/\(id)/password",
            ["password": "correct horse battery"]
        )
        #expect(try auditor().passwordHash != nil)
        _ = try browser.submit(page, "/settings/people/\(id)/role", ["role": "administrator"])
        #expect(try world.directory.administrators().allSatisfy { $0.role == .administrator })
    }

    @Test func signsOutAndRemoves() throws {
        let id = try auditor().id
        let other = try world.browser(.auditor)
        #expect(other.get("/settings").status == 200)
        world.clock.advance(seconds: 1)
        let browser = try world.browser()
        _ = try browser.submit(browser.get("/settings"), "/settings/people/\(id)/sign-out")
        #expect(other.get("/settings").status == 401)
        let page = browser.get("/settings/people/\(id)")
        _ = try browser.submit(page, "/settings/people/\(id)/remove")
        #expect(try world.directory.administrators().count == 1)
        #expect(browser.get("/settings/people/\(id)").status == 404)
    }

    @Test func oneAdministratorStays() throws {
        let browser = try world.browser()
        let page = browser.get("/settings/people/1")
        #expect(page.contains("That is you"))
        #expect(try browser.submit(page, "/settings/people/1/remove").status == 409)
        #expect(
            try browser.submit(page, "/settings/people/1/role", ["role": "auditor"]).status == 409
        )
        #expect(try world.directory.administrators().count == 2)
    }

    @Test func whoComesFromWordPressHasNoPassword() throws {
        let receiver = try world.site()
        let administrator = try world.directory.signIn(
            "wp@site.test",
            vouchedBy: receiver.id,
            ticket: "t",
            expires: world.clock.instant.adding(seconds: 60),
            requestID: "r"
        )
        let address = "/settings/people/\(administrator.id)"
        let browser = try world.browser()
        let page = browser.get(address)
        #expect(!page.changes.contains("/scim/admin\(address)/password"))
        #expect(page.contains("to let them only look"))
        let token = try page.form("\(address)/role").fields.first { $0.name == "csrf" }
        let forged = browser.post(
            "\(address)/password",
            [("csrf", token?.value ?? ""), ("password", "correct horse battery")]
        )
        #expect(forged.status == 404)
    }

    @Test func auditorsSeeAndDoNotChange() throws {
        try world.site { $0.onDelete = .reassign(to: ConsoleWorld.script) }
        let browser = try world.browser(.auditor)
        let page = browser.get("/settings")
        #expect(page.faults == [])
        #expect(page.changes == [])
        #expect(page.contains("When somebody is deleted reassign:<script>alert(\"1\")</script>"))
        #expect(!page.text.contains("<script>alert"))
        #expect(browser.get("/settings/people/new").status == 403)
    }
}
