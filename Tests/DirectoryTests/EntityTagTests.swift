import Directory
import SCIM
import Testing

struct EntityTagTests {
    @Test func resourcesWithoutMembershipsHaveTheirVersion() {
        #expect(EntityTag.text(version: 7, memberships: []) == "W/\"7\"")
    }

    /// FNV-1a of `g1 US Staff RS g2 US Crew`.
    @Test func membershipsAreDigested() {
        let memberships = [
            Membership(group: "g1", type: "Group", display: "Staff"),
            Membership(group: "g2", type: "Group", display: "Crew"),
        ]
        #expect(EntityTag.text(version: 7, memberships: memberships) == "W/\"7-5b58f5e05626db0d\"")
        #expect(
            EntityTag.text(
                version: 7,
                joinedMemberships: Array("g1\u{1F}Staff\u{1E}g2\u{1F}Crew".utf8)
            )
                == "W/\"7-5b58f5e05626db0d\""
        )
    }

    @Test(arguments: [
        ("*", true), ("W/\"7\"", true), ("\"7\"", true), ("W/\"6\", W/\"7\"", true),
        ("W/\"7-gzip\"", true), ("W/\"7\"-gzip", false), ("W/\"8\"", false), ("W/\"70\"", false),
        ("", false), ("7", true),
    ])
    func listsAreComparedWeakly(_ list: String, _ isMatch: Bool) {
        #expect(EntityTag.list(list, contains: "W/\"7\"") == isMatch)
    }
}

struct PreconditionsTests {
    private let tag = "W/\"7\""

    @Test func withoutAnyEverythingMayBeChanged() throws {
        try Preconditions().check(for: tag)
        #expect(try !Preconditions().isUnmodified(tag))
    }

    @Test(arguments: [
        Preconditions(ifMatch: "W/\"8\""), Preconditions(ifNoneMatch: "W/\"7\""),
        Preconditions(ifNoneMatch: "*"),
        Preconditions(ifMatch: "W/\"7\"", ifNoneMatch: "W/\"7\""),
    ])
    func changesAreRefused(_ preconditions: Preconditions) {
        let error = #expect(throws: SCIMError.self) { try preconditions.check(for: tag) }
        #expect(error?.status == 412)
    }

    @Test func whatAClientHasIsUnmodified() throws {
        #expect(try Preconditions(ifNoneMatch: "W/\"7\"").isUnmodified(tag))
        #expect(try !Preconditions(ifNoneMatch: "W/\"8\"").isUnmodified(tag))
        #expect(throws: SCIMError.self) {
            try Preconditions(ifMatch: "W/\"8\"", ifNoneMatch: "W/\"7\"").isUnmodified(tag)
        }
    }
}
