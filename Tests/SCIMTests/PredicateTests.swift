import JSONText
@testable import SCIM
import Testing

struct PredicateTests {
    // MARK: Binding

    @Test(arguments: [
        ("color eq \"x\"", "no attribute color"),
        ("name.color pr", "no attribute name.color"),
        ("members pr", "no attribute members"),
        ("userName.value pr", "no attribute userName.value"),
        ("emails[color eq \"x\"]", "no attribute color within emails"),
        ("emails[userName eq \"x\"]", "no attribute userName within emails"),
        ("emails.value[type pr]", "brackets"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User[department pr]", "brackets"),
        ("urn:ietf:params:scim:schemas:core:2.0:Group:displayName pr", "no attribute"),
        ("urn:example:unknown:userName pr", "no attribute"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:department pr", "no attribute"),
        ("department pr", "no attribute"),
        ("password eq \"x\"", "password cannot be used"),
        ("password pr", "password cannot be used"),
        ("PASSWORD sw \"x\"", "cannot be used"),
        ("password[value eq \"x\"]", "cannot be used"),
        ("active gt true", "gt does not apply"),
        ("active le false", "le does not apply"),
        ("active co \"t\"", "co does not apply"),
        ("x509Certificates.value gt \"AA\"", "gt does not apply"),
        ("x509Certificates.value co \"AA\"", "co does not apply"),
        ("x509Certificates sw \"AA\"", "sw does not apply"),
        ("meta.created co \"2011\"", "co does not apply"),
        ("meta.created sw \"2011\"", "sw does not apply"),
        ("emails.primary ew \"e\"", "ew does not apply"),
        ("name eq \"x\"", "complex"),
        ("addresses co \"x\"", "complex"),
        ("meta gt \"x\"", "complex"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User eq \"x\"", "complex"),
        ("active eq \"true\"", "boolean"),
        ("active eq 1", "boolean"),
        ("userName eq 5", "string"),
        ("userName eq true", "string"),
        ("meta.created gt \"2011-05-13\"", "dateTime"),
        ("meta.created gt 5", "dateTime"),
        ("title gt null", "null"),
        ("title co null", "null"),
    ])
    func refusesToBind(_ filter: String, _ detail: String) throws {
        let parsed = try FilterParser.parse(filter)
        let error = try #require(
            #expect(throws: SCIMError.self) { try parsed.bound(to: .user) }
        )
        #expect(error.scimType == .invalidFilter && error.status == 400)
        #expect(error.detail.contains(detail), "\(error.detail)")
    }

    /// The parser refuses such filters too; a value path within one is never evaluated.
    @Test(arguments: ["emails", "userName"])
    func refusesNestedValuePaths(_ name: String) {
        let inner = Filter.valuePath(
            AttributePath(attribute: "value"),
            .present(AttributePath(attribute: "value"))
        )
        #expect(throws: SCIMError.self) {
            try Filter.valuePath(AttributePath(attribute: name), inner).bound(to: .user)
        }
    }

    // MARK: Strings

    @Test(arguments: [
        ("userName eq \"bjensen@example.com\"", true),
        ("USERNAME EQ \"BJENSEN@EXAMPLE.COM\"", true),
        ("userName eq \"bjensen\"", false),
        ("userName ne \"bjensen@example.com\"", false),
        ("userName ne \"x\"", true),
        ("displayName eq \"STRASSE \u{C9}\"", true),
        ("displayName eq \"stra\u{DF}e e\u{301}\"", true),
        ("displayName co \"SSE\"", true),
        ("displayName sw \"STRAS\"", true),
        ("displayName ew \"E\u{301}\"", true),
        ("displayName ew \"e\"", false),
        ("displayName co \"x\"", false),
        ("displayName co \"\"", true),
        ("displayName sw \"\"", true),
        ("displayName ew \"\"", true),
        ("displayName eq \"\"", false),
        ("displayName co \"%\"", false),
        ("displayName co \"_\"", false),
        ("displayName co \"*\"", false),
        ("nickName eq \"100%_'\\\"]\"", true),
        ("nickName co \"%_'\"", true),
        ("nickName sw \"1%\"", false),
        ("nickName ew \"\\\"]\"", true),
        ("id eq \"2819c223\"", true),
        ("id eq \"2819C223\"", false),
        ("externalId eq \"Ext-1\"", true),
        ("externalId eq \"ext-1\"", false),
        ("externalId co \"XT\"", false),
        ("profileUrl eq \"https://example.com/Babs\"", true),
        ("profileUrl eq \"https://example.com/babs\"", false),
        ("profileUrl sw \"https://\"", true),
        ("profileUrl co \"example\"", true),
        ("userName gt \"BJ\"", true),
        ("userName ge \"bjensen@example.com\"", true),
        ("userName gt \"bjensen@example.com\"", false),
        ("userName lt \"BK\"", true),
        ("userName le \"BJENSEN@EXAMPLE.COM\"", true),
        ("userName lt \"B\"", false),
    ])
    func comparesText(_ filter: String, _ expected: Bool) throws {
        try check(filter, expected)
    }

