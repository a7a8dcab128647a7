import Directory
import SCIM
import TestSupport
import Testing

/// What the journal says of changes, and what it keeps to itself.
struct JournalTests {
    private let test: TestStore
    private let directory: Directory

    init() throws {
        test = try TestStore()
        directory = test.directory()
    }

    /// The entries behind those that there were: action, type, name, version, detail.
    private func entries(after count: Int = 0) throws -> [String] {
        try directory.journal().dropFirst(count).map { entry in
            let detail = String(decoding: JSON.object(entry.detail).text, as: UTF8.self)
            let subject = entry.subject
            return "\(entry.action) \(subject.type) \(subject.name) \(subject.version) \(detail)"
        }
    }

    @Test func namesActionSubjectVersionAndAttributes() throws {
        let user = try directory.create(["userName": "ann", "title": "Lead"])
        _ = try directory.modify(user, [["op": "replace", "path": "active", "value": false]])
        _ = try directory.modify(user, [["op": "replace", "path": "active", "value": true]])
        _ = try directory.replace(user, with: ["userName": "ann"])
        try directory.delete(user)
        #expect(
            try entries() == [
                #"create User ann 1 {"attributes":["userName","title","active"],"active":true}"#,
                #"modify User ann 2 {"attributes":["active"],"active":false}"#,
                #"modify User ann 3 {"attributes":["active"],"active":true}"#,
                #"replace User ann 4 {"attributes":["title"]}"#,
                #"delete User ann 5 {}"#,
            ]
        )
    }

    @Test func saysWhoAskedAndInWhichRequest() throws {
        let caller = Caller(
            actor: .token(id: 7, name: "hr"),
            domain: "default",
            requestID: "0123456789abcdef",
            rewrites: ["booleanText"]
        )
        _ = try directory.perform(
            .create(try SentResource(["userName": "ann"], type: .user)),
            by: caller
        )
        let entry = try #require(try directory.journal().first)
        #expect(entry.actor == .token(id: 7, name: "hr"))
        #expect(entry.requestID == "0123456789abcdef")
        #expect(entry.detail["rewrites"] == ["booleanText"])
    }

    @Test func neverHasAValue() throws {
        let user = try directory.create([
            "userName": "ann", "title": "secret-title", "password": "secret-word",
        ])
        _ = try directory.modify(
            user,
            [["op": "replace", "value": ["title": "secret-title-2", "password": "secret-word-2"]]]
        )
        #expect(try !test.database().rows("SELECT * FROM journal").joined().contains("secret"))
    }

    @Test func givesNoNumberTwice() throws {
        _ = try directory.create(["userName": "ann"])
        let last = try #require(try directory.journal().last?.sequence)
        try test.database().execute("DELETE FROM journal")
        _ = try directory.create(["userName": "bob"])
        #expect(try directory.journal().map(\.sequence) == [last + 1])
    }

    @Test func isReadFromAnyEntryOn() throws {
        for name in ["ann", "bob", "carol"] {
            _ = try directory.create(["userName": .string(name)])
        }
        let all = try directory.journal()
        let some = try directory.read { try $0.journal(after: all[0].sequence, limit: 1) }
        #expect(some == [all[1]])
    }

    @Test func hasNothingOfWhatChangesNothing() throws {
        let user = try directory.create(["userName": "ann", "title": "Lead"])
        _ = try directory.modify(user, [["op": "replace", "path": "title", "value": "Lead"]])
        _ = try directory.replace(user, with: ["userName": "ann", "title": "Lead"])
        let group = try directory.create(["displayName": "Staff"], .group)
        let add: JSON = ["op": "add", "path": "members", "value": [["value": .string(user.id)]]]
        let remove: JSON = ["op": "remove", "path": .string("members[value eq \"\(user.id)\"]")]
        _ = try directory.modify(group, [add, remove])
        #expect(try entries().count == 2)
        #expect(try directory.current(group).record.version == 1)
    }

    @Test func namesThoseWhoCameAndWent() throws {
        let users = try ["ann", "bob"].map { try directory.create(["userName": .string($0)]) }
        let ids = users.map(\.id)
        let group = try directory.create(
            ["displayName": "Staff", "members": .array(ids.map { ["value": .string($0)] })],
            .group
        )
        _ = try directory.modify(
            group,
            [["op": "remove", "path": .string("members[value eq \"\(ids[0])\"]")]]
        )
        _ = try directory.modify(
            group,
            [["op": "replace", "path": "displayName", "value": "Crew"]]
        )
        try directory.delete(group)
        #expect(
            try directory.journal().dropFirst(2).map(\.concerned) == [ids, [ids[0]], [], [ids[1]]]
        )
        #expect(
            try entries(after: 2) == [
                #"create Group Staff 1 {"attributes":["displayName","members"],"added":2}"#,
                #"modify Group Staff 2 {"attributes":["members"],"removed":1}"#,
                #"modify Group Crew 3 {"attributes":["displayName"]}"#,
                #"delete Group Crew 4 {}"#,
            ]
        )
    }

    @Test func namesAllThatADeletionChanges() throws {
        let boss = try directory.create(["userName": "boss"])
        let manager = JSON.object(["manager": ["value": .string(boss.id)]])
        _ = try directory.create(["userName": "ann", Schema.enterpriseUser.id: manager])
        for name in ["Staff", "Board"] {
            _ = try directory.create(
                ["displayName": .string(name), "members": [["value": .string(boss.id)]]],
                .group
            )
        }
        try directory.delete(boss)
        let urn = Schema.enterpriseUser.id
        #expect(
            try Set(entries(after: 4)) == [
                #"modify Group Staff 2 {"attributes":["members"],"removed":1}"#,
                #"modify Group Board 2 {"attributes":["members"],"removed":1}"#,
                "modify User ann 2 {\"attributes\":[\"\(urn):manager\"]}",
                #"delete User boss 2 {}"#,
            ]
        )
    }

    @Test func saysWhenSomebodyIsBroughtBack() throws {
        let user = try directory.create(["userName": "ann", "active": false])
        let back = try directory.create(["userName": "ANN"], restoring: .deactivated)
        #expect(back.id == user.id)
        #expect(try entries(after: 1).first?.hasPrefix("replace User ANN 2 ") == true)
        #expect(try directory.journal().last?.detail["active"] == true)
    }

    @Test func hasTokensToo() throws {
        let caller = Caller(actor: .command(user: "root"), domain: "default", requestID: "")
        let (token, secret) = try directory.create(
            Token(name: "hr", profile: "okta", rights: .read, domain: "default"),
            by: caller
        )
        #expect(try directory.revoke(by: caller) { $0.id == token.id }.map(\.id) == [token.id])
        #expect(try directory.revoke(by: caller) { $0.id == token.id }.isEmpty)
        let detail = #"{"profile":"okta","rights":"read","domain":"default"}"#
        #expect(try entries() == ["create Token hr 0 \(detail)", "revoke Token hr 0 \(detail)"])
        #expect(try directory.journal().allSatisfy { $0.actor == .command(user: "root") })
        #expect(try !test.database().rows("SELECT * FROM journal").joined().contains(secret.text))
    }

    @Test(arguments: ["", "two words", "4711", "a/b", String(repeating: "x", count: 65)])
    func tokensHaveNamesThatCanBeTyped(name: String) throws {
        let token = Token(name: name, profile: "okta", rights: .read, domain: "default")
        let refusal = #expect(throws: SCIMError.self) {
            try directory.create(token, by: TestStore.caller())
        }
        #expect(refusal?.scimType == .invalidValue)
    }
}
