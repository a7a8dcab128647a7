import SCIM
import Testing

@testable import Profiles

/// What nobody means otherwise: every profile but the strict one understands it, and the strict
/// one leaves it as it was sent.
struct UnambiguousTests {
    static let lenient = Profile.all.map(\.name).filter { $0 != "strict" }
    private static let core = Schema.user.id

    /// What is set in which way.
    private static let operations: [(sent: JSON, result: JSONObject)] = [
        (["op": "replace", "path": "active", "value": [false]], ["active": false]),
        (["op": "replace", "path": "displayName", "value": ["x"]], ["displayName": "x"]),
        (
            ["op": "replace", "path": "name", "value": [["givenName": "G"]]],
            ["name": ["givenName": "G"]]
        ),
        (
            ["op": "replace", "path": "displayName", "value": [["$ref": nil, "value": "V"]]],
            ["displayName": "V"]
        ),
        (
            ["op": "replace", "path": "active", "value": [["$ref": nil, "value": "False"]]],
            ["active": false]
        ),
        (["op": "replace", "path": "active", "value": 0], ["active": false]),
        (
            ["op": "add", "path": "emails[value eq a@b.example].type", "value": "work"],
            ["emails": [["value": "a@b.example", "type": "work"]]]
        ),
        (["op": "replace", "path": "roles", "value": "admin"], ["roles": [["value": "admin"]]]),
        (
            ["op": "add", "path": "manager", "value": "26"],
            [enterprise: ["manager": ["value": "26"]]]
        ),
        (["op": "replace", "value": [core: ["active": false]]], ["active": false]),
        (
            ["op": "replace", "value": ["name.givenName": "X"]],
            ["name": ["givenName": "X"]]
        ),
        (["op": "replace", "path": "name", "value": ""], [:]),
        (["op": "replace", "value": ["emails": "", "active": "", "title": "t"]], ["title": "t"]),
        (
            [
                "op": "replace", "path": "emails[value eq \"a\"]",
                "value": "{\"value\": \"b\", \"type\": \"work\", \"primary\": true}",
            ],
            ["emails": [["value": "b", "type": "work", "primary": true]]]
        ),
        (
            [
                "op": "add", "path": "emails",
                "value": " [{\"value\": \"b\"}, {\"value\": \"c\", \"type\": \"home\"}]",
            ],
            ["emails": [["value": "b"], ["value": "c", "type": "home"]]]
        ),
        // JSON is text where text is meant.
        (
            ["op": "add", "path": "roles[primary eq \"True\"].value", "value": "{\"id\": \"1\"}"],
            ["roles": [["value": "{\"id\": \"1\"}", "primary": true]]]
        ),
        (
            ["op": "add", "path": "roles", "value": [["value": "{\"id\": \"1\"}"]]],
            ["roles": [["value": "{\"id\": \"1\"}"]]]
        ),
    ]

    @Test(arguments: lenient, 0..<operations.count)
    func areUnderstoodInPatches(name: String, index: Int) throws {
        let (sent, result) = Self.operations[index]
        let outcome = try apply([sent], name)
        #expect(outcome.resource == result)
    }

