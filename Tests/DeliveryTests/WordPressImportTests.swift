import Directory
import JSONText
import SCIM
import TestSupport
import Testing

@testable import Delivery

/// What becomes of a site's accounts.
struct WordPressImportTests {
    private let office: Office

    init() throws { office = try Office() }

    private func account(_ id: Int64, _ login: String, _ more: JSONObject = [:]) -> JSONObject {
        var account: JSONObject = [
            "userId": .integer(id), "login": .string(login), "email": .string("\(login)@wp.test"),
            "firstName": "First", "lastName": "", "displayName": .string(login), "nickname": "nick",
            "url": "", "description": "", "locale": "", "roles": ["author"], "active": true,
            "administrator": false, "scimId": nil, "userName": nil, "externalId": nil,
        ]
        for member in more.members { account[member.name] = member.value }
        return account
    }

    /// A site with accounts, in pages of two.
    private func answer(_ accounts: [JSONObject]) {
        office.answer = { call in
            let after = call.json["after"]?.integer ?? 0
            let rest = accounts.filter { ($0["userId"]?.integer ?? 0) > after }
            return Plugin.json(.array(rest.prefix(2).map(JSON.object)))
        }
    }

    private struct Result {
        var outcomes: [String: WordPressImport.Outcome] = [:]
        var reasons: [String: String] = [:]
        var members: [String: [String]] = [:]
    }

    private func run(
        match: WordPressImport.Match? = nil,
        administrators: [String] = []
    ) throws -> Result {
        var result = Result()
        result.members = try WordPressImport(
            directory: office.directory,
            receiver: office.receiver,
            desk: office.desk,
            caller: Office.caller,
            match: match,
            administrators: administrators
        ).run { login, outcome, reason in
            result.outcomes[login] = outcome
            result.reasons[login] = reason
        }
        return result
    }

    private func user(named name: String) throws -> StoredResource {
        let query = Query(
            type: .user,
            predicate: try FilterParser.parse("userName eq \"\(name)\"").bound(to: .user),
            count: 1,
            domain: "default",
            links: office.test.links
        )
        return try #require(try office.directory.search(query).resources.first)
    }