    // MARK: Other types

    @Test(
        arguments: [
            ("active eq true", true),
            ("active eq false", false),
            ("active ne false", true),
            ("meta.created eq \"2011-05-13T04:42:34Z\"", true),
            ("meta.created eq \"2011-05-13T06:42:34.000+02:00\"", true),
            ("meta.created gt \"2011-05-13T06:42:33+02:00\"", true),
            ("meta.created gt \"2011-05-13T04:42:34Z\"", false),
            ("meta.created ge \"2011-05-13T04:42:34Z\"", true),
            ("meta.created lt \"2011-05-12T23:42:35-05:00\"", true),
            ("meta.lastModified gt \"2011-05-13T23:59:59+23:00\"", nil),
            ("meta.resourceType eq \"User\"", true),
            ("meta.resourceType eq \"Group\"", false),
            ("meta.version eq \"W/\\\"3\\\"\"", true),
            ("schemas eq \"urn:ietf:params:scim:schemas:core:2.0:User\"", true),
            ("schemas eq \"urn:ietf:params:scim:schemas:core:2.0:Group\"", false),
            ("schemas co \"enterprise\"", true),
            ("x509Certificates.value eq \"MIIDQzCC\"", true),
            ("x509Certificates.value eq \"miidqzcc\"", false),
            ("x509Certificates ne \"miidqzcc\"", true),
        ] as [(String, Bool?)]
    )
    func comparesByType(_ filter: String, _ expected: Bool?) throws {
        guard let expected else {
            let parsed = try FilterParser.parse(filter)
            #expect(throws: SCIMError.self) { try parsed.bound(to: .user) }
            return
        }
        try check(filter, expected)
    }

    @Test(arguments: [
        ("level gt 4", true), ("level gt 5", false), ("level ge 5", true), ("level eq 5.0", true),
        ("level lt 5.5", true), ("level gt 4.5", true), ("level lt 1e3", true),
        ("level lt 99999999999999999999", true), ("level gt -99999999999999999999", true),
        ("level lt 1e999", true), ("level ne 5", false), ("level ne 6", true),
        ("level lt 40", true), ("factor eq 2.5", true), ("factor gt 2", true),
        ("factor lt 3", true), ("factor eq 250e-2", true), ("factor le 2.4999", false),
    ])
    func comparesNumbers(_ filter: String, _ expected: Bool) throws {
        let type = ResourceType(
            name: "Thing",
            endpoint: "/Things",
            description: "",
            schema: Schema(
                id: "urn:example:Thing",
                name: "Thing",
                description: "",
                attributes: [
                    Attribute(name: "level", type: .integer),
                    Attribute(name: "factor", type: .decimal),
                ]
            ),
            extensions: []
        )
        try check(filter, expected, of: type, ["level": 5, "factor": .number(2.5)])
    }

    // MARK: Presence and absence

    @Test(arguments: [
        ("userName pr", true),
        ("title pr", false),
        ("timezone pr", false),
        ("timezone eq \"\"", true),
        ("active pr", true),
        ("name pr", true),
        ("name.givenName pr", true),
        ("name.middleName pr", false),
        ("emails pr", true),
        ("emails.value pr", true),
        ("emails.display pr", false),
        ("photos pr", false),
        ("phoneNumbers pr", false),
        ("meta pr", true),
        ("title eq \"x\"", false),
        ("title co \"\"", false),
        ("title gt \"\"", false),
        ("title ne \"x\"", true),
        ("not (title eq \"x\")", true),
        ("not (title ne \"x\")", false),
        ("not (title gt \"a\") and not (title le \"a\")", true),
        ("title eq null", true),
        ("title ne null", false),
        ("userName eq null", false),
        ("userName ne null", true),
        ("emails eq null", false),
        ("photos eq null", true),
        ("name eq null", false),
        ("name.middleName ne \"x\"", true),
        ("name.middleName eq null", true),
    ])
    func decidesWhatIsAbsent(_ filter: String, _ expected: Bool) throws {
        try check(filter, expected)
    }

    // MARK: Several values

