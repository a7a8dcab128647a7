import SCIM
import TestSupport
import Testing

@testable import Directory

/// What the journal says of values before and after a change.
struct AttributeChangesTests {
    private let test: TestStore
    private let directory: Directory

    init() throws {
        test = try TestStore()
        directory = test.directory()
    }

    /// The changes between two bodies of a user.
    private func changes(_ before: JSON, _ after: JSON) throws -> [JSON] {
        let user = try directory.create(before)
        _ = try directory.replace(user, with: after)
        return try #require(try directory.journal().last).detail["changes"]?.array ?? []
    }

    @Test func pathsAreAsPeopleReadThem() throws {
        let found = try changes(
            [
                "userName": "lena.fischer", "externalId": "1",
                "name": ["familyName": "Fischer", "givenName": "Lena"],
                "emails": [
                    ["type": "work", "value": "lf@example.com"],
                    ["type": "home", "value": "home@example.com"],
                ],
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": ["department": "R&D"],
            ],
            [
                "userName": "lena.weber", "externalId": "2",
                "name": ["familyName": "Weber", "givenName": "Lena"],
                "emails": [
                    ["type": "work", "value": "lw@example.com"],
                    ["type": "other", "value": "o@example.com"],
                ],
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": [
                    "department": "R&D", "costCenter": "4711",
                ],
            ]
        )
        #expect(
            found == [
                ["path": "userName", "before": "lena.fischer", "after": "lena.weber"],
                ["path": "name.familyName", "before": "Fischer", "after": "Weber"],
                [
                    "path": "emails[work].value", "before": "lf@example.com",
                    "after": "lw@example.com",
                ],
                ["path": "emails[other].value", "after": "o@example.com"],
                ["path": "emails[home].value", "before": "home@example.com"],
                ["path": "enterprise:costCenter", "after": "4711"],
                ["path": "externalId", "before": "1", "after": "2"],
            ]
        )
    }

    @Test func valuesOfOneTypeAreThoseThatComeAndGo() throws {
        let found = try changes(
            ["userName": "a", "emails": [["value": "1@x"], ["value": "2@x"]]],
            ["userName": "a", "emails": [["value": "2@x"]], "roles": [["value": "3"]]]
        )
        #expect(
            found == [
                ["path": "emails", "before": [["value": "1@x"]]],
                ["path": "roles", "after": [["value": "3"]]],
            ]
        )
    }

    @Test func membersAreCountedAndTheFirstNamed() throws {
        let ids = try (0..<25).map { number in
            try directory.create(["userName": .string("u\(number)")]).id
        }
        let group = try directory.create(["displayName": "Staff"], .group)
        let members = JSON.array(ids.map { ["value": .string($0)] })
        _ = try directory.modify(group, [["op": "add", "path": "members", "value": members]])
        let change = try #require(try directory.journal().last?.detail["changes"]?.array?.first)
        let added = try #require(change.object?["added"]?.object)
        #expect(added["count"] == 25)
        #expect(added["ids"] == .array(ids.prefix(20).map(JSON.string)))
    }

    /// At the edge of both bounds, from both sides.
    @Test func valuesAreCutWhereTheyAreLong() throws {
        let limit = Limits.standard.auditValueBytes
        let found = try changes(
            ["userName": "a", "title": .string(String(repeating: "é", count: limit / 2))],
            ["userName": "a", "title": .string(String(repeating: "é", count: limit / 2 + 1))]
        )
        let change = try #require(found.first?.object)
        #expect(change["before"]?.string?.utf8.count == limit)
        #expect(change["after"]?.string?.utf8.count == limit)
        #expect(change["cut"] == true)
        let others = try changes(
            ["userName": "b"],
            ["userName": "b", "title": .string(String(repeating: "x", count: limit))]
        )
        #expect(others.first?.object?["cut"] == nil)
    }

    @Test func allTogetherAreBounded() throws {
        let many = JSON.array(
            (0..<60).map { number in
                [
                    "type": .string("t\(number)"),
                    "value": .string(String(repeating: "v", count: 1_000)),
                ]
            }
        )
        let user = try directory.create(["userName": "a"])
        _ = try directory.replace(user, with: ["userName": "a", "ims": many])
        let detail = try #require(try directory.journal().last).detail
        let changes = try #require(detail["changes"]?.array)
        let omitted = try #require(detail["changesOmitted"]?.integer)
        #expect(changes.count + Int(omitted) == 60 && omitted > 0)
        let bytes = changes.reduce(0) { $0 + $1.text.count }
        #expect((30_000...Limits.standard.auditChangesBytes).contains(bytes))
    }

    @Test func saysBothNamesOfSomebody() throws {
        _ = try directory.create([
            "userName": "lw", "name": ["givenName": "Lena", "familyName": "Weber"],
        ])
        #expect(try directory.journal().last?.detail["display"] == "Lena Weber")
        #expect(try directory.journal().last?.words == ["lw", "lena", "weber"])
    }
}
