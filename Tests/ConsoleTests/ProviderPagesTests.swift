import Directory
import Glibc
import Profiles
import Secrets
import TestSupport
import Testing

@testable import Console

struct ProviderPagesTests {
    private let world: ConsoleWorld
    private let browser: Browser

    init() throws {
        world = try ConsoleWorld()
        browser = try world.browser()
    }

    static let guides = Provider.all.map(\.name).filter(Guide.exists)

    /// A page of the manual as it stands beside the program's sources.
    private func manual(_ name: String) throws -> String {
        let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        guard let file = fopen("/\(here)/docs/providers/\(name).md", "r") else {
            throw TestError("the manual has no \(name)")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 100_000)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    @Test func offersEveryProfileInTheManualsOrder() throws {
        #expect(Set(Provider.all.map(\.name)) == Set(Profile.all.map(\.name)))
        let rows = try manual("README").split(separator: "\n").filter { $0.hasPrefix("| ") }
        let names = rows.dropFirst().compactMap { row in
            row.split(separator: "|").dropFirst().first?.split(separator: "`").dropFirst().first
        }
        #expect(names.map(String.init) == Provider.all.map(\.name))
        let page = browser.get("/providers")
        #expect(page.faults == [])
        #expect(page.links.filter { $0.hasPrefix("/scim/admin/providers/") }.count == 16)
    }

    @Test(arguments: guides) func showsTheManualsPage(name: String) throws {
        let page = browser.get("/providers/\(name)")
        #expect(page.status == 200)
        #expect(page.faults == [])
        #expect(page.element("url")?["value"] == "https://www.example.org/scim/v2")
        #expect(page.contains("https://www.example.org/scim/v2"))
        #expect(!page.text.contains("www.example.com"))
        #expect(!page.text.contains("roster token create"))
        #expect(!page.text.contains("](") && !page.text.contains("**"))
        // Every text of the manual is there.
        let words = try manual(name).split(separator: "\n").filter { $0.hasPrefix("| ") }
        for row in words.dropFirst() {
            let cell = row.split(separator: "|")[0].filter { !"`*".contains($0) }
            let text = cell.split(separator: "](")[0].split(separator: " ").joined(separator: " ")
            #expect(page.words.filter { $0 != " " }.contains(text.filter { $0 != " " }), "\(text)")
        }
    }

    @Test(arguments: guides) func everyPageOfTheManualHasItsParts(name: String) throws {
        let text = try manual(name)
        let sections = text.split(separator: "\n").filter { $0.hasPrefix("## ") }
            .map { $0.dropFirst(3) }
        #expect(sections.count == 9)
        #expect(sections.first == "What you need")
        #expect(sections[1] == "In Roster")
        #expect(sections[2].hasPrefix("In "))
        #expect(
            sections[3...] == [
                "Attribute mappings", "What the test button sends", "Groups",
                "What to check afterwards", "What goes wrong", "Facts",
            ]
        )
        let guide = try #require(Guide(name, base: "https://a.test/v2"))
        guard case .code("sh", let command) = guide.sections[1].blocks[0],
            case .paragraph(let explanation) = guide.sections[1].blocks[1]
        else {
            Issue.record("\(guide.sections[1].blocks)")
            return
        }
        #expect(command.hasPrefix("roster token create "))
        #expect(command.contains("--profile \(name) "))
        #expect(
            explanation
                == "It prints the token once. [Tokens](../operate.md#tokens) says as which user to run it."
        )
    }

    @Test func makesATokenWithinTheGuide() throws {
        let page = try browser.submit(browser.get("/providers/okta"), "/providers/okta#values")
        #expect(page.status == 200)
        #expect(page.faults == [])
        let secret = try #require(page.element("token")?["value"])
        let token = try #require(
            try world.directory.read { store -> Token? in try store.tokens().first }
        )
        #expect(token.hash == Sodium.sha256(secret.utf8))
        #expect((token.name, token.profile) == ("okta", "okta"))
        let later = browser.get("/providers/okta")
        #expect(!later.text.contains(secret))
        #expect(later.contains("Okta has 1 token"))
        #expect(browser.get("/providers").contains("Okta token okta Never Not used yet"))
    }

    @Test func refusesANameBesideItsField() throws {
        let page = try browser.submit(
            browser.get("/providers/okta"),
            "/providers/okta#values",
            ["name": ConsoleWorld.script]
        )
        #expect(page.status == 400)
        #expect(page.faults == [])
        #expect(page.element("name")?["aria-invalid"] == "true")
        #expect(page.element("name")?["value"] == ConsoleWorld.script)
        #expect(!page.text.contains("<script>alert"))
    }

    @Test func anAuditorReadsGuides() throws {
        let auditor = try world.browser(.auditor)
        let page = auditor.get("/providers/entra")
        #expect(page.status == 200)
        #expect(page.changes == [])
        let stamp = try page.form("/sign-out").fields
        #expect(auditor.post("/providers/entra", stamp + [("name", "mine")]).status == 403)
    }

    @Test func thereIsNoGuideForWhatThereIsNot() {
        #expect(browser.get("/providers/strict").status == 404)
        #expect(browser.get("/providers/README").status == 404)
        #expect(browser.get("/providers/entra/x").status == 404)
    }
}
