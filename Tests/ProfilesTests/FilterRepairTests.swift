import SCIM
import Testing

@testable import Profiles

struct FilterRepairTests {
    @Test(arguments: [
        FilterSample(
            "userName%20eq%20%22a@b.example%22",
            "userName eq \"a@b.example\"",
            fired: "doubleEncoding"
        ),
        FilterSample(
            "id eq %22g%22 and members eq %22u%22",
            "id eq \"g\" and members eq \"u\"",
            type: .group,
            fired: "doubleEncoding"
        ),
        FilterSample("userName eq \"100%20\""),
        FilterSample("userName eq \"%22\""),
    ])
    func doubleEncoding(_ sample: FilterSample) throws {
        try sample.check()
        try sample.check(profile: Profile.named("midpoint") ?? .generic)
    }

    @Test func leavesPercentSignsInWordsAlone() throws {
        try FilterSample("userName eq 100%25").check()
    }

    @Test(arguments: [
        FilterSample("displayName Eq R (D)", "displayName eq \"R (D)\"", fired: "unquotedRest"),
        FilterSample(
            "userName Eq [a] \"b\"",
            "userName eq \"[a] \\\"b\\\"\"",
            fired: "unquotedRest"
        ),
        FilterSample("userName eq \"a\" and title pr"),
        FilterSample("title eq a b", "title eq a b"),
    ])
    func unquotedRest(_ sample: FilterSample) throws {
        try sample.check(profile: Profile.named("wso2") ?? .generic)
    }

    /// An empty list would tell a client that there is no such user.
    @Test(arguments: ["userName eq R (D)", "displayName co (x)", "userName eq \"a", "x%20%20"])
    func othersAreErrors(_ text: String) {
        #expect(throws: SyntaxError.self) { try Profile.generic.filter(text, .user) }
        #expect(throws: SyntaxError.self) { try Profile.strict.filter(text, .user) }
    }
}
