import Testing

@testable import Console

struct ConsolePlaceTests {
    @Test(arguments: [
        ("/scim/admin", "/scim/admin", "/scim/v2"), ("/scim/admin/", "/scim/admin", "/scim/v2"),
        ("/scim/v2/admin", "/scim/v2/admin", "/scim/v2"), ("/v2/admin", "/v2/admin", "/v2"),
        ("/admin", "/admin", "/v2"), ("//scim//admin//", "/scim/admin", "/scim/v2"),
        ("/blog/scim/admin", "/blog/scim/admin", "/blog/scim/v2"),
        ("/blog/scim/v2/admin", "/blog/scim/v2/admin", "/blog/scim/v2"),
        ("/a%20b/scim/admin", "/a%20b/scim/admin", "/a%20b/scim/v2"),
        ("//evil.example/scim/admin", "/evil.example/scim/admin", "/evil.example/scim/v2"),
    ])
    func findsTheConsole(path: String, base: String, endpoint: String) throws {
        let place = try #require(ConsolePlace(path))
        #expect(place.base == base)
        #expect(place.endpoint == endpoint)
        #expect(place.segments == [])
    }

    @Test func decodesWhatFollows() throws {
        #expect(ConsolePlace("/scim/admin/users/a%2Fb")?.segments == ["users", "a/b"])
        #expect(ConsolePlace("/scim/admin/admin")?.segments == ["admin"])
        #expect(ConsolePlace("/scim/admin/scim/admin")?.base == "/scim/admin")
        // The name of nothing, and no reason to answer as anybody else.
        #expect(ConsolePlace("/scim/admin/%ff/%zz")?.segments == ["%ff", "%zz"])
    }

    @Test(arguments: [
        "/", "", "/scim", "/scim/v2", "/scim/v2/Users", "/scim/v2/Users/admin", "/scim/v2/users/a",
        "/scim/administrators", "/scim/Admin", "/scim/%61dmin", "/x/admin", "/scim/x/admin",
        "/admin/v2/Users", "/scim/v2.0/admin",
        // A cookie's path would end there.
        "/a;Domain=example/scim/admin", "/scim/v2/;/scim/admin",
    ])
    func leavesTheRestAlone(path: String) {
        #expect(ConsolePlace(path) == nil)
    }
}
