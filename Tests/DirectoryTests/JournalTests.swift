import Directory
import SCIM
import SQLiteStore
import TestSupport
import Testing

/// What the journal says of each change.
struct JournalTests {
    private let test: TestStore
    private let directory: Directory

    init() throws {
        test = try TestStore()
        directory = test.directory()
    }

    private func last() throws -> JournalEntry {
        try #require(try directory.journal().last)
    }

    private func group(_ name: String, _ members: [StoredResource]) throws -> StoredResource {
        try directory.create(
            [
                "displayName": .string(name),
                "members": .array(members.map { ["value": .string($0.id)] }),
            ],
            .group
        )
    }

    private func add(_ member: StoredResource) -> JSON {
        ["op": "add", "path": "members", "value": [["value": .string(member.id)]]]
    }

    private func remove(_ member: StoredResource) -> JSON {
        ["op": "remove", "path": .string("members[value eq \"\(member.id)\"]")]
    }

    @Test func saysWhoChangedWhat() throws {
        let user = try directory.create(["userName": "ann", "title": "Lead", "password": "s3cret"])
        let entry = try last()
        #expect(entry.actor == .token(id: 1, name: "test"))
        #expect(entry.requestID == "request")
        #expect(entry.action == .create)
        #expect(entry.at == user.record.created)
        #expect(entry.subject == .init(type: "User", id: user.id, name: "ann", version: 1))
        let names = entry.detail["attributes"]?.array ?? []
        #expect(names.contains("userName") && names.contains("title") && names.contains("password"))
        #expect(entry.detail["active"] == true)
        #expect(entry.concerned.isEmpty)
    }

