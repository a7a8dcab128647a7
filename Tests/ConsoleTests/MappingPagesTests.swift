import Delivery
import Directory
import JSONText
import SCIM
import TestSupport
import Testing

@testable import Console

struct MappingPagesTests {
    private let world: ConsoleWorld
    private let plugin = PluginStandIn()

    init() throws {
        world = try ConsoleWorld()
        world.answer = plugin.answer
    }

    private func people() throws {
        try world.user("ann", ["title": "Editor", "displayName": "Ann", "nickName": "a"])
        try world.user(
            "bob",
            [
                "displayName": "Bob", "emails": [["type": "work", "value": "bob@example.org"]],
                Self.enterprise: ["department": "Sales"],
            ]
        )
    }

    private static let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

    private func mapping(_ name: String = "site") throws -> [String: String] {
        let site = try WordPressSite(try world.directory.receiver(named: name))
        return Dictionary(
            uniqueKeysWithValues: site.mapping.entries.map { ($0.target.text, $0.expression.text) }
        )
    }

    private func waiting() throws -> Int {
        let receiver = try world.directory.receiver(named: "site")
        return try world.directory.read { try $0.backlog(of: receiver.id).waiting }
    }

    /// Notes that the site has all of it.
    private func settle() throws {
        let receiver = try world.directory.receiver(named: "site")
        let records = try world.directory.read {
            try $0.deliveries(to: receiver.id, .all(after: ""), limit: 100)
        }
        let settlements = records.map {
            Settlement(
                resource: $0.resource,
                version: $0.version,
                outcome: .done(account: nil, active: nil)
            )
        }
        try world.directory.settle(settlements, of: receiver.id, trouble: nil)
    }

    // MARK: The list

    @Test func saysWithoutASiteWhereToConnectOne() throws {
        let page = try world.browser().get("/mapping")
        #expect(page.contains("No WordPress site is connected"))
        #expect(page.links.contains("/scim/admin/receivers/new/wordpress"))
        #expect(page.faults == [])
    }

    @Test func showsWhatWasSentAndWhatItBecomes() throws {
        try people()
        try world.site {
            try $0.map("meta:work", to: "upper(\(Self.enterprise):department)", column: "Work")
        }
        let page = try world.browser().get("/mapping?sample=bob")
        #expect(page.faults == [])
        #expect(page.contains("upper(\(Self.enterprise):department)"))
        #expect(page.contains("Sales SALES You"))
        #expect(page.contains("work user meta, shown in the Users list"))
        // Nobody has one.
        #expect(page.contains("Website profileUrl Never sent"))
    }

    @Test func showsWhomSomebodyWantsToSee() throws {
        try people()
        try world.site()
        let browser = try world.browser()
        #expect(browser.get("/mapping").contains("bob@example.org"))
        #expect(!browser.get("/mapping?sample=ann").contains("bob@example.org"))
        #expect(browser.get("/mapping?sample=bob%40example.org").contains("bob@example.org"))
    }

    @Test func listsWhatIsSentAndNotUsed() throws {
        try people()
        try world.site()
        let page = try world.browser().get("/mapping")
        #expect(page.contains("The 2 newest people also have these."))
        #expect(page.contains("title 1 Editor"))
        #expect(page.contains("\(Self.enterprise):department 1 Sales"))
        #expect(page.links.contains("/scim/admin/mapping/edit?source=title"))
        // These are used.
        #expect(!page.contains("nickName 1 a"))
        #expect(!page.contains("emails[type eq \"work\"].value 1"))
    }

    @Test func escapesWhatProvidersSend() throws {
        let script = ConsoleWorld.script
        try world.user(
            "eve",
            [
                "title": .string(script), "displayName": .string(script),
                "emails": [["type": .string(script), "value": .string(script)]],
            ]
        )
        try world.site { try $0.map("meta:x", to: "title", column: script) }
        plugin.fields = [
            [
                "target": "meta:y", "label": .string(script), "source": "acf",
                "group": .string(script),
            ]
        ]
        let browser = try world.browser()
        for address in ["/mapping", "/mapping/edit", "/mapping/edit?field=meta:x"] {
            let page = browser.get(address)
            #expect(page.status == 200)
            #expect(!page.text.contains("<script>alert"))
            #expect(page.faults == [])
        }
    }

    // MARK: Changing

    @Test func offersTheFieldsThatTheSiteNames() throws {
        try world.site()
        plugin.fields = [
            ["target": "meta:job", "label": "Job title", "source": "acf", "group": "Staff"],
            ["target": "xprofile:City", "label": "City", "source": "buddypress", "group": "Base"],
        ]
        let page = try world.browser().get("/mapping/edit")
        #expect(page.faults == [])
        #expect(page.text.contains("<optgroup label=\"ACF, Staff\">"))
        #expect(page.text.contains("<option value=\"xprofile:City\">City</option>"))
        // What is mapped already is not offered, what is not is.
        #expect(!page.text.contains("<option value=\"user_email\""))
        #expect(page.text.contains("<option value=\"description\""))
    }

