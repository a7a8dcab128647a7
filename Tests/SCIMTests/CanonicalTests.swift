import JSONText
@testable import SCIM
import Testing

struct CanonicalTests {
    // MARK: Names and order

    @Test(
        arguments: [
            (#"{"USERNAME": "a"}"#, #"{"userName":"a"}"#),
            (
                #"{"name": {"GIVENNAME": "a", "familyname": "b"}}"#,
                #"{"name":{"familyName":"b","givenName":"a"}}"#
            ),
            (
                #"{"EMAILS": [{"TYPE": "work", "Value": "a"}]}"#,
                #"{"emails":[{"value":"a","type":"work"}]}"#
            ),
            (
                #"{"title": "t", "userName": "a", "externalId": "x"}"#,
                #"{"externalId":"x","userName":"a","title":"t"}"#
            ),
            (
                #"{"URN:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User": {"DEPARTMENT": "d"}}"#,
                #"{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"d"}}"#
            ),
            (#"{"password": "p"}"#, #"{"password":"p"}"#),
        ] as [(String, String)]
    )
    func spellsAndOrdersNamesAsTheSchema(_ body: String, _ expected: String) throws {
        try check(body, expected)
    }

    // MARK: What is left out

    @Test(arguments: [
        #"{}"#,
        #"{"id": "1", "meta": {"version": "x", "resourceType": 5}}"#,
        #"{"groups": [{"value": "g"}]}"#,
        #"{"groups": "nonsense"}"#,
        #"{"color": "red", "urn:example:Thing": {"a": 1}}"#,
        #"{"department": "the core has none"}"#,
        #"{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:example:Thing"]}"#,
        #"{"schemas": null}"#,
        #"{"title": null, "name": null, "emails": null, "active": null}"#,
        #"{"emails": [], "name": {}, "photos": [null], "phoneNumbers": [{}]}"#,
        #"{"name": {"givenName": null}, "emails": [{"value": null}]}"#,
        #"{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": null}"#,
        #"{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {}}"#,
        #"{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {}}}"#,
        #"{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"userName": "a"}}"#,
        #"""
        {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
            {"manager": {"displayName": "read-only"}}}
        """#,
    ])
    func leavesOutWhatIsUnassignedUnknownOrReadOnly(_ body: String) throws {
        try check(body, "{}")
    }

    @Test(arguments: [
        (#"{"title": ""}"#, #"{"title":""}"#),
        (#"{"emails": [{"value": ""}]}"#, #"{"emails":[{"value":""}]}"#),
        (#"{"title": " a "}"#, #"{"title":" a "}"#),
    ])
    func keepsEmptyAndBlankStrings(_ body: String, _ expected: String) throws {
        try check(body, expected)
    }

    @Test(arguments: [
        (#"{"emails": [{"value": "a"}, {"value": "a"}]}"#, #"{"emails":[{"value":"a"}]}"#),
        (
            #"{"emails": [{"value": "a", "type": "x"}, {"type": "x", "value": "a"}]}"#,
            #"{"emails":[{"value":"a","type":"x"}]}"#
        ),
        (
            #"{"emails": [{"value": "b"}, {"value": "a"}, {"value": "b"}]}"#,
            #"{"emails":[{"value":"b"},{"value":"a"}]}"#
        ),
        (
            #"{"emails": [{"value": "a", "type": "x"}, {"type": "X", "value": "a", "primary": true}]}"#,
            #"{"emails":[{"value":"a","type":"X","primary":true}]}"#
        ),
        (
            #"{"emails": [{"value": "a", "type": "x"}, {"value": "a"}]}"#,
            #"{"emails":[{"value":"a","type":"x"},{"value":"a"}]}"#
        ),
        (
            #"{"addresses": [{"locality": "a"}, {"locality": "a"}, {"locality": "b"}]}"#,
            #"{"addresses":[{"locality":"a"},{"locality":"b"}]}"#
        ),
        (
            #"{"emails": [{"value": "a"}, {"value": "A"}]}"#,
            #"{"emails":[{"value":"a"},{"value":"A"}]}"#
        ),
        (
            #"{"emails": [{"value": "é"}, {"value": "e\u0301"}]}"#,
            "{\"emails\":[{\"value\":\"\u{E9}\"},{\"value\":\"e\u{301}\"}]}"
        ),
    ])
    func collapsesElementsOfOneValueAndType(_ body: String, _ expected: String) throws {
        try check(body, expected)
    }

    @Test(arguments: [
        (
            #"{"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": false}]}"#,
            #"{"emails":[{"value":"a","primary":true},{"value":"b","primary":false}]}"#
        ),
        (
            #"{"emails": [{"value": "a", "type": "anything"}]}"#,
            #"{"emails":[{"value":"a","type":"anything"}]}"#
        ),
        (
            #"{"x509Certificates": [{"value": "MIID-_AA"}, {"value": "QQ"}, {"value": "QQ=="}]}"#,
            #"{"x509Certificates":[{"value":"MIID-_AA"},{"value":"QQ"},{"value":"QQ=="}]}"#
        ),
        (#"{"photos": [{"value": "../relative"}]}"#, #"{"photos":[{"value":"../relative"}]}"#),
    ])
    func accepts(_ body: String, _ expected: String) throws {
        try check(body, expected)
    }

    // MARK: Errors

    @Test(
        arguments: [
            (#"[]"#, .invalidSyntax, "object"),
            (#""a""#, .invalidSyntax, "object"),
            (#"null"#, .invalidSyntax, "object"),
            (#"{"userName": "a", "USERNAME": "b"}"#, .invalidSyntax, "userName"),
            (#"{"name": {"givenName": "a", "givenname": "b"}}"#, .invalidSyntax, "name.givenName"),
            (#"{"schemas": ["a"], "Schemas": ["a"]}"#, .invalidSyntax, "schemas"),
            (
                #"""
                {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {},
                 "urn:ietf:params:scim:schemas:extension:enterprise:2.0:USER": {}}
                """#, .invalidSyntax, "enterprise"
            ),
            (
                #"{"schemas": "urn:ietf:params:scim:schemas:core:2.0:User"}"#, .invalidValue,
                "schemas"
            ),
            (#"{"schemas": [1]}"#, .invalidValue, "schemas"),
            (#"{"userName": 5}"#, .invalidValue, "userName"),
            (#"{"userName": ["a"]}"#, .invalidValue, "userName"),
            (#"{"userName": {"value": "a"}}"#, .invalidValue, "userName"),
            (#"{"active": "true"}"#, .invalidValue, "active"),
            (#"{"active": 1}"#, .invalidValue, "active"),
            (#"{"name": "Barbara"}"#, .invalidValue, "name"),
            (#"{"name": ["Barbara"]}"#, .invalidValue, "name"),
            (#"{"name": {"givenName": 5}}"#, .invalidValue, "name.givenName"),
            (#"{"emails": {"value": "a"}}"#, .invalidValue, "emails"),
            (#"{"emails": "a"}"#, .invalidValue, "emails"),
            (#"{"emails": ["a"]}"#, .invalidValue, "emails"),
            (#"{"emails": [["a"]]}"#, .invalidValue, "emails"),
            (#"{"emails": [{"value": 1}]}"#, .invalidValue, "emails.value"),
            (#"{"emails": [{"value": "a", "primary": "true"}]}"#, .invalidValue, "emails.primary"),
            (
                #"{"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]}"#,
                .invalidValue, "emails"
            ),
            (
                #"{"x509Certificates": [{"value": "not base64!"}]}"#, .invalidValue,
                "x509Certificates.value"
            ),
            (#"{"x509Certificates": [{"value": "QQ==QQ=="}]}"#, .invalidValue, "base64"),
            (#"{"x509Certificates": [{"value": "QQ="}]}"#, .invalidValue, "base64"),
            (#"{"x509Certificates": [{"value": "="}]}"#, .invalidValue, "base64"),
            (#"{"x509Certificates": [{"value": "QQQQQ"}]}"#, .invalidValue, "base64"),
            (
                #"{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": "a"}"#,
                .invalidValue,
                "enterprise"
            ),
            (
                #"""
                {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": "boss"}}
                """#, .invalidValue, "manager"
            ),
        ] as [(String, SCIMError.Kind, String)]
    )
    func rejects(_ body: String, _ kind: SCIMError.Kind, _ detail: String) throws {
        try check(body, fails: kind, detail)
    }

    @Test(arguments: [
        #"{"userName": 31337}"#, #"{"emails": [{"value": 31337}]}"#, #"{"active": "31337"}"#,
        #"{"password": 31337}"#, #"{"password": ["31337"]}"#, #"{"name": "31337"}"#,
    ])
    func quotesNoValueInErrors(_ body: String) throws {
        let sent = try JSON(parsing: body.utf8)
        let error = #expect(throws: SCIMError.self) { try ResourceType.user.canonical(sent) }
        #expect(error?.detail.contains("31337") == false)
    }

    @Test(arguments: [
        (
            #"{"members": [{"value": "a", "$ref": "r", "type": "User", "display": "A"}]}"#,
            #"{"members":[{"value":"a","$ref":"r","type":"User"}]}"#
        ),
        (#"{"members": []}"#, "{}"),
        (#"{"members": null}"#, "{}"),
    ])
    func readsMembers(_ body: String, _ expected: String) throws {
        try check(body, expected, of: .group)
    }

    /// A member that cannot be understood must not pass for no member.
    @Test(arguments: [
        #"{"members": [{}]}"#, #"{"members": [null]}"#, #"{"members": [{"value": null}]}"#,
        #"{"members": [{"value": "a"}, {}]}"#,
        #"{"members": [{"type": "User"}]}"#, #"{"members": [{"id": "a"}]}"#,
        #"{"members": [{"display": "A"}]}"#, #"{"members": ["a"]}"#,
        #"{"members": [{"value": 5}]}"#, #"{"members": {"value": "a"}}"#,
    ])
    func refusesMembersWithoutValue(_ body: String) throws {
        try check(body, fails: .invalidValue, "members", of: .group)
    }

    // MARK: Types that no schema here has

    @Test(
        arguments: [
            (.integer, 5, true), (.integer, .number(5), false), (.integer, .number(500), false),
            (.integer, .integer(.max), true), (.integer, "5", false),
            (.decimal, 5, true), (.decimal, .number(5.5), true), (.decimal, "5", false),
            (.dateTime, "2011-05-13T04:42:34Z", true),
            (.dateTime, "2011-05-13T04:42:34.1+01:00", true),
            (.dateTime, "2011-05-13", false), (.dateTime, "yesterday", false),
            (.dateTime, 5, false),
            (.boolean, true, true), (.boolean, "true", false), (.reference, "https://a", true),
            (.reference, 5, false), (.string, true, false), (.binary, "", true),
        ] as [(Attribute.ValueType, JSON, Bool)]
    )
    func checksTypes(_ type: Attribute.ValueType, _ value: JSON, _ isValid: Bool) throws {
        let attribute = Attribute(name: "a", type: type)
        if isValid {
            #expect(try attribute.canonical(value, at: "a") == value)
        } else {
            let error = #expect(throws: SCIMError.self) { try attribute.canonical(value, at: "a") }
            #expect(error?.scimType == .invalidValue)
        }
    }

    @Test(arguments: [
        ("title", Limits.standard.attributeBytes), ("userName", Limits.standard.indexedBytes),
        ("externalId", Limits.standard.indexedBytes),
        ("profileUrl", Limits.standard.attributeBytes),
    ])
    func limitsTheLengthOfText(name: String, most: Int) throws {
        for count in [most, most + 1] {
            let body = JSON.object([name: .string(String(repeating: "x", count: count))])
            if count == most {
                #expect(try ResourceType.user.canonical(body)[name] != nil)
            } else {
                let error = #expect(throws: SCIMError.self) {
                    try ResourceType.user.canonical(body)
                }
                #expect(error?.scimType == .invalidValue)
                #expect(error?.detail == "\(name) is longer than \(most) bytes")
            }
        }
    }

    @Test func limitsTheLengthOfElements() throws {
        let most = Limits.standard.attributeBytes
        for count in [most, most + 4] {
            let text = JSON.string(String(repeating: "A", count: count))
            let body: JSON = ["x509Certificates": [["value": text]]]
            #expect((try? ResourceType.user.canonical(body)) != nil || count > most)
            #expect((try? ResourceType.user.canonical(body)) == nil || count == most)
        }
    }

    /// However many members a body has, and whatever their names.
    @Test func passesOverManyMembers() throws {
        let members = (0..<100_000).map { JSONObject.Member(name: "m\($0)", value: 1) }
        let body = JSONObject(members + [.init(name: "userName", value: "a")])
        #expect(try ResourceType.user.canonical(.object(body)) == ["userName": "a"])
    }

    @Test func takesSeveralSimpleValues() throws {
        let attribute = Attribute(name: "a", multiValued: true)
        #expect(try attribute.canonical(["x", nil, "x", "y"], at: "a") == ["x", "y"])
        #expect(throws: SCIMError.self) { try attribute.canonical("x", at: "a") }
    }

    /// Equal elements are found without comparing each with each.
    @Test func readsManyMembers() throws {
        let ids = (0..<20_000).map { JSON.object(["value": .string("id-\($0)")]) }
        let group = try ResourceType.group.canonical(["members": .array(ids + ids)])
        #expect(group["members"]?.array?.count == 20_000)
    }

    // MARK: Completion

    @Test func addsSchemasAndDefaults() throws {
        try check(
            completing: #"{"title": "t", "userName": "a"}"#,
            """
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],\
            "userName":"a","title":"t","active":true}
            """
        )
    }

    @Test func keepsWhatIsAssigned() throws {
        try check(
            completing: #"{"userName": "a", "active": false}"#,
            """
            {"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],\
            "userName":"a","active":false}
            """
        )
    }

    @Test(arguments: [
        (
            #"{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "d"}}"#,
            2
        ),
        (
            #"{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": null}}"#,
            1
        ),
        (#"{"schemas": ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]}"#, 1),
    ])
    func listsExactlyTheSchemasWithData(_ body: String, _ count: Int) throws {
        var resource = try ResourceType.user.canonical(JSON(parsing: body.utf8))
        resource["userName"] = "a"
        let completed = try ResourceType.user.completed(resource, for: .creation)
        let urns = [Schema.user.id, Schema.enterpriseUser.id].prefix(count)
        #expect(completed["schemas"] == .array(urns.map(JSON.string)))
        #expect(completed.members.count { $0.name.hasPrefix("urn:") } == count - 1)
    }

    @Test(arguments: [
        "{}", #"{"userName": ""}"#, #"{"userName": "  "}"#, #"{"userName": "\u00a0\t\u3000"}"#,
        #"{"userName": null}"#,
    ])
    func requiresUserName(_ body: String) throws {
        let resource = try ResourceType.user.canonical(JSON(parsing: body.utf8))
        let error = #expect(throws: SCIMError.self) {
            try ResourceType.user.completed(resource, for: .creation)
        }
        #expect(error?.scimType == .invalidValue && error?.detail.contains("userName") == true)
    }

    @Test func requiresDisplayNameOfGroups() {
        #expect(throws: SCIMError.self) { try ResourceType.group.completed([:], for: .creation) }
        #expect(throws: Never.self) {
            try ResourceType.group.completed(["displayName": "a"], for: .creation)
        }
    }

    // MARK: Checks

    // MARK: References

    @Test(arguments: [
        (#"{"value": "26", "$ref": "../Users/26"}"#, true),
        (#"{"value": "26", "$ref": "https://example.org/scim/v2/Users/26"}"#, true),
        (#"{"value": "26", "$ref": "26"}"#, true),
        (#"{"value": "26", "$ref": "../Users/126"}"#, false),
        (#"{"value": "26", "$ref": "../Users/27"}"#, false),
        (#"{"$ref": "../Users/27"}"#, true),
    ])
    func keepsReferencesThatLeadToTheID(_ manager: String, _ isKept: Bool) throws {
        let urn = Schema.enterpriseUser.id
        let body = "{\"userName\": \"a\", \"\(urn)\": {\"manager\": \(manager)}}"
        let type = ResourceType.user
        let completed = try type.completed(
            type.canonical(JSON(parsing: body.utf8)),
            for: .creation
        )
        let kept = completed[urn]?.object?["manager"]?.object?["$ref"]
        #expect((kept != nil) == isKept)
    }

    // MARK: Limits

    @Test func limitsTheValuesOfAnAttribute() throws {
        let most = Limits.standard.attributeValues
        let body = { (count: Int) in
            let phones = (0..<count).map { "{\"value\":\"\($0)\"}" }.joined(separator: ",")
            return "{\"phoneNumbers\":[\(phones)]}"
        }
        try check(body(most), body(most))
        try check(body(most + 1), fails: .invalidValue, "phoneNumbers has more than \(most)")
    }

    private func check(
        _ body: String,
        _ expected: String,
        of type: ResourceType = .user
    ) throws {
        let canonical = try type.canonical(JSON(parsing: body.utf8))
        #expect(String(decoding: JSON.object(canonical).text, as: UTF8.self) == expected)
    }

    private func check(completing body: String, _ expected: String) throws {
        let canonical = try ResourceType.user.canonical(JSON(parsing: body.utf8))
        let completed = try ResourceType.user.completed(canonical, for: .creation)
        #expect(String(decoding: JSON.object(completed).text, as: UTF8.self) == expected)
    }

    private func check(
        _ body: String,
        fails kind: SCIMError.Kind,
        _ detail: String,
        of type: ResourceType = .user
    ) throws {
        let sent = try JSON(parsing: body.utf8)
        let error = try #require(#expect(throws: SCIMError.self) { try type.canonical(sent) })
        #expect(error.scimType == kind && error.status == 400)
        #expect(error.detail.contains(detail), "\(error.detail)")
    }
}
