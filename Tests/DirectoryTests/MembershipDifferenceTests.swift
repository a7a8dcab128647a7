import Testing

@testable import Directory

struct MembershipDifferenceTests {
    private var difference = MembershipDifference()

    @Test mutating func namesThoseThatComeAndGoInTheirOrder() {
        difference.note(added: ["b", "a"])
        difference.note(removed: ["d", "c"])
        #expect(difference.added == ["b", "a"])
        #expect(difference.removed == ["d", "c"])
        #expect(difference.isMember("a") == true)
        #expect(difference.isMember("c") == false)
        #expect(difference.isMember("x") == nil)
    }

    @Test mutating func whoComesAndGoesIsNoDifference() {
        difference.note(added: ["a"])
        difference.note(removed: ["b"])
        difference.note(removed: ["a"])
        difference.note(added: ["b"])
        #expect(difference.isEmpty)
        #expect(difference.added.isEmpty && difference.removed.isEmpty)
    }

    @Test mutating func whoComesAgainIsNamedOnce() {
        difference.note(added: ["a", "b"])
        difference.note(removed: ["a"])
        difference.note(added: ["a"])
        #expect(difference.added == ["a", "b"])
        #expect(!difference.isEmpty)
    }
}