    @Test func accountsBecomeUsers() throws {
        answer([
            account(1, "ann", ["lastName": "Last", "url": "https://ann.test"]),
            account(2, "bob", ["active": false, "email": "", "firstName": ""]),
            account(3, "cat"),
        ])
        let result = try run()
        #expect(result.outcomes == ["ann": .imported, "bob": .imported, "cat": .imported])
        let ann = try user(named: "ann")
        let document = try ann.record.document.object()
        #expect(document["active"] == true && document["displayName"] == "ann")
        #expect(document["name"] == ["givenName": "First", "familyName": "Last"])
        #expect(document["nickName"] == "nick" && document["profileUrl"] == "https://ann.test")
        #expect(
            document["emails"]
                == [["value": "ann@wp.test", "type": "work", "primary": true]]
        )
        let bob = try user(named: "bob")
        let other = try bob.record.document.object()
        #expect(other["active"] == false && other["emails"] == nil && other["name"] == nil)
        let record = try office.record(ann)
        #expect(record.version == 0 && record.state == .done && record.active == true)
        #expect(record.account == .init(id: "1", name: "ann"))
        #expect(try office.record(bob).active == false)
        #expect(try office.courier().run() == .finished)
        #expect(office.calls.allSatisfy { $0.url.hasSuffix("=accounts") })
        #expect(
            Set(result.members["author"] ?? [])
                == Set([ann.id, bob.id, try user(named: "cat").id])
        )
        // The second time they are known.
        #expect(try run().outcomes == ["ann": .known, "bob": .known, "cat": .known])
        try office.set(ann, "userName", "anna")
        #expect(try run().outcomes["ann"] == .known)
    }

    @Test func administratorsAreTakenOnlyByName() throws {
        answer([
            account(1, "root", ["administrator": true]),
            account(2, "Boss", ["administrator": true]),
            account(3, "odd", ["administrator": nil]), account(4, "ann"),
        ])
        let result = try run(administrators: ["bOSS"])
        #expect(
            result.outcomes == [
                "root": .administrator, "Boss": .imported, "odd": .administrator,
                "ann": .imported,
            ]
        )
    }

    @Test func whatTheDirectoryHasIsTaken() throws {
        let old = try office.user("ANN")
        let version = try office.record(old).version
        answer([account(1, "ann"), account(2, "bob")])
        #expect(try run().outcomes == ["ann": .taken, "bob": .imported])
        #expect(try office.record(old).version == version)
        #expect(try office.record(old).account == nil)
    }

    @Test(
        arguments: [
            (nil, .taken, .imported), (.login, .linked, .imported), (.email, .taken, .linked),
        ] as [(WordPressImport.Match?, WordPressImport.Outcome, WordPressImport.Outcome)]
    )
    func accountsAreLinkedWithUsers(
        _ match: WordPressImport.Match?,
        _ byLogin: WordPressImport.Outcome,
        _ byEmail: WordPressImport.Outcome
    ) throws {
        let ann = try office.user("Ann")
        let other = try office.user("other", ["emails": [["value": "BOB@wp.test"]]])
        try office.settleAll()
        answer([account(1, "ann"), account(2, "bob")])
        let result = try run(match: match)
        #expect(result.outcomes == ["ann": byLogin, "bob": byEmail])
        for (user, outcome, id) in [(ann, byLogin, "1"), (other, byEmail, "2")] {
            let record = try office.record(user)
            #expect((record.account?.id == id) == (outcome == .linked))
            #expect((record.due != nil) == (outcome == .linked))
        }
        if match == nil { return }
        let entry = try office.directory.journal().last { $0.subject.type == "Receiver" }
        #expect(entry?.concerned == [match == .login ? ann.id : other.id])
    }

    /// Who has an account already gets no second one.
    @Test func nobodyIsLinkedTwice() throws {
        let ann = try office.user("ann", ["emails": [["value": "ann@wp.test"]]])
        answer([account(1, "ann")])
        #expect(try run(match: .login).outcomes == ["ann": .linked])
        answer([account(1, "ann"), account(2, "ann2", ["email": "ann@wp.test"])])
        #expect(try run(match: .email).outcomes == ["ann": .known, "ann2": .imported])
        #expect(try office.record(ann).account?.id == "1")
    }

    @Test func severalOfOneAddressAreTaken() throws {
        for name in ["x", "y"] {
            _ = try office.user(name, ["emails": [["value": "ann@wp.test"]]])
        }
        answer([account(1, "ann")])
        #expect(try run(match: .email).outcomes == ["ann": .taken])
        #expect(try office.records().allSatisfy { $0.account == nil })
    }

    @Test func whatCannotBeAUserDoesNotStopTheOthers() throws {
        answer([
            account(1, "ann"), account(2, ""),
            account(3, "cat", ["url": .string(String(repeating: "x", count: 300_000))]),
            account(4, "dan"),
        ])
        let result = try run()
        #expect(result.outcomes["ann"] == .imported && result.outcomes["dan"] == .imported)
        #expect(result.outcomes[""] == .refused && result.outcomes["cat"] == .refused)
        #expect(result.reasons["cat"]?.isEmpty == false)
    }

    /// The directory has gone back in time, and the client knows the ids.
    @Test func whoWasHereBeforeComesBackWithTheSameID() throws {
        answer([
            account(
                1,
                "ann",
                ["scimId": "id-1", "userName": "Ann@x.test", "externalId": "e1"]
            )
        ])
        #expect(try run().outcomes == ["ann": .imported])
        let ann = try user(named: "ann@x.test")
        #expect(ann.id == "id-1" && ann.record.externalId == "e1")
        #expect(try run().outcomes == ["ann": .known])
    }

    /// Somebody who is deleted here and not yet there is nobody's member.
    @Test func whoIsToBeLetGoIsKnownAndNoMember() throws {
        let (ann, bob) = (try office.user("ann"), try office.user("bob"))
        try office.directory.delete(ann)
        answer([
            account(1, "ann", ["scimId": .string(ann.id)]),
            account(2, "bob", ["scimId": .string(bob.id)]),
        ])
        let result = try run()
        #expect(result.outcomes == ["ann": .known, "bob": .known])
        #expect(result.members == ["author": [bob.id]])
    }

    @Test func aSiteThatDoesNotAnswerIsNamed() throws {
        office.answer = { _ in Plugin.json(["code": "scim_unsigned"], status: 401) }
        #expect {
            _ = try run()
        } throws: { error in
            (error as? WordPressDesk.Failure)?.problem.code == "scim_unsigned"
        }
    }

    // MARK: Roles

    @Test func rolesBecomeGroups() throws {
        let (ann, bob) = (try office.user("ann"), try office.user("bob"))
        try office.settleAll()
        _ = try office.group("Author", [])
        try office.change { $0.rules = [RoleRule(group: "x", role: "editor")] }
        let status: JSONObject = [
            "roles": [
                ["role": "administrator", "name": "Administrator", "allowed": false],
                ["role": "editor", "name": "Editor", "allowed": true],
                ["role": "author", "name": "Author", "allowed": true],
                ["role": "subscriber", "allowed": true],
            ]
        ]
        let rules = try WordPressRoleGroups(
            directory: office.directory,
            receiver: office.receiver,
            caller: Office.caller
        ).make(status, office.site, members: ["author": [ann.id, bob.id], "editor": [ann.id]])
        #expect(rules.map(\.role) == ["author", "subscriber"])
        #expect(rules.map(\.priority) == [2, 1] && rules.allSatisfy { $0.blog == nil })
        let groups = try rules.map { rule in
            try #require(
                try office.directory.read {
                    try $0.fetch(rule.group, type: .group, domain: "default", loading: .members)
                }
            )
        }
        let names = try groups.map { try $0.record.document.object()["displayName"]?.string }
        #expect(names == ["WordPress Author", "subscriber"])
        #expect(groups.map { $0.members.map(\.id) } == [[ann.id, bob.id], []])
    }
}