    @Test func saysWhatDiffersButForSecrets() throws {
        let user = try directory.create(["userName": "ann", "externalId": "x0"])
        _ = try directory.modify(
            user,
            [
                ["op": "add", "path": "title", "value": "Lead"],
                ["op": "add", "path": "externalId", "value": "x1"],
                ["op": "add", "path": "password", "value": "hidden4"],
            ]
        )
        #expect(
            try last().detail == [
                "attributes": ["title", "externalId", "password"],
                "changes": [
                    ["path": "title", "after": "Lead"],
                    ["path": "externalId", "before": "x0", "after": "x1"],
                    ["path": "password", "after": "•••"],
                ],
            ]
        )
        #expect(
            try !test.database().rows("SELECT * FROM journal").contains { $0.contains("hidden") }
        )
    }

    @Test func saysWhetherAUserIsStillActive() throws {
        let user = try directory.create(["userName": "ann"])
        _ = try directory.modify(user, [["op": "replace", "path": "active", "value": false]])
        #expect(
            try last().detail == [
                "attributes": ["active"], "active": false,
                "changes": [["path": "active", "before": true, "after": false]],
            ]
        )
        #expect(try last().kinds == [.changed, .deactivated])
        _ = try directory.modify(user, [["op": "replace", "path": "title", "value": "x"]])
        #expect(try last().detail["active"] == nil)
    }

    @Test func saysWhatWasRewritten() throws {
        _ = try directory.perform(
            .create(try SentResource(["userName": "ann"], type: .user)),
            by: Caller(
                actor: .system,
                domain: "default",
                requestID: "r",
                rewrites: ["booleanText"]
            )
        )
        #expect(try last().detail["rewrites"] == ["booleanText"])
        #expect(try last().actor == .system)
    }

    @Test func numbersRiseAndAreNeverGivenTwice() throws {
        for name in ["ann", "bob", "cat"] {
            _ = try directory.create(["userName": .string(name)])
        }
        let numbers = try directory.journal().map(\.sequence)
        #expect(numbers.count == 3)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy(<))
        try test.database().execute("DELETE FROM journal")
        _ = try directory.create(["userName": "dan"])
        let entries = try directory.journal()
        #expect(entries.count == 1)
        #expect(try #require(entries.first).sequence > (numbers.last ?? .max))
    }

    @Test func whatChangesNothingLeavesNothing() throws {
        let user = try directory.create(["userName": "ann", "title": "Lead"])
        let group = try group("Staff", [user])
        let count = try directory.journal().count
        _ = try directory.modify(user, [["op": "replace", "path": "title", "value": "Lead"]])
        _ = try directory.modify(group, [add(user)])
        _ = try directory.replace(user, with: ["userName": "ann", "title": "Lead"])
        #expect(try directory.journal().count == count)
    }

    @Test func stepsThatCancelEachOtherLeaveNothing() throws {
        let (ann, bob) = (
            try directory.create(["userName": "ann"]), try directory.create(["userName": "bob"])
        )
        let group = try group("Staff", [ann])
        let count = try directory.journal().count
        let same = try directory.modify(
            group,
            [
                add(bob), remove(bob), remove(ann), add(ann),
                ["op": "add", "path": "displayName", "value": "Crew"],
                ["op": "replace", "path": "displayName", "value": "Staff"],
            ]
        )
        #expect(same.record.version == group.record.version)
        #expect(same.members.map(\.id) == [ann.id])
        #expect(try directory.journal().count == count)
    }

    @Test func tokensAreJournalled() throws {
        let token = Token(name: "hr", profile: "okta", rights: .read, domain: "d")
        let caller = Caller(actor: .command(user: "root"), domain: "", requestID: "r1")
        let made = try directory.create(token, by: caller)
        var entry = try last()
        #expect(entry.actor == .command(user: "root"))
        #expect(entry.action == .create)
        #expect(entry.subject == .init(type: "Token", id: String(made.token.id), name: "hr"))
        #expect(entry.detail == ["profile": "okta", "rights": "read", "domain": "d"])
        _ = try directory.revoke(by: caller) { $0.name == "hr" }
        entry = try last()
        #expect(entry.action == .revoke)
        #expect(entry.subject.id == String(made.token.id))
        // What is revoked already is no change.
        #expect(try directory.revoke(by: caller) { $0.name == "hr" }.isEmpty)
        #expect(try directory.journal().count == 2)
    }

    @Test func restoringIsJournalled() throws {
        let user = try directory.create(["userName": "ann", "active": false])
        let restored = try directory.create(["userName": "ann"], restoring: .deactivated)
        #expect(restored.id == user.id)
        let entry = try last()
        #expect(entry.action == .replace)
        #expect(entry.subject == .init(type: "User", id: user.id, name: "ann", version: 2))
        #expect(entry.detail["active"] == true)
    }

    @Test func namesTheMembersThatComeAndGo() throws {
        let (ann, bob) = (
            try directory.create(["userName": "ann"]), try directory.create(["userName": "bob"])
        )
        let group = try group("Staff", [ann])
        #expect(try last().concerned == [ann.id])
        _ = try directory.modify(group, [add(bob), remove(ann)])
        let entry = try last()
        #expect(entry.concerned == [bob.id, ann.id])
        let change: JSON = [
            "path": "members", "added": ["count": 1, "ids": [.string(bob.id)]],
            "removed": ["count": 1, "ids": [.string(ann.id)]],
        ]
        #expect(
            entry.detail == [
                "attributes": ["members"], "added": 1, "removed": 1, "changes": [change],
            ]
        )
        #expect(entry.subject.version == 2)
    }

    @Test func deletingAGroupNamesItsMembers() throws {
        let (ann, bob) = (
            try directory.create(["userName": "ann"]), try directory.create(["userName": "bob"])
        )
        let group = try group("Staff", [ann, bob])
        try directory.delete(group)
        let entry = try last()
        #expect(entry.action == .delete)
        #expect(entry.subject == .init(type: "Group", id: group.id, name: "Staff", version: 2))
        #expect(entry.concerned == [ann.id, bob.id])
    }

    @Test func deletingAUserIsSaidOfEachThatItChanges() throws {
        let boss = try directory.create(["userName": "boss"])
        let report = try directory.create([
            "userName": "ann",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": [
                "manager": ["value": .string(boss.id)]
            ],
        ])
        let groups = [try group("Staff", [boss]), try group("Heads", [boss])]
        let count = try directory.journal().count
        try directory.delete(boss)
        let entries = try directory.journal().dropFirst(count)
        #expect(
            Set(entries.map(\.subject.id)) == Set(groups.map(\.id) + [report.id, boss.id])
        )
        #expect(entries.count == 4)
        for entry in entries {
            #expect(entry.subject.version == 2, "\(entry.subject)")
            #expect(entry.action == (entry.subject.id == boss.id ? .delete : .modify))
        }
        let ofGroup = try #require(entries.first { $0.subject.id == groups[0].id })
        #expect(ofGroup.subject.name == "Staff")
        #expect(ofGroup.detail == ["attributes": ["members"], "removed": 1])
        let ofReport = try #require(entries.first { $0.subject.id == report.id })
        #expect(ofReport.subject.name == "ann")
        #expect(try directory.current(report).record.version == ofReport.subject.version)
        #expect(entries.last?.subject.id == boss.id)
    }
}