    /// A number, an object or an array where JSON in text is none.
    @Test(arguments: lenient, ["{\"value\": ", "[{\"value\": \"a\"}, 1]", "{value: a}"])
    func textThatOnlyLooksLikeJSONIsRefused(name: String, text: String) {
        for path in ["emails", "emails[type eq \"work\"]"] {
            let error = #expect(throws: SCIMError.self) {
                try apply([["op": "add", "path": .string(path), "value": .string(text)]], name)
            }
            #expect(error?.scimType == .invalidValue)
        }
    }

    @Test(arguments: lenient)
    func membersAreReadFromJSONInText(name: String) throws {
        let outcome = try apply(
            [["op": "add", "path": "members", "value": "[{\"value\": \"26\"}]"]],
            name,
            .group
        )
        guard case .add(let ids)? = outcome.memberChanges.first else {
            Issue.record("no member is added")
            return
        }
        #expect(ids == ["26"])
    }

    private static let bodies: [(sent: JSONObject, result: JSONObject)] = [
        (["roles": ["admin", "dev"]], ["roles": [["value": "admin"], ["value": "dev"]]]),
        (["roles": "admin"], ["roles": [["value": "admin"]]]),
        (["emails": "a@b.example"], ["emails": [["value": "a@b.example"]]]),
        ([enterprise: ["manager": "26"]], [enterprise: ["manager": ["value": "26"]]]),
        (["\(core):active": false], ["active": false]),
        ([core: ["active": false]], ["active": false]),
        (["User.active": false], ["active": false]),
        (["name": "", "emails": "", enterprise: "", "title": "t"], ["title": "t"]),
        (["schemas": .string(core), "title": "t"], ["title": "t"]),
        (["active": 1], ["active": true]),
        (["active": 0], ["active": false]),
        (["active": ""], [:]),
        (["active": [false]], ["active": false]),
        (["title": "", "displayName": ""], ["title": "", "displayName": ""]),
        (
            ["emails": "{\"value\": \"a@b.example\", \"type\": \"work\"}"],
            ["emails": [["value": "a@b.example", "type": "work"]]]
        ),
    ]

    @Test(arguments: lenient, 0..<bodies.count)
    func areUnderstoodInBodies(name: String, index: Int) throws {
        let (sent, result) = Self.bodies[index]
        let profile = try #require(Profile.named(name))
        let body = try profile.resource(.object(sent), .user).value
        #expect(try ResourceType.user.canonical(body) == result)
    }

    @Test(arguments: [0, 1, 2, 3, 9, 10, 14])
    func theStrictProfileKeepsBodies(index: Int) throws {
        let sent = JSON.object(Self.bodies[index].sent)
        let result = try Profile.strict.resource(sent, .user)
        #expect(result.value == sent && result.fired == [])
    }

    @Test(arguments: 0..<11)
    func theStrictProfileRefusesPatches(index: Int) {
        #expect(throws: SCIMError.self) { try apply([Self.operations[index].sent], "strict") }
    }

    @Test(arguments: lenient)
    func filtersNeedNoQuotes(name: String) throws {
        try FilterSample("userName eq someone").check(profile: #require(Profile.named(name)))
        try FilterSample("userName%20eq%20%22a%22", "userName eq \"a\"", fired: "doubleEncoding")
            .check(profile: #require(Profile.named(name)))
        #expect(throws: SyntaxError.self) {
            try Profile.strict.filter("userName eq someone", .user)
        }
    }

    /// An empty list would make the client create what there is already.
    @Test(
        arguments: Profile.all.map(\.name),
        [
            "userName eq \u{201C}x\u{201D}", "userName eq 'x'", "userName eq \u{2018}x\u{2019}",
        ]
    )
    func otherQuotesAreRefused(name: String, filter: String) throws {
        let profile = try #require(Profile.named(name))
        #expect(throws: SyntaxError.self) { try profile.filter(filter, .user) }
    }

    @Test(arguments: lenient)
    func ordersMayBeAbbreviated(name: String) throws {
        let profile = try #require(Profile.named(name))
        #expect(profile.sortOrder("desc").value == "descending")
        #expect(profile.sortOrder("ASC").value == "ascending")
        #expect(profile.sortOrder("desc").fired == ["shortSortOrder"])
        #expect(profile.sortOrder("down").value == "down")
        #expect(profile.sortOrder(nil).value == nil)
        #expect(Profile.strict.sortOrder("desc").value == "desc")
    }

    @Test(arguments: Profile.all.map(\.name))
    func onlyEntraSendsNoOperations(name: String) throws {
        if name == "entra" {
            let outcome = try apply([], name)
            #expect(outcome.resource == [:] && outcome.memberChanges.isEmpty)
        } else {
            let error = #expect(throws: SCIMError.self) { try apply([], name) }
            #expect(error?.status == 400)
        }
    }

    @Test(arguments: ["wso2", "generic", "miniorange", "rippling"])
    func extensionsMayHaveTheirSchemasName(name: String) throws {
        let profile = try #require(Profile.named(name))
        let sent: JSON = ["EnterpriseUser": ["department": "IT"], enterprise: ["division": "D"]]
        let result = try profile.resource(sent, .user)
        #expect(result.value == [enterprise: ["department": "IT", "division": "D"]])
        #expect(result.fired == ["schemaNames"])
        #expect(try Profile.okta.resource(sent, .user).value == sent)
    }

    /// What is no base64 is refused, whoever sends it: it would be kept as another text.
    @Test(
        arguments: Profile.all.map(\.name),
        [
            "-----BEGIN CERTIFICATE-----MIID", "MIIDQ zCC", "MI+D-w", "MIID*",
        ]
    )
    func damagedCertificatesAreRefused(name: String, text: String) throws {
        let profile = try #require(Profile.named(name))
        let body: JSON = ["x509Certificates": [["value": .string(text)]]]
        let read = try profile.resource(body, .user).value
        let error = #expect(throws: SCIMError.self) { try ResourceType.user.canonical(read) }
        #expect(error?.scimType == .invalidValue)
    }

    private func apply(
        _ operations: [JSON],
        _ name: String,
        _ type: ResourceType = .user
    ) throws -> Patch.Outcome {
        let profile = try #require(Profile.named(name))
        let message: JSON = ["schemas": [patchOp], "Operations": .array(operations)]
        return try profile.patch(of: type, links: nil, limits: .standard)
            .apply(profile.patch(message, type).value.operations, to: [:])
    }
}
