import Directory
import SCIM
import TestSupport
import Testing

/// Groups that are members of groups (RFC 7643 §4.2).
struct NestedGroupTests {
    private let directory: Directory
    private let test: TestStore
    private let user: StoredResource
    private let inner: StoredResource
    private let outer: StoredResource

    init() throws {
        test = try TestStore()
        directory = test.directory()
        user = try directory.create(["userName": "ann"])
        inner = try directory.create(
            ["displayName": "Inner", "members": [["value": .string(user.id)]]],
            .group
        )
        outer = try directory.create(
            [
                "displayName": "Outer",
                "members": [["value": .string(inner.id)], ["value": .string(user.id)]],
            ],
            .group
        )
    }

    @Test func showTheTypesOfTheirMembers() throws {
        #expect(
            try Set(directory.current(outer).members.map { "\($0.type) \($0.id)" }) == [
                "Group \(inner.id)", "User \(user.id)",
            ]
        )
    }

    @Test func changeWhenAMemberGroupGoes() throws {
        try directory.delete(inner)
        let left = try directory.current(outer)
        #expect(left.members.map(\.id) == [user.id])
        #expect(left.record.version == 2)
        let entries = try directory.journal().suffix(2)
        #expect(entries.map(\.subject.name) == ["Outer", "Inner"])
        #expect(entries.last?.concerned == [user.id])
    }

    @Test func losesThoseThatAFilterPicksByType() throws {
        let left = try directory.modify(
            outer,
            [["op": "remove", "path": "members[type eq \"Group\"]"]]
        )
        #expect(left.members.map(\.id) == [user.id])
    }

    @Test func picksAmongThoseThatTheSameRequestAdds() throws {
        let other = try directory.create(["displayName": "Other"], .group)
        let left = try directory.modify(
            outer,
            [
                ["op": "add", "path": "members", "value": [["value": .string(other.id)]]],
                ["op": "remove", "path": "members[type eq \"Group\"]"],
            ]
        )
        #expect(left.members.map(\.id) == [user.id])
        #expect(try directory.journal().last?.concerned == [inner.id])
    }

    @Test func areNoMembersOfThemselves() throws {
        let add: JSON = ["op": "add", "path": "members", "value": [["value": .string(outer.id)]]]
        let refusal = #expect(throws: SCIMError.self) { try directory.modify(outer, [add]) }
        #expect(refusal?.scimType == .invalidValue)
    }

    @Test func mayGoInARow() throws {
        try directory.delete(outer)
        try directory.delete(inner)
        #expect(try directory.current(user).memberships.isEmpty)
        #expect(try test.database().rows("SELECT * FROM member").isEmpty)
    }
}
