import Directory
import SCIM
import Secrets
import TestSupport
import Testing

@testable import Console

struct TokenPagesTests {
    private let world: ConsoleWorld
    private let browser: Browser

    init() throws {
        world = try ConsoleWorld()
        browser = try world.browser()
    }

    private func tokens() throws -> [Token] {
        try world.directory.read { store -> [Token] in try store.tokens() }
    }

    private func make(_ values: [String: String], rotate: String = "") throws -> WebPage {
        let address = "/tokens/new" + (rotate.isEmpty ? "" : "?rotate=\(rotate)")
        return try browser.submit(browser.get(address), address, values)
    }

    @Test func listsTokensByWhetherTheyWork() throws {
        try world.token("entra-hr", profile: "entra", expires: 9)
        try world.token("report", rights: .read)
        let old = try world.token("old")
        _ = try world.directory.revoke(by: ConsoleWorld.caller) { $0.id == old.id }
        try world.token("trial", profile: "jumpcloud", expires: 1)
        world.clock.advance(seconds: 86_400)
        let page = try world.browser().get("/tokens")
        #expect(page.faults == [])
        #expect(page.contains("entra-hr Microsoft Entra ID Read and change Never"))
        #expect(page.contains("8 days left"))
        #expect(page.contains("report Any SCIM 2.0 client Read only"))
        #expect(page.contains("2 that no longer work"))
        #expect(page.contains("trial JumpCloud Never Expired"))
        #expect(page.contains("old Any SCIM 2.0 client Never Revoked"))
        #expect(page.contains("Last used just now") == false)
    }

    @Test func showsTheSecretOnce() throws {
        let page = try make(["name": "entra-hr", "profile": "entra", "span": "quarter"])
        #expect(page.status == 200)
        #expect(page.faults == [])
        let secret = try #require(page.element("token")?["value"])
        let token = try #require(try tokens().first)
        #expect(token.hash == Sodium.sha256(secret.utf8))
        #expect(token.name == "entra-hr")
        #expect(token.profile == "entra")
        #expect(token.rights == .write)
        #expect(token.expires == world.clock.instant.adding(seconds: 90 * 86_400))
        #expect(page.contains("\(secret.count) characters, from \(secret.prefix(4)) to"))
        #expect(page.links.contains("/scim/admin/providers/entra?watch=yes"))
        #expect(!browser.get("/tokens").text.contains(secret))
    }

    @Test func aFormSentTwiceMakesOneToken() throws {
        let form = browser.get("/tokens/new")
        let first = try browser.submit(form, "/tokens/new", ["name": "okta"])
        let again = try browser.submit(form, "/tokens/new", ["name": "okta"])
        #expect(first.element("token") != nil)
        #expect(again.status == 409)
        #expect(again.element("token") == nil)
        #expect(try tokens().count == 1)
    }

    @Test(arguments: [
        ("name", "2027", "A name needs a letter"), ("name", "", "A token needs a name"),
        ("name", "a b", "no blanks"), ("domain", "a b", "A domain has"),
        ("until", "2023-02-29", "There is no day"), ("until", "tomorrow", "There is no day"),
        ("until", "2024-02-28", "That day is over"), ("until", "", "Say until which day"),
    ])
    func saysBesideTheFieldWhatIsWrong(field: String, value: String, message: String) throws {
        var values = ["name": "entra-hr", "profile": "okta", "rights": "read", "span": "own"]
        values["until"] = "2030-01-01"
        values[field] = value
        let page = try make(values)
        #expect(page.status == 400)
        #expect(page.faults == [])
        #expect(page.element(field)?["aria-invalid"] == "true")
        let error = page.tags.filter { $0["class"] == "error" }
        #expect(error.count == 1)
        #expect(error.first?.text.contains(message) == true)
        #expect(error.first?["id"] == "\(field)-error")
        // What was typed is still there.
        let sent = Dictionary(uniqueKeysWithValues: try page.form("/tokens/new").fields)
        for (name, value) in values { #expect(sent[name] == value, "\(name)") }
        #expect(try tokens().isEmpty)
    }

    @Test func saysAllThatIsWrongAtOnce() throws {
        let page = try make(["name": "2027", "domain": "a b", "span": "own", "until": "x"])
        // A token's name comes before its domain.
        #expect(
            page.tags.filter { $0["class"] == "error" }.map { $0["id"] } == [
                "name-error", "until-error",
            ]
        )
    }