    @Test func canBeUsedWithoutTheSite() throws {
        try people()
        try world.site()
        plugin.isSilent = true
        let browser = try world.browser()
        let form = browser.get("/mapping/edit?source=title")
        #expect(form.contains("site.test does not answer"))
        let preview = try browser.submit(
            form,
            "/mapping/preview",
            ["field": "other", "other": "job"]
        )
        #expect(preview.contains("Shown is what would be sent"))
        #expect(preview.heading == "1 account would change")
        #expect(preview.contains("Ann Empty Editor"))
        #expect(try browser.submit(preview, "/mapping/save").contains("Saved"))
        #expect(try mapping()["meta:job"] == "title")
    }

    @Test func previewChangesNothing() throws {
        try people()
        try world.site()
        try settle()
        let journal = try world.directory.journal().count
        plugin.before = ["meta:job": "Chief"]
        let browser = try world.browser()
        let preview = try browser.submit(
            browser.get("/mapping/edit"),
            "/mapping/preview",
            ["field": "other", "other": "job", "source": "title"]
        )
        #expect(preview.status == 200)
        #expect(preview.faults == [])
        #expect(preview.heading == "1 account would change")
        #expect(preview.contains("title would go to the field job"))
        #expect(preview.contains("Ann Chief Editor"))
        #expect(preview.contains("1 person loses what is there now"))
        // Bob has no title, and is told so.
        #expect(preview.contains("Save and send 2 accounts"))
        #expect(try mapping()["meta:job"] == nil)
        #expect(try world.directory.journal().count == journal)
        #expect(try waiting() == 0)
    }

    @Test func savesAndSends() throws {
        try people()
        try world.site()
        try settle()
        let browser = try world.browser()
        let preview = try browser.submit(
            browser.get("/mapping/edit"),
            "/mapping/preview",
            [
                "field": "other", "other": "job", "source": "TITLE", "empty": "default",
                "fallback": "\"none\"", "column": "yes", "heading": "Job",
            ]
        )
        let saved = try browser.submit(preview, "/mapping/save")
        #expect(saved.contains("Saved The accounts that it concerns are being sent"))
        #expect(try mapping()["meta:job"] == "first(title, \"none\")")
        let site = try WordPressSite(try world.directory.receiver(named: "site"))
        #expect(site.mapping.columns == [.init(key: "job", label: "Job")])
        #expect(try waiting() == 2)
        #expect(world.deliveries > 0)
        let entry = try #require(try world.directory.journal().last)
        #expect(entry.detail["attributes"] == ["mapping.meta:job"])
        #expect(entry.actor == .administrator(id: 1, name: "administrator@example.org"))
    }

    @Test func showsThoseFirstWhoLoseSomething() throws {
        try people()
        try world.site {
            try $0.map("meta:job", to: "first(title, nickName, userName)", column: nil)
        }
        let browser = try world.browser()
        let form = browser.get("/mapping/edit?field=meta:job")
        #expect(form.heading == "job")
        plugin.before = ["meta:job": "x"]
        plugin.given = ["meta:job"]
        let preview = try browser.submit(form, "/mapping/preview", ["source": "upper(title)"])
        // As the site is asked, Bob's goes, and Ann's is another.
        #expect(preview.contains("Bob x Empty Ann x EDITOR"))
    }

    @Test(
        arguments: [
            (["source": "titel"], "source", "at character 1"),
            (["source": "first(title"], "source", "expected"),
            (["source": ""], "source", "Say where"),
            (["other": "wp_capabilities"], "other", "cannot be written"),
            (["other": ""], "other", "Write the name"),
            (["other": "meta:work"], "other", "in the list already"),
            (["empty": "default", "fallback": "none"], "fallback", "no attribute none"),
        ]
    )
    func saysWhatIsWrongWithAForm(
        _ values: [String: String],
        _ field: String,
        _ message: String
    ) throws {
        try world.site { try $0.map("meta:work", to: "title", column: nil) }
        let browser = try world.browser()
        let page = try browser.submit(
            browser.get("/mapping/edit"),
            "/mapping/preview",
            ["field": "other", "other": "job", "source": "title"].merging(values) { $1 }
        )
        #expect(page.status == 400)
        #expect(page.faults == [])
        #expect(page.element(field)?["aria-invalid"] == "true")
        #expect(page.element("\(field)-error")?.text.contains(message) == true)
        // What was typed is still there.
        #expect(page.element("source")?["value"] == values["source"] ?? "title")
    }

