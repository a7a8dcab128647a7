import Delivery
import Directory
import SCIM
import TestSupport
import Testing

@testable import Console

struct UserPagesTests {
    private let world: ConsoleWorld
    private let browser: Browser

    init() throws {
        world = try ConsoleWorld()
        browser = try world.browser()
    }

    @Test func pagesByUserNameGoForthAndBack() throws {
        for number in 1...120 { try world.user("user\(1_000 + number)") }
        let first = browser.get("/users")
        #expect(first.faults == [])
        #expect(first.contains("120 users, by user name"))
        #expect(first.contains("user1001 Active") && first.contains("user1050 Active"))
        #expect(!first.contains("user1051"))
        let second = browser.get(try #require(first.links.first { $0.contains("after=") }))
        #expect(second.contains("user1051 Active") && second.contains("user1100 Active"))
        let third = browser.get(try #require(second.links.first { $0.contains("after=") }))
        #expect(third.contains("user1120 Active") && third.contains("This is the end"))
        let back = browser.get(try #require(third.links.first { $0.contains("before=") }))
        #expect(back.contains("user1051 Active") && back.contains("user1100 Active"))
        let beginning = browser.get(try #require(back.links.first { $0.contains("before=") }))
        #expect(beginning.contains("user1001 Active"))
        #expect(beginning.contains("This is the beginning"))
        #expect(browser.get("/users?from=USER1100").contains("user1100 Active"))
        for query in ["after=x", "before=9 x", "after=99999999999999999999 x", "from=%00"] {
            #expect(browser.get("/users?\(query)").status == 200, "\(query)")
        }
    }

    @Test func findsPeopleByWordsAndByFilters() throws {
        try world.user("lena@example.org", ["name": ["familyName": "Weber"]])
        try world.user("ben@example.org", ["name": ["familyName": "Novak"], "active": false])
        #expect(browser.get("/users?q=web").contains("lena@example.org"))
        #expect(!browser.get("/users?q=web").contains("ben@example.org"))
        #expect(browser.get("/users?q=zara").contains("Nobody is called “zara”"))
        #expect(browser.get("/users?state=deactivated").contains("ben@example.org"))
        let filter = "by=filter&q=active%20eq%20false"
        #expect(browser.get("/users?\(filter)").contains("Users 1–1 of 1"))
        let wrong = browser.get("/users?by=filter&q=active%20eq")
        #expect(wrong.status == 400 && wrong.faults == [])
        #expect(wrong.contains("at character"))
        #expect(
            browser.get("/users?by=filter&q=userName%20pr&from=9223372036854775807").status == 200
        )
    }

    @Test func aPersonsPageShowsAllThatWasSent() throws {
        let ann = try world.user(
            "ann",
            [
                "displayName": .string(ConsoleWorld.script), "title": "Chief",
                "emails": [["value": "ann@example.org", "type": "work", "primary": true]],
            ]
        )
        try world.group(ConsoleWorld.script, [ann])
        let page = browser.get("/users/\(ann.id)")
        #expect(page.faults == [])
        #expect(page.contains("ann@example.org work, primary"))
        #expect(page.contains(ConsoleWorld.script) && !page.text.contains(ConsoleWorld.script))
        #expect(page.contains("Not connected"))
        #expect(page.forms.filter { $0.action.contains("/users/") }.isEmpty)
        #expect(browser.get("/users/nobody").status == 404)
    }

    @Test func sendsAgainAndDetaches() throws {
        let ann = try world.user("ann")
        let site = try world.site()
        let record = { [world] () throws -> DeliveryRecord? in
            try world.directory.read {
                try $0.deliveries(to: site.id, .of([ann.id]), limit: 1).first
            }
        }
        let version = try record()?.version
        let address = "/users/\(ann.id)"
        _ = try browser.submit(browser.get(address), "\(address)/send")
        #expect(try record()?.version == version.map { $0 + 1 })
        try world.directory.settle(
            [
                Settlement(
                    resource: ann.id,
                    version: try #require(try record()).version,
                    outcome: .done(account: .init(id: "12", name: "ann"), active: true)
                )
            ],
            of: site.id,
            trouble: nil
        )
        // The site does not answer: nothing is changed.
        let asked = browser.get("\(address)/detach?receiver=site")
        #expect(asked.faults == [])
        #expect(try browser.submit(asked, "\(address)/detach").status == 409)
        #expect(try record()?.isDetached == false)
        world.answer = { _ in
            .answered(status: 200, body: Array("{\"results\":[{\"status\":\"applied\"}]}".utf8))
        }
        let detached = try browser.submit(
            browser.get("\(address)/detach?receiver=site"),
            "\(address)/detach"
        )
        #expect(detached.contains("Detached"))
        // Whatever happens to the person, the site is not told.
        _ = try world.directory.modify(ann, [["op": "replace", "path": "title", "value": "x"]])
        #expect(try record()?.due == nil && record()?.state == .detached)
        _ = try browser.submit(browser.get(address), "\(address)/attach")
        #expect(try record()?.due != nil && record()?.isDetached == false)
    }

    @Test func auditorsHaveNoForms() throws {
        let ann = try world.user("ann")
        try world.site()
        let auditor = try world.browser(.auditor)
        let page = auditor.get("/users/\(ann.id)")
        #expect(page.changes == [])
    }
}
