import Directory
import SCIM
import TestSupport
import Testing

@testable import Console

struct AuditPagesTests {
    private let world: ConsoleWorld
    private let browser: Browser

    init() throws {
        world = try ConsoleWorld()
        browser = try world.browser()
    }

    /// The number of the newest entry.
    private func last() throws -> Int64 {
        try world.directory.read { try $0.lastSequence() }
    }

    @Test func listsWhatHappenedNewestFirst() throws {
        try world.user("ann", ["displayName": .string(ConsoleWorld.script)])
        try world.user("ben")
        let page = browser.get("/audit")
        #expect(page.faults == [])
        #expect(page.contains("2 entries, newest first"))
        #expect(page.contains(ConsoleWorld.script))
        #expect(!page.text.contains(ConsoleWorld.script))
        // Of the two rows the second user's stands above.
        let rows = page.links.filter { $0.hasPrefix("/scim/admin/audit/") }
        #expect(rows.prefix(2) == ["/scim/admin/audit/2", "/scim/admin/audit/1"])
    }

    @Test func filtersStandInTheAddress() throws {
        try world.user("ann")
        try world.user("ben")
        let page = browser.get("/audit?q=ann&action=created&from=2020-01-01")
        #expect(page.contains("1 entry, newest first"))
        #expect(page.links.contains("/scim/admin/audit.csv?q=ann&action=created&from=2020-01-01"))
        // Each chip leads to the list without its filter.
        #expect(page.links.contains("/scim/admin/audit?action=created&from=2020-01-01"))
        #expect(browser.get("/audit?q=nobody").contains("Nothing of that kind happened"))
        #expect(browser.get("/audit?result=refused").contains("Nothing of that kind happened"))
        // What is no day, no number and no kind filters nothing, and harms nothing.
        for query in ["from=x", "to=2020-99-99", "before=x", "action=x", "result=x", "status=x"] {
            #expect(browser.get("/audit?\(query)").status == 200)
        }
    }

    @Test func pagesGoOnWithoutGaps() throws {
        for number in 1...60 { try world.user("user\(number)") }
        let first = browser.get("/audit")
        let older = try #require(first.links.first { $0.contains("before=") })
        let second = browser.get(older)
        #expect(first.contains("user60 Created") && first.contains("user11 Created"))
        #expect(second.contains("user10 Created") && second.contains("user1 Created"))
        #expect(!second.contains("user11 Created"))
    }

    @Test func anEntryHasBeforeAndAfterAndTheWayThere() throws {
        let ann = try world.user("ann", ["title": "Editor"])
        _ = try world.directory.modify(ann, [["op": "replace", "path": "title", "value": "Chief"]])
        let page = browser.get("/audit/\(try last())")
        #expect(page.faults == [])
        #expect(page.contains("1 attribute changed"))
        #expect(page.text.contains("<del>Editor</del>") && page.text.contains("<ins>Chief</ins>"))
        #expect(page.links.contains("/scim/admin/users/\(ann.id)"))
        #expect(browser.get("/audit/999").status == 404)
        #expect(browser.get("/audit/9999999999999999999999").status == 404)
    }

    @Test func changesOfSettingsSayWhereTheyCameFrom() throws {
        let caller = Caller(
            actor: .system,
            domain: "default",
            requestID: "r",
            request: SentRequest(
                method: "POST",
                path: "/admin/settings",
                address: "192.0.2.9",
                agent: nil,
                started: world.clock.instant
            )
        )
        try world.directory.change(settings: [("audit.days", .integer(9))], by: caller)
        #expect(browser.get("/audit/\(try last())").contains("192.0.2.9"))
    }

    @Test func exportsWhatTheFiltersFind() throws {
        try world.user("ann")
        try world.user("=HYPERLINK(1)")
        let csv = browser.get("/audit.csv?q=ann")
        #expect(csv.header("Content-Disposition") == "attachment; filename=\"roster-audit.csv\"")
        #expect(csv.text.contains("ann") && !csv.text.contains("HYPERLINK"))
        let all = browser.get("/audit.csv").text
        #expect(all.contains("'=HYPERLINK(1)"))
        let json = browser.get("/audit.json").text
        #expect(json.hasPrefix("[") && json.hasSuffix("]\n"))
        // Who took a copy stands in the trail.
        #expect(browser.get("/audit?action=administration").contains("Exported"))
    }

    @Test func auditorsSeeNoValuesWhereThatIsSet() throws {
        let ann = try world.user("ann", ["title": "Editor"])
        _ = try world.directory.modify(ann, [["op": "replace", "path": "title", "value": "Chief"]])
        let entry = try last()
        let auditor = try world.browser(.auditor)
        #expect(auditor.get("/audit/\(entry)").contains("Chief"))
        try world.directory.change(
            settings: [(AuditSettings.Name.maskForAuditors, .bool(true))],
            by: ConsoleWorld.caller
        )
        for path in ["/audit/\(entry)", "/audit.json", "/audit.csv"] {
            #expect(!auditor.get(path).text.contains("Chief"), "\(path)")
            #expect(browser.get("/audit/\(entry)").text.contains("Chief"))
        }
    }

    @Test func clearingAsksForAnExportFirst() throws {
        try world.user("ann")
        world.clock.advance(seconds: 10 * 86_400)
        try world.user("ben")
        // The session is over by now.
        let browser = try world.browser()
        let day = world.clock.instant.text.prefix(10)
        let refused = try browser.submit(
            browser.get("/audit/clear"),
            "/audit/clear",
            ["before": String(day)]
        )
        #expect(refused.status == 400 && refused.contains("Export the entries first"))
        #expect(browser.get("/audit").contains("ann Created"))
        let cleared = try browser.submit(
            browser.get("/audit/clear"),
            "/audit/clear",
            ["before": String(day), "exported": "yes"]
        )
        #expect(!cleared.contains("ann Created") && cleared.contains("ben Created"))
        #expect(cleared.contains("Cleared 1 entries"))
        #expect(try world.browser(.auditor).get("/audit/clear").changes == [])
    }
}