    @Test func aDayOfOnesOwnCountsToItsEnd() throws {
        _ = try make(["name": "a", "span": "own", "until": "2024-02-29"])
        // 23:59:59 UTC
        #expect(try tokens().first?.expires == Instant(milliseconds: 1_709_251_199_000))
    }

    @Test func theSuccessorIsAsItsPredecessor() throws {
        try world.token("entra-hr", profile: "entra", rights: .read, expires: 9)
        let form = browser.get("/tokens/new?rotate=entra-hr")
        #expect(form.heading == "Make the successor of entra-hr")
        let page = try browser.submit(form, "/tokens/new?rotate=entra-hr")
        #expect(page.contains("The old entra-hr still works"))
        let made = try #require(try tokens().last)
        #expect((made.name, made.profile) == ("entra-hr", "entra"))
        #expect(made.rights == .read)
        #expect(try tokens().count == 2)
    }

    @Test func revokingAsksFirst() throws {
        let token = try world.token("entra-hr", profile: "entra")
        let address = "/tokens/\(token.id)/revoke"
        let question = browser.get(address)
        #expect(question.faults == [])
        #expect(question.contains("there is no other valid token for it"))
        #expect(question.contains("leavers keep their access"))
        #expect(try tokens()[0].isValid(at: world.clock.instant))
        let page = try browser.submit(question, address)
        #expect(page.heading == "Tokens")
        #expect(try tokens()[0].revoked != nil)
        #expect(browser.get(address).status == 404)
        #expect(browser.get("/tokens/99/revoke").status == 404)
    }

    @Test func revokingSaysWhatStaysValid() throws {
        let token = try world.token("old", profile: "entra")
        try world.token("new", profile: "entra")
        try world.token("report", profile: "entra", rights: .read)
        let page = browser.get("/tokens/\(token.id)/revoke")
        #expect(page.contains("and new stays valid"))
        #expect(!page.contains("leavers keep their access"))
    }

    @Test func anAuditorSeesTokensAndMakesNone() throws {
        let token = try world.token("entra-hr")
        let auditor = try world.browser(.auditor)
        let list = auditor.get("/tokens")
        #expect(list.contains("entra-hr"))
        #expect(list.changes == [])
        #expect(!list.links.contains { $0.hasSuffix("/revoke") || $0.contains("/new") })
        let stamp = try list.form("/sign-out").fields
        for address in ["/tokens/new", "/tokens/\(token.id)/revoke"] {
            #expect(auditor.get(address).status == 403)
            #expect(auditor.get(address).changes == [])
            let answer = auditor.post(address, stamp + [("name", "mine"), ("profile", "generic")])
            #expect(answer.status == 403)
            #expect(answer.contains("You may look, not change"))
        }
        #expect(try tokens().count == 1)
        #expect(try tokens()[0].revoked == nil)
    }

    @Test func aFormOfNobodyMakesNothing() throws {
        let answer = browser.post("/tokens/new", [("name", "a"), ("csrf", "x")])
        #expect(answer.status == 403)
        #expect(try tokens().isEmpty)
    }

    @Test func whatIsTypedIsText() throws {
        let page = try make(["name": ConsoleWorld.script, "domain": ConsoleWorld.script])
        #expect(!page.text.contains("<script>alert"))
        #expect(page.element("name")?["value"] == ConsoleWorld.script)
        let rotated = browser.get("/tokens/new?provider=%3Cscript%3Ealert(%22%22)")
        #expect(!rotated.text.contains("<script>alert"))
    }
}
