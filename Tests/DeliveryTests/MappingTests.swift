import Directory
import SCIM
import Testing

@testable import Delivery

struct MappingTests {
    private let groups = [
        Membership(group: "g1", type: "Group", display: "Sales"),
        Membership(group: "g2", type: "Group", display: "Paris"),
    ]

    private func desired(
        _ mapping: Mapping,
        _ document: JSONObject,
        managerName: String? = nil
    ) -> Mapping.Desired {
        mapping.desired(
            document: document,
            externalId: "00u1",
            groups: groups,
            managerName: managerName
        )
    }

    // MARK: Standard

    @Test func mapsAnAccountByItself() throws {
        let desired = try desired(Mapping(), Ann.user())
        let expected: JSONObject = [
            "login": "Ann.Bell@Example.org", "email": "ann@work.test", "givenName": "Ann",
            "familyName": "o'neil-bell", "displayName": "Ann Bell", "locale": "de_AT",
        ]
        #expect(desired.values == expected)
        #expect(desired.unset == ["nickName", "profileUrl"])
        let unset: JSON = ["nickName", "profileUrl"]
        #expect(desired.members["unset"] == unset && desired.members["email"] == "ann@work.test")
    }

    @Test func mapsNothingOfNothing() throws {
        let desired = try desired(Mapping(), [:])
        #expect(desired.values == [:])
        #expect(
            desired.unset
                == [
                    "email", "givenName", "familyName", "displayName", "nickName", "profileUrl",
                    "locale",
                ]
        )
    }

    @Test func unsetsNothingWhereAllIsThere() throws {
        let mapping = try Mapping(
            rows: [
                "nickname": "userName", "user_url": #""https://example.org/""#,
                "description": "displayName",
            ]
        )
        #expect(try desired(mapping, Ann.user()).members["unset"] == nil)
    }

    @Test(
        arguments: [
            (#"{"emails":[{"value":"a@a.test"},{"value":"b@a.test","primary":true}]}"#, "b@a.test"),
            (#"{"emails":[{"value":"a@a.test"},{"value":"b@a.test","type":"work"}]}"#, "b@a.test"),
            (#"{"emails":[{"value":"a@a.test"},{"value":"b@a.test"}]}"#, "a@a.test"),
            (#"{"emails":[{"type":"work"}],"userName":"c@a.test"}"#, "c@a.test"),
            (#"{"userName":"c@a.test"}"#, "c@a.test"),
            (#"{"userName":"c"}"#, nil),
        ] as [(String, String?)]
    )
    func findsTheAddress(document: String, expected: String?) throws {
        let desired = try desired(Mapping(), Ann.object(document))
        #expect(desired.values["email"]?.string == expected)
        #expect(desired.unset.contains("email") == (expected == nil))
    }

    @Test(
        arguments: [
            (#"{"displayName":"D","name":{"formatted":"F"},"userName":"u"}"#, "D"),
            (#"{"name":{"formatted":"F","givenName":"G"},"userName":"u"}"#, "F"),
            (#"{"name":{"givenName":"G","familyName":"H"},"userName":"u"}"#, "G H"),
            (#"{"name":{"familyName":"H"},"userName":"u"}"#, "H"),
            (#"{"displayName":"","name":{},"userName":"u"}"#, "u"),
        ]
    )
    func findsTheNameForDisplay(document: String, expected: String) throws {
        let desired = try desired(Mapping(), Ann.object(document))
        #expect(desired.values["displayName"]?.string == expected)
    }

    // MARK: Rows

    @Test func takesRowsInsteadOfTheStandard() throws {
        let mapping = try Mapping(
            rows: [
                "user_login": "lower(local(userName))", "display_name": nil, "locale": nil,
                "nickname": nil, "meta:department": "\(Ann.enterprise):department",
                "meta:groups": #"join(", ", groups.display)"#, "meta:room": "title",
                "xprofile:City": "addresses.locality", "xprofile:Zip": "addresses.postalCode",
                "meta:id": "externalId", "description": nil,
            ]
        )
        let desired = try desired(mapping, Ann.user())
        let expected: JSONObject = [
            "login": "ann.bell", "email": "ann@work.test", "givenName": "Ann",
            "familyName": "o'neil-bell",
            "meta": ["department": "R&D", "groups": "Sales, Paris", "id": "00u1"],
            "xprofile": ["City": "Lyon"],
        ]
        #expect(desired.values == expected)
        #expect(desired.unset == ["profileUrl", "meta:room", "xprofile:Zip"])
        #expect(mapping[.field(.locale)] == nil)
        #expect(mapping[.meta("room")]?.text == "title")
    }

    /// `userName` counts where there is none.
    @Test func neverUnsetsALogin() throws {
        let mapping = try Mapping(rows: ["user_login": "title"])
        let desired = try desired(mapping, Ann.user())
        #expect(desired.values["login"] == nil && !desired.unset.contains("login"))
    }

    @Test func hasTheNameOfTheManagerFromElsewhere() throws {
        let manager = "\(Ann.enterprise):manager"
        let mapping = try Mapping(rows: ["meta:manager": "upper(\(manager).displayName)"])
        #expect(mapping.readsManagerName)
        #expect(try !Mapping(rows: ["meta:manager": "\(manager).value"]).readsManagerName)
        #expect(try !Mapping().readsManagerName)
        for document in [try Ann.user(), [:], [Ann.enterprise: "odd"]] {
            let desired = desired(mapping, document, managerName: "Carol")
            let meta: JSON = ["manager": "CAROL"]
            #expect(desired.values["meta"] == meta)
        }
    }

    @Test(
        arguments: [
            (["user_pass": "userName"], "no target user_pass"),
            (["meta:wp_capabilities": nil], "cannot be written"),
            (["user_email": "emails.vlaue"], "user_email, at byte 0: User has no attribute"),
            (["user_email": ""], "user_email, at byte 0: expected"),
        ] as [([String: String?], String)]
    )
    func refuses(_ rows: [String: String?], _ message: String) throws {
        let refusal = try #require(
            #expect(throws: Mapping.Refusal.self) { try Mapping(rows: rows) }
        )
        #expect(refusal.message.contains(message), "\(refusal.message)")
    }

    // MARK: Settings

    @Test func showsWhatTheSiteNeeds() throws {
        let mapping = try Mapping(
            rows: ["meta:department": "title", "xprofile:City": "title", "locale": nil],
            columns: [.init(key: "department", label: "Department")]
        )
        let expected: JSONObject = [
            "columns": [["key": "department", "label": "Department"]],
            "managed": [
                "email", "givenName", "familyName", "displayName", "nickName", "profileUrl",
                "meta:department", "xprofile:City",
            ],
        ]
        #expect(mapping.settings == expected)
    }

    @Test func refusesAColumnOfWhatIsNotMapped() {
        #expect(throws: Mapping.Refusal.self) {
            try Mapping(columns: [.init(key: "department", label: "Department")])
        }
    }
}
