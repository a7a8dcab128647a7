import Directory
import SCIM
import Secrets
import SQLiteStore
import TestSupport
import Testing

/// The use cases on a real database.
struct DirectoryTests {
    private let test: TestStore
    private let directory: Directory

    init() throws {
        test = try TestStore()
        directory = test.directory()
    }

    private func rows(_ sql: String) throws -> [String] {
        try test.database().rows(sql)
    }

    private func status(_ body: () throws -> Void) -> Int {
        do {
            try body()
            return 200
        } catch {
            return (error as? SCIMError)?.status ?? 0
        }
    }

    @Test func changeOfNothingIsNoChange() throws {
        let user = try directory.create(["userName": "ann", "title": "Lead"])
        let same = try directory.modify(
            user,
            [["op": "replace", "path": "title", "value": "Lead"]]
        )
        #expect(same.tag == user.tag)
        #expect(same.record.modified == user.record.modified)
        #expect(try directory.journal().count == 1)
    }

    @Test func userNamesAreUniqueWithoutCase() throws {
        _ = try directory.create(["userName": "Straße@example.org"])
        #expect(status { _ = try directory.create(["userName": "STRASSE@EXAMPLE.ORG"]) } == 409)
        let other = try directory.create(["userName": "other"])
        #expect(
            status {
                _ = try directory.modify(
                    other,
                    [["op": "replace", "path": "userName", "value": "straße@example.org"]]
                )
            } == 409
        )
    }

    @Test(
        arguments: [
            ("it's", #"it\'s"#), (#"a\b"#, #"a\\b"#), (#"say "yes""#, #"say \"yes\""#),
            ("  blank\t\n", "blank"), ("ünïcode", "ünïcode"),
        ]
    )
    func hashesPasswordsAsWordPressComparesThem(password: String, compared: String) throws {
        _ = try directory.create(["userName": "ann", "password": .string(password)])
        let hash = try #require(try rows("SELECT hash FROM credential").first)
        #expect(Password.matches(compared, hash: hash))
    }

    @Test(arguments: ["", "  ", "\t\n"])
    func refusesPasswordsOfNothing(password: String) throws {
        let user: JSON = ["userName": "ann", "password": .string(password)]
        #expect(status { _ = try directory.create(user) } == 400)
    }

    @Test func deletedNamesAreFreeAtOnce() throws {
        let user = try directory.create(["userName": "ann"])
        try directory.delete(user)
        #expect(try directory.create(["userName": "ann"]).id != user.id)
    }

    @Test func passwordsAreKeptAsBcryptOnly() throws {
        let user = try directory.create(["userName": "ann", "password": "correct horse"])
        let hashes = try rows("SELECT hash FROM credential")
        #expect(hashes.count == 1)
        #expect(hashes.first?.hasPrefix("$2y$10$") == true)
        #expect(Password.matches("correct horse", hash: hashes.first ?? ""))
        #expect(!Password.matches("correct Horse", hash: hashes.first ?? ""))
        #expect(!String(decoding: user.record.document.text, as: UTF8.self).contains("horse"))
        for table in ["resource", "value", "journal"] {
            #expect(try !rows("SELECT * FROM \(table)").contains { $0.contains("horse") })
        }
    }

    @Test func putKeepsPasswordAndActive() throws {
        let user = try directory.create([
            "userName": "ann", "password": "x1", "active": false, "title": "t",
        ])
        let replaced = try directory.replace(user, with: ["userName": "ann"])
        let object = try replaced.record.document.object()
        #expect(object["active"] == false)
        #expect(object["title"] == nil)
        #expect(try rows("SELECT hash FROM credential").count == 1)
    }

    @Test func membershipShowsOnUserAndChangesItsTag() throws {
        let user = try directory.create(["userName": "ann"])
        let group = try directory.create(
            ["displayName": "Staff", "members": [["value": .string(user.id)]]],
            .group
        )
        let member = try directory.current(user)
        #expect(
            member.memberships == [Membership(group: group.id, type: "Group", display: "Staff")]
        )
        #expect(member.tag != user.tag)
        _ = try directory.modify(
            group,
            [["op": "replace", "path": "displayName", "value": "Crew"]]
        )
        let renamed = try directory.current(user)
        #expect(renamed.tag != member.tag)
    }

    @Test func addingAMemberAgainChangesNothing() throws {
        let user = try directory.create(["userName": "ann"])
        let group = try directory.create(
            ["displayName": "Staff", "members": [["value": .string(user.id)]]],
            .group
        )
        let add: JSON = [
            "op": "add", "path": "members", "value": [["value": .string(user.id)]],
        ]
        #expect(try directory.modify(group, [add]).tag == group.tag)
    }

    @Test func unknownMembersAreRefusedAndNothingIsStored() throws {
        let group = try directory.create(["displayName": "Staff"], .group)
        let user = try directory.create(["userName": "ann"])
        let add: JSON = [
            "op": "add", "path": "members",
            "value": [["value": .string(user.id)], ["value": "nobody"]],
        ]
        #expect(status { _ = try directory.modify(group, [add]) } == 400)
        #expect(try rows("SELECT member FROM member").isEmpty)
    }

    @Test func deletingAUserLeavesItsGroupsAndReports() throws {
        let boss = try directory.create(["userName": "boss"])
        let user = try directory.create([
            "userName": "ann",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": [
                "manager": ["value": .string(boss.id)]
            ],
        ])
        let group = try directory.create(
            ["displayName": "Staff", "members": [["value": .string(boss.id)]]],
            .group
        )
        try directory.delete(boss)
        let left = try directory.current(group)
        #expect(left.members.isEmpty)
        #expect(left.record.version == 2)
        let report = try directory.current(user)
        #expect(try report.record.document.object()[Schema.enterpriseUser.id] == nil)
        #expect(report.record.version == 2)
    }

    @Test func preconditionsHoldChangesBack() throws {
        let user = try directory.create(["userName": "ann"])
        let replace: JSON = ["op": "replace", "path": "title", "value": "x"]
        #expect(status { _ = try directory.modify(user, [replace], ifMatch: "W/\"9\"") } == 412)
        #expect(
            status { _ = try directory.modify(user, [replace], ifMatch: "W/\"1-gzip\"") } == 200
        )
    }

    @Test func externalIDsBelongToTheirDomain() throws {
        let user = try directory.create(["userName": "ann", "externalId": "a1"])
        let seen = try directory.current(user, domain: "other")
        #expect(seen.record.externalId == nil)
    }
}
