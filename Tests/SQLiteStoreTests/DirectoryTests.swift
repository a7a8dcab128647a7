import Directory
import GRDB
import SCIM
import SQLiteStore
import Testing

/// The use cases on a real database.
struct DirectoryTests {
    private let test: TestStore
    private let directory: Directory

    init() throws {
        test = try TestStore()
        directory = test.directory()
    }

    private func create(_ body: JSON, _ type: ResourceType = .user) throws -> StoredResource {
        try directory.create(body, type: type, caller: TestStore.caller)
    }

    private func modify(
        _ resource: StoredResource,
        _ operations: [JSON],
        ifMatch: String? = nil
    ) throws -> StoredResource {
        let message: JSON = [
            "schemas": [.string(MessageSchema.patchOp)], "Operations": .array(operations),
        ]
        return try directory.modify(
            resource.id,
            by: PatchRequest(message).operations,
            with: Patch(type: resource.type, unmatchedFilter: .refuse),
            preconditions: Preconditions(ifMatch: ifMatch),
            caller: TestStore.caller,
            loading: [.memberships, .members]
        )
    }

    private func rows(_ sql: String) throws -> [String] {
        try DatabaseQueue(path: test.path).read { try String.fetchAll($0, sql: sql) }
    }

    private func status(_ body: () throws -> Void) -> Int {
        do {
            try body()
            return 200
        } catch {
            return (error as? SCIMError)?.status ?? 0
        }
    }

