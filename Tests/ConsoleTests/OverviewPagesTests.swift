import Testing

@testable import Console

struct OverviewPagesTests {
    @Test(arguments: Topic.allCases) func theMenuLeadsToAPage(topic: Topic) throws {
        let world = try ConsoleWorld()
        let browser = try world.browser()
        let page = browser.get(topic.href.text(from: "/scim/admin"))
        #expect(page.status == 200)
        #expect(page.faults == [])
        let current = page.tags.filter { $0["aria-current"] == "page" }.map { $0["href"] }
        #expect(current == [topic.href.text(from: "/scim/admin")])
    }

    @Test func aStrangerIsAskedToSignIn() throws {
        let page = try ConsoleWorld().stranger().get("/")
        #expect(page.status == 303)
        #expect(page.header("Location") == "/scim/admin/sign-in")
    }
}