    @Test(arguments: [
        ("emails.value eq \"babs@jensen.org\"", true),
        ("emails.value ne \"babs@jensen.org\"", true),
        ("not (emails.value eq \"babs@jensen.org\")", false),
        ("emails.type ne \"work\"", true),
        ("photos.value ne \"x\"", false),
        ("not (photos.value eq \"x\")", true),
        ("photos.value eq \"x\"", false),
        ("emails co \"JENSEN\"", true),
        ("emails eq \"bjensen@example.com\"", true),
        ("emails co \"work\"", false),
        ("emails.type eq \"work\" and emails.value co \"jensen.org\"", true),
        ("emails[type eq \"work\" and value co \"jensen.org\"]", false),
        ("emails[type eq \"home\" and value co \"jensen.org\"]", true),
        ("emails[type eq \"work\" or value co \"jensen.org\"]", true),
        ("emails[not (type eq \"work\")]", true),
        ("emails[not (type eq \"work\" or type eq \"home\")]", false),
        ("emails[type ne \"work\" and value pr]", true),
        ("emails[type pr and not (display pr)]", true),
        ("emails[display ne \"x\"]", true),
        ("emails[display eq null]", true),
        ("emails[type eq \"work\"].value eq \"bjensen@example.com\"", true),
        ("emails[type eq \"home\"].value eq \"bjensen@example.com\"", false),
        ("emails[type eq \"other\"].value pr", false),
        ("not (emails[type eq \"other\"])", true),
        ("photos[type pr]", false),
        ("photos[not (type pr)]", false),
        ("name[givenName eq \"barbara\"]", true),
        ("name[givenName eq \"barbara\" and familyName eq \"x\"]", false),
        ("schemas[value co \"enterprise\"]", true),
        ("userName[value sw \"bj\"]", true),
        ("groups.value eq \"g1\"", true),
        ("groups.value eq \"G1\"", false),
        ("groups[display eq \"EMPLOYEES\"]", true),
    ])
    func findsAnyValue(_ filter: String, _ expected: Bool) throws {
        try check(filter, expected)
    }

    @Test(arguments: [
        ("emails[primary eq true].value co \"example.com\"", true),
        ("emails[primary eq true].value co \"jensen.org\"", false),
        ("emails[primary eq false].value co \"jensen.org\"", true),
        ("emails[type eq \"home\" and primary ne true]", true),
        ("emails[type eq \"home\" and primary pr]", false),
        ("emails[type eq \"work\" and primary pr]", true),
        ("emails.primary eq false", true),
        ("emails.primary eq true", true),
        ("photos.primary eq false", false),
        ("x509Certificates.primary eq true", false),
    ])
    func takesAbsentPrimaryForFalse(_ filter: String, _ expected: Bool) throws {
        try check(filter, expected)
    }

    // MARK: URNs and extensions

    @Test(arguments: [
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"bj\"", true),
        ("urn:ietf:params:scim:schemas:core:2.0:User:name.familyName eq \"jensen\"", true),
        ("urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq \"work\"]", true),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr", true),
        (
            "URN:IETF:params:scim:schemas:extension:ENTERPRISE:2.0:user:DEPARTMENT eq \"tours\"",
            true
        ),
        (
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"m1\"",
            true
        ),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq \"m1\"", true),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq \"M1\"", false),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division pr", false),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division ne \"x\"", true),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User eq null", false),
    ])
    func readsQualifiedNames(_ filter: String, _ expected: Bool) throws {
        try check(filter, expected)
    }

    @Test(arguments: [
        ("title pr or userName pr and displayName pr", true),
        ("userName pr or title pr and title pr", true),
        ("(userName pr or title pr) and title pr", false),
        ("not (title pr) and userName pr", true),
        ("not (userName pr) or title pr", false),
        ("not (userName pr and title pr)", true),
    ])
    func connects(_ filter: String, _ expected: Bool) throws {
        try check(filter, expected)
    }

    @Test(arguments: [
        ("members[value eq \"u1\"]", true), ("members.value eq \"u2\"", false),
        ("members eq \"u1\"", true), ("members eq \"U1\"", false),
        ("members[value eq \"u1\" and type eq \"user\"]", true), ("members pr", true),
        ("displayName eq \"tour guides\"", true), ("meta.resourceType eq \"Group\"", true),
    ])
    func readsGroups(_ filter: String, _ expected: Bool) throws {
        try check(
            filter,
            expected,
            of: .group,
            [
                "displayName": "Tour Guides", "members": [["value": "u1", "type": "User"]],
                "meta": ["resourceType": "Group"],
            ]
        )
    }

    private func check(
        _ filter: String,
        _ expected: Bool,
        of type: ResourceType = .user,
        _ resource: JSONObject? = nil
    ) throws {
        let stored = try resource ?? #require(JSON(parsing: Self.user.utf8).object)
        let predicate = try FilterParser.parse(filter).bound(to: type)
        #expect(predicate.matches(stored) == expected, "\(filter)")
    }

    private static let user = #"""
        {
          "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
          ],
          "id": "2819c223",
          "externalId": "Ext-1",
          "userName": "bjensen@example.com",
          "name": {"familyName": "Jensen", "givenName": "Barbara"},
          "displayName": "Straße É",
          "nickName": "100%_'\"]",
          "profileUrl": "https://example.com/Babs",
          "timezone": "",
          "active": true,
          "emails": [
            {"value": "bjensen@example.com", "type": "work", "primary": true},
            {"value": "babs@jensen.org", "type": "home"}
          ],
          "phoneNumbers": [{"value": ""}],
          "groups": [{"value": "g1", "display": "Employees", "type": "direct"}],
          "x509Certificates": [{"value": "MIIDQzCC"}],
          "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "department": "Tours", "manager": {"value": "m1"}
          },
          "meta": {
            "resourceType": "User", "created": "2011-05-13T04:42:34Z",
            "lastModified": "2011-05-13T04:42:34Z", "version": "W/\"3\"",
            "location": "https://example.com/scim/v2/Users/2819c223"
          }
        }
        """#
}