    @Test func changeAuditEntryAndEventAreOne() throws {
        let user = try create(["userName": "ann"])
        _ = try modify(user, [["op": "replace", "path": "active", "value": false]])
        _ = try modify(user, [["op": "replace", "path": "active", "value": true]])
        _ = try modify(user, [["op": "replace", "path": "title", "value": "Lead"]])
        try directory.delete(
            user.id,
            type: .user,
            preconditions: Preconditions(),
            caller: TestStore.caller
        )
        #expect(
            try rows("SELECT event || ' ' || version FROM outbox ORDER BY id") == [
                "user.created 1", "user.deactivated 2", "user.reactivated 3", "user.updated 4",
                "user.deleted 5",
            ]
        )
        #expect(
            try rows("SELECT action || ' ' || client || ' ' || detail FROM audit ORDER BY id") == [
                #"create test {"attributes":["userName","active"]}"#,
                #"modify test {"attributes":["active"]}"#,
                #"modify test {"attributes":["active"]}"#,
                #"modify test {"attributes":["title"]}"#,
                #"delete test {"attributes":["userName","title","active"]}"#,
            ]
        )
    }

    @Test func changeOfNothingIsNoChange() throws {
        let user = try create(["userName": "ann", "title": "Lead"])
        let same = try modify(user, [["op": "replace", "path": "title", "value": "Lead"]])
        #expect(same.tag == user.tag)
        #expect(same.modified == user.modified)
        #expect(try rows("SELECT event FROM outbox").count == 1)
    }

    @Test func userNamesAreUniqueWithoutCase() throws {
        _ = try create(["userName": "Straße@example.org"])
        #expect(status { _ = try create(["userName": "STRASSE@EXAMPLE.ORG"]) } == 409)
        let other = try create(["userName": "other"])
        #expect(
            status {
                _ = try modify(
                    other,
                    [["op": "replace", "path": "userName", "value": "straße@example.org"]]
                )
            } == 409
        )
    }

    @Test func deletedNamesAreFreeAtOnce() throws {
        let user = try create(["userName": "ann"])
        try directory.delete(
            user.id,
            type: .user,
            preconditions: Preconditions(),
            caller: TestStore.caller
        )
        #expect(try create(["userName": "ann"]).id != user.id)
    }

    @Test func passwordsAreKeptAsBcryptOnly() throws {
        let user = try create(["userName": "ann", "password": "correct horse"])
        let hashes = try rows("SELECT hash FROM credential")
        #expect(hashes.count == 1)
        #expect(hashes.first?.hasPrefix("$2y$10$") == true)
        #expect(Password.matches("correct horse", hash: hashes.first ?? ""))
        #expect(!Password.matches("correct Horse", hash: hashes.first ?? ""))
        #expect(!String(decoding: user.document, as: UTF8.self).contains("horse"))
        for table in ["resource", "value", "audit", "outbox"] {
            let column =
                ["resource": "document", "value": "key", "audit": "detail"][table] ?? "data"
            #expect(try !rows("SELECT \(column) FROM \(table)").contains { $0.contains("horse") })
        }
    }

    @Test func putKeepsPasswordAndActive() throws {
        let user = try create(["userName": "ann", "password": "x1", "active": false, "title": "t"])
        let replaced = try directory.replace(
            user.id,
            with: ["userName": "ann"],
            type: .user,
            preconditions: Preconditions(),
            caller: TestStore.caller
        )
        let object = try replaced.documentObject()
        #expect(object["active"] == false)
        #expect(object["title"] == nil)
        #expect(try rows("SELECT hash FROM credential").count == 1)
    }

    @Test func membershipShowsOnUserAndChangesItsTag() throws {
        let user = try create(["userName": "ann"])
        let group = try create(
            ["displayName": "Staff", "members": [["value": .string(user.id)]]],
            .group
        )
        let member = try directory.read(
            user.id,
            type: .user,
            client: TestStore.caller.token,
            loading: []
        )
        #expect(member.memberships == [Membership(group: group.id, display: "Staff")])
        #expect(member.tag != user.tag)
        _ = try modify(group, [["op": "replace", "path": "displayName", "value": "Crew"]])
        let renamed = try directory.read(
            user.id,
            type: .user,
            client: TestStore.caller.token,
            loading: []
        )
        #expect(renamed.tag != member.tag)
    }

    @Test func addingAMemberAgainChangesNothing() throws {
        let user = try create(["userName": "ann"])
        let group = try create(
            ["displayName": "Staff", "members": [["value": .string(user.id)]]],
            .group
        )
        let add: JSON = [
            "op": "add", "path": "members", "value": [["value": .string(user.id)]],
        ]
        #expect(try modify(group, [add]).tag == group.tag)
    }

    @Test func unknownMembersAreRefusedAndNothingIsStored() throws {
        let group = try create(["displayName": "Staff"], .group)
        let user = try create(["userName": "ann"])
        let add: JSON = [
            "op": "add", "path": "members",
            "value": [["value": .string(user.id)], ["value": "nobody"]],
        ]
        #expect(status { _ = try modify(group, [add]) } == 400)
        #expect(try rows("SELECT member FROM member").isEmpty)
    }

    @Test func deletingAUserLeavesItsGroupsAndReports() throws {
        let boss = try create(["userName": "boss"])
        let user = try create([
            "userName": "ann",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": [
                "manager": ["value": .string(boss.id)]
            ],
        ])
        let group = try create(
            ["displayName": "Staff", "members": [["value": .string(boss.id)]]],
            .group
        )
        try directory.delete(
            boss.id,
            type: .user,
            preconditions: Preconditions(),
            caller: TestStore.caller
        )
        let token = TestStore.caller.token
        let left = try directory.read(group.id, type: .group, client: token, loading: .members)
        #expect(left.members.isEmpty)
        #expect(left.version == 2)
        let report = try directory.read(user.id, type: .user, client: token, loading: [])
        #expect(try report.documentObject()[Schema.enterpriseUser.id] == nil)
        #expect(report.version == 2)
    }

    @Test func preconditionsHoldChangesBack() throws {
        let user = try create(["userName": "ann"])
        let replace: JSON = ["op": "replace", "path": "title", "value": "x"]
        #expect(status { _ = try modify(user, [replace], ifMatch: "W/\"9\"") } == 412)
        #expect(status { _ = try modify(user, [replace], ifMatch: "W/\"1-gzip\"") } == 200)
    }

    @Test func externalIDsBelongToTheirDomain() throws {
        let user = try create(["userName": "ann", "externalId": "a1"])
        var token = TestStore.caller.token
        token.domain = "other"
        let seen = try directory.read(user.id, type: .user, client: token, loading: [])
        #expect(seen.externalId == nil)
    }
}