    @Test func takesAFieldAway() throws {
        try people()
        try world.site { try $0.map("user_url", to: "userName", column: nil) }
        let browser = try world.browser()
        let form = browser.get("/mapping/edit?field=user_url")
        let forms = form.forms.filter { $0.action == "/scim/admin/mapping/preview" }
        let actions = forms.compactMap { $0.fields.first { $0.name == "action" }?.value }
        #expect(actions == ["unset", "standard"])
        for action in ["standard", "unset"] {
            let fields = try #require(
                forms.first { $0.fields.contains { $0.name == "action" && $0.value == action } }
            ).fields
            let was = browser.get("/mapping/edit?field=user_url").forms.last?.fields
                .first { $0.name == "was" }?.value
            let preview = browser.post(
                "/mapping/preview",
                fields.filter { $0.name != "was" } + [("was", was ?? "")]
            )
            _ = try browser.submit(preview, "/mapping/save")
            #expect(try mapping()["user_url"] == (action == "unset" ? nil : "profileUrl"))
        }
    }

    @Test func doesNotOverwriteWhatSomebodyElseChanged() throws {
        try people()
        try world.site { try $0.map("meta:job", to: "title", column: nil) }
        let browser = try world.browser()
        let preview = try browser.submit(
            browser.get("/mapping/edit?field=meta:job"),
            "/mapping/preview",
            ["source": "userName"]
        )
        let receiver = try world.directory.receiver(named: "site")
        try world.directory.update(receiver, by: ConsoleWorld.caller, attributes: []) {
            var site = try WordPressSite($0)
            try site.map("meta:job", to: "nickName", column: "Theirs")
            $0.settings = site.settings
        }
        let conflict = try browser.submit(preview, "/mapping/save")
        #expect(conflict.status == 409)
        #expect(conflict.faults == [])
        #expect(conflict.contains("Comes from nickName userName"))
        #expect(conflict.contains("Theirs Nothing"))
        #expect(try mapping()["meta:job"] == "nickName")
        #expect(try browser.submit(conflict, "/mapping/save").status == 200)
        #expect(try mapping()["meta:job"] == "userName")
    }

    @Test func anotherFieldsChangeIsNoConflict() throws {
        try world.site()
        let browser = try world.browser()
        let preview = try browser.submit(
            browser.get("/mapping/edit"),
            "/mapping/preview",
            ["field": "description", "source": "title"]
        )
        let receiver = try world.directory.receiver(named: "site")
        try world.directory.update(receiver, by: ConsoleWorld.caller, attributes: []) {
            var site = try WordPressSite($0)
            try site.map("meta:job", to: "nickName", column: nil)
            $0.settings = site.settings
        }
        #expect(try browser.submit(preview, "/mapping/save").status == 200)
        #expect(try mapping()["meta:job"] == "nickName")
        #expect(try mapping()["description"] == "title")
    }

    @Test func sendsAllWhereNotAllAreCompared() throws {
        try world.user("ann", ["title": "x"])
        try world.site()
        try addUsers(SitePlanner.usersMax)
        let browser = try world.browser()
        let preview = try browser.submit(
            browser.get("/mapping/edit"),
            "/mapping/preview",
            ["field": "description", "source": "title"]
        )
        #expect(preview.heading == "At least 1 account would change")
        #expect(preview.contains("Save and send 2,001 accounts"))
        _ = try browser.submit(preview, "/mapping/save")
        #expect(try waiting() == 2_001)
    }

    /// Adds users of whom the site knows, past all use cases: these take long.
    private func addUsers(_ count: Int) throws {
        let numbers =
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT \(count))"
        let document = #"'{"userName":"user' || i || '","active":true}'"#
        try world.test.database().execute(
            """
            INSERT INTO resource (id, type, created, modified, version, document)
                \(numbers) SELECT 'user' || i, 'User', 0, 0, 1, \(document) FROM n;
            INSERT INTO delivery (receiver, resource, type, version, acknowledged)
                \(numbers) SELECT 1, 'user' || i, 'User', 1, 1 FROM n;
            UPDATE delivery SET due = NULL, acknowledged = version;
            UPDATE resource_count SET total = total + \(count) WHERE type = 'User';
            """
        )
    }

    @Test func worksOnTheSiteThatIsNamed() throws {
        try world.site("one")
        try world.site("two")
        let browser = try world.browser()
        #expect(browser.get("/mapping").links.contains("/scim/admin/mapping?site=two"))
        #expect(browser.get("/mapping?site=three").status == 404)
        let preview = try browser.submit(
            browser.get("/mapping/edit?site=two"),
            "/mapping/preview",
            ["field": "description", "source": "title"]
        )
        _ = try browser.submit(preview, "/mapping/save")
        #expect(try mapping("one")["description"] == nil)
        #expect(try mapping("two")["description"] == "title")
    }

    @Test func auditorsSeeAndDoNotChange() throws {
        try people()
        try world.site()
        let browser = try world.browser(.auditor)
        let page = browser.get("/mapping")
        #expect(page.changes == [])
        #expect(!page.links.contains { $0.contains("/edit") })
        #expect(browser.get("/mapping/edit").status == 403)
    }
}
