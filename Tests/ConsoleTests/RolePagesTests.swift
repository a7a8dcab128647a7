import Delivery
import Directory
import SCIM
import TestSupport
import Testing

@testable import Console

struct RolePagesTests {
    private let world: ConsoleWorld
    private let plugin = PluginStandIn()

    init() throws {
        world = try ConsoleWorld()
        world.answer = plugin.answer
    }

    private func rules() throws -> [String] {
        let site = try WordPressSite(try world.directory.receiver(named: "site"))
        return ([nil] + site.rules.blogs).flatMap { blog in
            site.rules.ordered(on: blog).map { "\($0.group):\($0.role):\(blog ?? 0)" }
        }
    }

    private func site(_ rules: [RoleRule]) throws { try world.site { $0.rules = rules } }

    private func settle() throws {
        try world.test.database().execute("UPDATE delivery SET due = NULL, acknowledged = version")
    }

    @Test func listsRulesInTheirOrder() throws {
        let ann = try world.user("ann")
        try world.group("Editors", [ann])
        try site([
            RoleRule(group: "authors", role: "author", priority: 1),
            RoleRule(group: "editors", role: "editor", priority: 5),
            RoleRule(group: "admins", role: "administrator"),
            RoleRule(group: "Editors", role: "author", blog: 3),
        ])
        let page = try world.browser().get("/roles")
        #expect(page.faults == [])
        #expect(page.contains("Editors Editor site.test 1 Move down"))
        #expect(
            page.contains(
                "authors not sent yet Author site.test – Move up authors Move down authors"
            )
        )
        #expect(page.contains("Administrator not allowed"))
        #expect(page.contains("administrator cannot be given"))
        #expect(page.contains("Editors Author not allowed site 3"))
        #expect(page.contains("Everybody else Subscriber the site’s default"))
    }

    @Test func saysWhichRuleCountsForSomebody() throws {
        let ann = try world.user("ann", ["displayName": "Ann <b>"])
        try world.group("Editors", [ann])
        try world.group("Staff", [ann])
        try site([
            RoleRule(group: "Staff", role: "author"),
            RoleRule(group: "Editors", role: "editor", priority: 5),
        ])
        let browser = try world.browser()
        let page = browser.get("/roles?who=ann")
        #expect(page.contains("Editor on site.test for Ann <b>, from the group Editors."))
        #expect(page.contains("Rules further down are passed over: Staff (Author)."))
        #expect(browser.get("/roles?who=nobody").contains("Nobody is called “nobody”."))
    }

    @Test func addsARule() throws {
        let ann = try world.user("ann", ["displayName": "Ann"])
        try world.user("bob")
        try world.group("Editors", [ann])
        try site([RoleRule(group: "Staff", role: "author", priority: 7)])
        try settle()
        plugin.before = ["roles": ["subscriber"]]
        let browser = try world.browser()
        let form = browser.get("/roles/edit")
        #expect(form.faults == [])
        #expect(form.text.contains("<option value=\"Editors\"></option>"))
        // What the site does not give is not offered.
        #expect(!form.text.contains("<option value=\"administrator\""))
        let preview = try browser.submit(
            form,
            "/roles/preview",
            ["group": "Editors", "role": "editor"]
        )
        #expect(preview.faults == [])
        #expect(preview.heading == "1 account would change")
        #expect(
            preview.contains("Whoever has it now and is in no group of a rule for it loses it.")
        )
        #expect(preview.contains("Ann Role: subscriber Role: editor"))
        #expect(preview.contains("Save and send 2 accounts"))
        #expect(try rules() == ["Staff:author:0"])
        let saved = try browser.submit(preview, "/roles/save")
        #expect(saved.contains("Saved"))
        #expect(try rules() == ["Staff:author:0", "Editors:editor:0"])
    }

    @Test(
        arguments: [
            ("up", "B", ["B:editor:0", "A:author:0", "C:author:0"]),
            ("down", "B", ["A:author:0", "C:author:0", "B:editor:0"]),
            ("up", "A", ["A:author:0", "B:editor:0", "C:author:0"]),
            ("remove", "B", ["A:author:0", "C:author:0"]),
        ]
    )
    func ordersRules(_ action: String, _ group: String, _ expected: [String]) throws {
        try site([
            RoleRule(group: "A", role: "author"), RoleRule(group: "B", role: "editor"),
            RoleRule(group: "C", role: "author"),
        ])
        let browser = try world.browser()
        let token = try browser.get("/roles").form("/roles/preview").fields.first {
            $0.name == "csrf"
        }
        let preview = browser.post(
            "/roles/preview",
            [("csrf", token?.value ?? ""), ("site", "site"), ("action", action), ("old", group)]
        )
        #expect(preview.status == 200)
        _ = try browser.submit(preview, "/roles/save")
        #expect(try rules() == expected)
    }

    @Test func changesARuleInItsPlace() throws {
        try site([
            RoleRule(group: "A", role: "author", priority: 9),
            RoleRule(group: "B", role: "editor", priority: 9), RoleRule(group: "C", role: "author"),
        ])
        let browser = try world.browser()
        let preview = try browser.submit(
            browser.get("/roles/edit?old=B"),
            "/roles/preview",
            ["group": "D", "role": "author"]
        )
        _ = try browser.submit(preview, "/roles/save")
        #expect(try rules() == ["A:author:0", "D:author:0", "C:author:0"])
        #expect(browser.get("/roles/edit?old=B").status == 404)
    }

    @Test func movesARuleToAnotherSiteOfANetwork() throws {
        plugin.blogs = [1, 3]
        try site([
            RoleRule(group: "A", role: "author"), RoleRule(group: "B", role: "editor", blog: 3),
        ])
        let browser = try world.browser()
        let preview = try browser.submit(
            browser.get("/roles/edit?old=A"),
            "/roles/preview",
            ["blog": "3"]
        )
        _ = try browser.submit(preview, "/roles/save")
        #expect(try rules() == ["B:editor:3", "A:author:3"])
    }

    @Test func doesNotOverwriteWhatSomebodyElseChanged() throws {
        try site([RoleRule(group: "A", role: "author")])
        let browser = try world.browser()
        let preview = try browser.submit(
            browser.get("/roles/edit"),
            "/roles/preview",
            ["group": "B", "role": "editor"]
        )
        let receiver = try world.directory.receiver(named: "site")
        try world.directory.update(receiver, by: ConsoleWorld.caller, attributes: []) {
            var site = try WordPressSite($0)
            site.rules.append(RoleRule(group: "C", role: "editor"))
            $0.settings = site.settings
        }
        let conflict = try browser.submit(preview, "/roles/save")
        #expect(conflict.status == 409)
        #expect(conflict.faults == [])
        #expect(conflict.contains("Rule 2 C: editor C: editor"))
        #expect(conflict.contains("Rule 3 Nothing B: editor"))
        _ = try browser.submit(conflict, "/roles/save")
        #expect(try rules() == ["A:author:0", "C:editor:0", "B:editor:0"])
    }

    @Test(
        arguments: [
            (["group": ""], "group"), (["group": "staff"], "group"),
            (["role": "administrator"], "role"), (["role": "king"], "role"),
        ]
    )
    func saysWhatIsWrongWithAForm(_ values: [String: String], _ field: String) throws {
        try site([RoleRule(group: "Staff", role: "author")])
        let browser = try world.browser()
        let page = try browser.submit(
            browser.get("/roles/edit"),
            "/roles/preview",
            ["group": "New", "role": "editor"].merging(values) { $1 }
        )
        #expect(page.status == 400)
        #expect(page.faults == [])
        #expect(page.element(field)?["aria-invalid"] == "true")
    }

    @Test func canBeUsedWithoutTheSite() throws {
        plugin.isSilent = true
        try site([])
        let browser = try world.browser()
        let form = browser.get("/roles/edit")
        #expect(form.contains("site.test does not answer"))
        let preview = try browser.submit(form, "/roles/preview", ["group": "A", "role": "editor"])
        _ = try browser.submit(preview, "/roles/save")
        #expect(try rules() == ["A:editor:0"])
    }

    @Test func escapesNames() throws {
        try world.group(ConsoleWorld.script)
        plugin.roles.append((ConsoleWorld.script, true))
        try site([RoleRule(group: ConsoleWorld.script, role: ConsoleWorld.script)])
        let browser = try world.browser()
        for address in ["/roles", "/roles/edit", "/roles?who=%3Cscript%3E"] {
            let page = browser.get(address)
            #expect(page.status == 200)
            #expect(!page.text.contains("<script>alert"))
            #expect(page.faults == [])
        }
    }

    @Test func auditorsSeeAndDoNotChange() throws {
        try site([RoleRule(group: "A", role: "author")])
        let browser = try world.browser(.auditor)
        let page = browser.get("/roles")
        #expect(page.changes == [])
        #expect(!page.links.contains { $0.contains("/edit") })
        #expect(browser.get("/roles/edit").status == 403)
    }
}
