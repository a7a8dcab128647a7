import SCIM
import Testing

struct ProjectionTests {
    @Test(arguments: [
        ("userName", ["schemas", "id", "userName"]),
        ("USERNAME", ["schemas", "id", "userName"]),
        ("userName,title", ["schemas", "id", "userName", "title"]),
        (" userName , title ", ["schemas", "id", "userName", "title"]),
        ("userName,,", ["schemas", "id", "userName"]),
        ("id", ["schemas", "id"]),
        ("", ["schemas", "id"]),
        ("color,userName", ["schemas", "id", "userName"]),
        ("name", ["schemas", "id", "name.familyName", "name.givenName"]),
        ("name.givenName", ["schemas", "id", "name.givenName"]),
        ("name.givenName,name", ["schemas", "id", "name.familyName", "name.givenName"]),
        ("emails.type", ["schemas", "id", "emails.type", "emails.type"]),
        ("emails.primary", ["schemas", "id", "emails.primary"]),
        ("emails.display", ["schemas", "id"]),
        ("meta.version", ["schemas", "id", "meta.version"]),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName", ["schemas", "id", "userName"]),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName",
            ["schemas", "id", "name.givenName"]
        ),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            ["schemas", "id", "+department", "+manager.value"]
        ),
        (
            "URN:ietf:params:scim:schemas:extension:enterprise:2.0:USER:Department",
            ["schemas", "id", "+department"]
        ),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
            ["schemas", "id", "+manager.value"]
        ),
        ("department", ["schemas", "id"]),
        ("password", ["schemas", "id"]),
        ("userName,password", ["schemas", "id", "userName"]),
    ])
    func showsOnly(_ attributes: String, _ expected: [String]) throws {
        try check(attributes, nil, expected)
    }

    @Test(arguments: [
        ("userName", "userName"),
        ("NAME", "name.familyName name.givenName"),
        ("name.givenName", "name.givenName"),
        ("name.givenName,name.familyName", "name.familyName name.givenName"),
        ("emails.type", "emails.type emails.type"),
        ("id,schemas", ""),
        ("color", ""),
        ("", ""),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "+department +manager.value"
        ),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "+department"),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
            "+manager.value"
        ),
        ("department", ""),
        ("title , meta", "title meta.version"),
    ])
    func hides(_ excluded: String, _ hidden: String) throws {
        let hidden = Set(hidden.split(separator: " ").map(String.init))
        try check(nil, excluded, Self.standard.filter { !hidden.contains($0) })
    }

    @Test func neverShowsWhatIsNeverReturned() throws {
        try check(nil, nil, Self.standard)
        #expect(!Projection(type: .user).shows("password"))
        let named = try Projection(type: .user, attributes: "password", excludedAttributes: nil)
        #expect(!named.shows("password"))
        let other = try Projection(type: .user, attributes: nil, excludedAttributes: "title")
        #expect(!other.shows("password"))
    }

    @Test(arguments: [("userName", "title"), ("", "")])
    func refusesBothLists(_ attributes: String, _ excluded: String) {
        let error = #expect(throws: SCIMError.self) {
            try Projection(type: .user, attributes: attributes, excludedAttributes: excluded)
        }
        #expect(error?.scimType == .invalidValue)
    }

    @Test(
        arguments: [
            (nil, nil, true), ("members", nil, true), ("members.value", nil, true),
            ("displayName", nil, false), (nil, "MEMBERS", false), (nil, "displayName", true),
            (nil, "members.type", true),
            ("urn:ietf:params:scim:schemas:core:2.0:Group:members", nil, true),
        ] as [(String?, String?, Bool)]
    )
    func saysWhatHasToBeLoaded(
        _ attributes: String?,
        _ excluded: String?,
        _ expected: Bool
    ) throws {
        let projection = try Projection(
            type: .group,
            attributes: attributes,
            excludedAttributes: excluded
        )
        #expect(projection.shows("members") == expected)
        #expect(projection.shows("id"))
        #expect(projection.isStandard == (attributes == nil && excluded == nil))
    }

    // The expected paths are those of all values shown; `+` stands for the extension.
    private func check(
        _ attributes: String?,
        _ excluded: String?,
        _ expected: [String]
    ) throws {
        let projection = try Projection(
            type: .user,
            attributes: attributes,
            excludedAttributes: excluded
        )
        let shown = projection.apply(to: Self.user)
        #expect(Self.paths(.object(shown)) == expected)
    }

    private static func paths(_ value: JSON, _ prefix: String = "") -> [String] {
        switch value {
        case .object(let object):
            object.members.flatMap { member in
                member.name == Schema.enterpriseUser.id
                    ? paths(member.value, "+")
                    : paths(
                        member.value,
                        prefix.isEmpty || prefix == "+"
                            ? prefix + member.name : "\(prefix).\(member.name)"
                    )
            }
        case .array(let elements): elements.flatMap { paths($0, prefix) }
        default: [prefix]
        }
    }

    private static let standard = [
        "schemas", "id", "userName", "name.familyName", "name.givenName", "title",
        "emails.value", "emails.type", "emails.primary", "emails.value", "emails.type",
        "+department", "+manager.value", "meta.version",
    ]

    private static let user: JSONObject = [
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "1",
        "userName": "a",
        "name": ["familyName": "b", "givenName": "c"],
        "title": "d",
        "password": "secret",
        "emails": [
            ["value": "e", "type": "work", "primary": true], ["value": "f", "type": "home"],
        ],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": [
            "department": "g", "manager": ["value": "h"],
        ],
        "meta": ["version": "W/\"1\""],
    ]
}
