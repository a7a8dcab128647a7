import Directory
import SCIM
import TestSupport
import Testing

/// Groups as members of groups (RFC 7643 §4.2).
struct NestedGroupTests {
    private let test: TestStore
    private let directory: Directory
    private let user: StoredResource
    private let inner: StoredResource
    private let outer: StoredResource

    init() throws {
        test = try TestStore()
        directory = test.directory()
        user = try directory.create(["userName": "ann"])
        inner = try directory.create(["displayName": "Inner"], .group)
        outer = try directory.create(
            [
                "displayName": "Outer",
                "members": [["value": .string(user.id)], ["value": .string(inner.id)]],
            ],
            .group
        )
    }

    @Test func membersSayTheirType() {
        #expect(
            outer.members.sorted { $0.type < $1.type } == [
                Member(id: inner.id, type: "Group"), Member(id: user.id, type: "User"),
            ]
        )
    }

    /// Only users show what they are members of; a group has its version as before.
    @Test func anInnerGroupStaysAsItWas() throws {
        #expect(try directory.current(inner).record.version == 1)
        #expect(try directory.current(inner).memberships.isEmpty)
        #expect(try directory.current(user).memberships.map(\.group) == [outer.id])
    }

    @Test func deletingTheInnerGroupChangesTheOuter() throws {
        try directory.delete(inner)
        let left = try directory.current(outer)
        #expect(left.members.map(\.id) == [user.id])
        #expect(left.record.version == 2)
        #expect(left.record.modified.microseconds > outer.record.modified.microseconds)
        let entry = try #require(try directory.journal().first { $0.subject.version == 2 })
        #expect(entry.subject == .init(type: "Group", id: outer.id, name: "Outer", version: 2))
        #expect(entry.detail == ["attributes": ["members"], "removed": 1])
    }

    @Test func aGroupIsNoMemberOfItself() throws {
        let add: JSON = [
            "op": "add", "path": "members", "value": [["value": .string(outer.id)]],
        ]
        let error = #expect(throws: SCIMError.self) { try directory.modify(outer, [add]) }
        #expect(error?.status == 400 && error?.scimType == .invalidValue)
        #expect(try directory.current(outer).record.version == 1)
    }

    @Test func groupsAreRemovedByTheirType() throws {
        let left = try directory.modify(
            outer,
            [["op": "remove", "path": "members[type eq \"Group\"]"]]
        )
        #expect(left.members == [Member(id: user.id, type: "User")])
        #expect(try directory.journal().last?.concerned == [inner.id])
    }

    @Test func aGroupThatIsAddedAndRemovedByItsTypeIsNoChange() throws {
        let empty = try directory.create(["displayName": "Empty"], .group)
        let same = try directory.modify(
            empty,
            [
                ["op": "add", "path": "members", "value": [["value": .string(inner.id)]]],
                ["op": "remove", "path": "members[type eq \"Group\"]"],
            ]
        )
        #expect(same.record.version == 1)
        #expect(same.members.isEmpty)
    }
}
