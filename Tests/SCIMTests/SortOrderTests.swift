import SCIM
import Testing

struct SortOrderTests {
    @Test(
        arguments: [
            ("userName", ["userName": "BJensen"], .text("bjensen")),
            ("USERNAME", ["userName": "BJensen"], .text("bjensen")),
            ("externalId", ["externalId": "BJ"], .text("BJ")),
            ("name.familyName", ["name": ["familyName": "\u{C9}"]], .text("\u{E9}")),
            ("active", ["active": false], .integer(0)),
            (
                "meta.lastModified", ["meta": ["lastModified": "1970-01-01T01:00:01+01:00"]],
                .integer(1_000_000)
            ),
            ("title", ["userName": "a"], nil),
            ("name.givenName", ["name": ["familyName": "a"]], nil),
            ("emails", ["emails": [["value": "B"], ["value": "A"]]], .text("b")),
            (
                "emails.value", ["emails": [["value": "B"], ["value": "A", "primary": true]]],
                .text("a")
            ),
            (
                "emails", ["emails": [["value": "B"], ["value": "A", "primary": false]]], .text("b")
            ),
            ("emails.display", ["emails": [["value": "B"], ["value": "A", "display": "x"]]], nil),
            ("emails", ["userName": "a"], nil),
            ("urn:ietf:params:scim:schemas:core:2.0:User:title", ["title": "X"], .text("x")),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
                [
                    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                        ["manager": ["value": "M"]]
                ],
                .text("M")
            ),
        ] as [(String, JSONObject, Key?)]
    )
    func ordersBy(_ sortBy: String, _ resource: JSONObject, _ expected: Key?) throws {
        #expect(try check(sortBy, nil).key(of: resource) == expected)
    }

    @Test(
        arguments: [
            (nil, false), ("", false), ("ascending", false), ("Ascending", false),
            ("descending", true), ("DESCENDING", true),
        ] as [(String?, Bool)]
    )
    func readsTheDirection(_ sortOrder: String?, _ descending: Bool) throws {
        #expect(try check("userName", sortOrder).descending == descending)
    }

    @Test(
        arguments: [
            ("color", nil, .invalidPath), ("", nil, .invalidPath), ("name", nil, .invalidPath),
            ("addresses", nil, .invalidPath), ("password", nil, .invalidPath),
            ("emails[type eq \"work\"]", nil, .invalidPath), ("name.", nil, .invalidPath),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", nil, .invalidPath),
            ("userName", "down", .invalidValue), ("userName", "desc", .invalidValue),
        ] as [(String, String?, SCIMError.Kind)]
    )
    func rejects(_ sortBy: String, _ sortOrder: String?, _ kind: SCIMError.Kind) {
        let error = #expect(throws: SCIMError.self) { try check(sortBy, sortOrder) }
        #expect(error?.scimType == kind && error?.status == 400)
    }

    private func check(_ sortBy: String, _ sortOrder: String?) throws -> SortOrder {
        try SortOrder(sortBy: sortBy, sortOrder: sortOrder, type: .user)
    }
}
