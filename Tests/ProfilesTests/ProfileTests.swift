import SCIM
import Testing

@testable import Profiles

struct ProfileTests {
    @Test func namesAreUniqueLowerCaseAndFound() {
        let names = Profile.all.map(\.name)
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(
                !name.isEmpty
                    && name.utf8.allSatisfy { byte in
                        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
                    }
            )
            #expect(Profile.named(name)?.name == name)
            #expect(Profile.named(name.uppercased())?.name == name)
        }
        #expect(Profile.named("entr") == nil)
        #expect(Profile.named("") == nil)
    }

    @Test func titlesAreUnique() {
        #expect(Set(Profile.all.map(\.title)).count == Profile.all.count)
    }

    @Test func rewritesHaveUniqueNames() {
        #expect(Set(Rewrite.all.map(\.name)).count == Rewrite.all.count)
    }

    @Test(arguments: Profile.all.map(\.name))
    func keepsTheOrderOfRewrites(name: String) throws {
        let names = try #require(Profile.named(name)).rewrites.map(\.name)
        let order = Rewrite.all.map(\.name).filter(names.contains)
        #expect(names == order)
    }

    @Test(arguments: Profile.all.map(\.name))
    func hasWhatItsRewritesLeadTo(name: String) throws {
        let names = try #require(Profile.named(name)).rewrites.map(\.name)
        for first in ["memberOperations", "removeWithoutPath"] where names.contains(first) {
            #expect(names.contains("removeListedValues"))
        }
    }

    @Test func choosesAnswersByClient() {
        #expect(Profile.wso2.groupPatchAnswer(to: nil) == .resourceWithoutMembers)
        #expect(Profile.entra.groupPatchAnswer(to: nil) == .noContent)
        #expect(Profile.generic.groupPatchAnswer(to: nil) == .noContent)
        #expect(Profile.generic.groupPatchAnswer(to: "okta") == .noContent)
        let answer = Profile.generic.groupPatchAnswer(to: "wso2/scim2/client")
        #expect(answer == .resourceWithoutMembers)
        #expect(Profile.strict.unmatchedValuePath == .noTarget)
        #expect(Profile.generic.unmatchedValuePath == .create)
        #expect(Profile.strict.filterValues == .json)
        #expect(Profile.generic.filterValues == .bareWords)
    }

    /// Requests in the form of the RFC, which no profile may touch.
    static let regular: [JSON] = [
        [
            "schemas": [patchOp],
            "Operations": [
                ["op": "replace", "path": "active", "value": false],
                ["op": "add", "path": "emails[type eq \"work\"].value", "value": "a@b.example"],
                ["op": "replace", "value": ["name": ["familyName": "Probe"], "id": "x"]],
                ["op": "remove", "path": "emails[type eq \"home\"]"],
                ["op": "remove", "path": "phoneNumbers"],
                ["op": "replace", "path": "\(enterprise):manager", "value": ["value": "26118915"]],
                ["op": "replace", "path": .string(enterprise), "value": ["department": "Tours"]],
            ],
        ],
        [
            "schemas": [patchOp],
            "operations": [["OP": "replace", "PATH": "NAME.givenName", "VALUE": "Casey"]],
        ],
    ]

    @Test(arguments: [
        "text/plain", "application/xml", "application/x-www-form-urlencoded", "garbage", ";",
    ])
    func strictBodiesAreJSON(contentType: String) throws {
        let error = #expect(throws: SCIMError.self) {
            try Profile.strict.check(contentType: contentType)
        }
        #expect(error?.status == 415)
        try Profile.generic.check(contentType: contentType)
    }

    @Test(arguments: [
        nil, "application/scim+json", "application/json; charset=utf-8", "Application/SCIM+JSON",
    ])
    func strictBodiesMayBe(contentType: String?) throws {
        try Profile.strict.check(contentType: contentType)
    }

    @Test(
        arguments: [
            nil, [], "x", [1], ["urn:x"], [.string(Schema.group.id)], [.string(enterprise)],
            [.string(Schema.user.id), .string(Schema.user.id)],
            [.string(Schema.user.id), "urn:x"],
        ] as [JSON?]
    )
    func strictBodiesNameTheirSchemas(schemas: JSON?) throws {
        var body: JSONObject = ["userName": "a"]
        body["schemas"] = schemas
        let error = #expect(throws: SCIMError.self) {
            try Profile.strict.check(schemasOf: .object(body), .user)
        }
        #expect(error?.scimType == .invalidSyntax)
        try Profile.generic.check(schemasOf: .object(body), .user)
        body["schemas"] = [.string(enterprise), .string(Schema.user.id.uppercased())]
        try Profile.strict.check(schemasOf: .object(body), .user)
    }

    @Test(arguments: Profile.all.map(\.name), regular)
    func leavesRegularPatchAlone(name: String, message: JSON) throws {
        let profile = try #require(Profile.named(name))
        checkMessage(Sample("regular", message), profile: profile)
    }

    @Test(arguments: Profile.all.map(\.name))
    func leavesRegularResourceAlone(name: String) throws {
        let profile = try #require(Profile.named(name))
        let user: JSON = [
            "schemas": [.string(Schema.user.id), .string(enterprise)], "userName": "bjensen",
            "externalId": "12", "active": true, "groups": [["value": "g"]], "id": nil,
            "emails": [["value": "b@example.com", "type": "work", "primary": true]],
            "addresses": nil, "roles": [], "favouriteTea": [["kind": 1]],
            enterprise: ["manager": ["value": "26"], "department": "Tours", "x": ["True"]],
        ]
        checkResource(Sample("regular", user), profile: profile)
    }

    @Test(arguments: Profile.all.map(\.name))
    func leavesRegularFiltersAlone(name: String) throws {
        let profile = try #require(Profile.named(name))
        for text in [
            "userName eq \"bjensen\"", "active eq true and not (title pr)",
            "emails[type eq \"work\" and primary eq true]",
            "meta.created gt \"2011-05-13T04:42:34Z\"",
            "\(enterprise):manager.value eq \"26\"", "unknown eq 5",
        ] {
            try FilterSample(text).check(profile: profile)
        }
    }

    /// Nothing that is not understood may become a success, or anything else.
    @Test(arguments: Profile.all.map(\.name))
    func leavesWhatItDoesNotUnderstandToBeRefused(name: String) throws {
        let profile = try #require(Profile.named(name))
        let operations: [JSON] = [
            "x", 1, nil, [:], ["op": "move", "path": "members", "value": ["a"]],
            ["op": 7, "path": "members"], ["path": "members", "value": ["a"]],
            ["op": "remove", "path": "name..x[", "value": [["value": "a"]]],
            ["op": "remove", "path": 3], ["op": "remove"], ["op": "remove", "value": nil],
            ["op": "remove", "path": "members", "value": [["foo": "a"]]],
            [
                "op": "remove", "path": "members",
                "value": [["value": "a"], ["value": ["b", "c"]]],
            ],
            ["op": "remove", "path": "members", "value": [["type": "User"]]],
            ["op": "remove", "path": "members", "value": [nil]],
            ["op": "remove", "path": "members", "value": true],
            ["op": "remove", "path": "members", "value": ["members": nil]],
            ["op": "remove", "value": ["members": nil]],
            ["op": "remove", "value": ["members": [["value": "a"]], "colour": "red"]],
            ["op": "replace", "path": "member", "value": []],
            ["op": "replace", "path": "displayName", "value": ["a", "b"]],
            ["op": "replace", "path": "meta", "value": "x"],
        ]
        for operation in operations {
            let message: JSON = ["schemas": [patchOp], "Operations": [operation]]
            let rewritten = profile.patch(message, .group).value
            #expect(throws: SCIMError.self, "\(operation)") {
                let request = try PatchRequest(rewritten, values: profile.filterValues)
                _ = try Patch(type: .group, unmatchedFilter: .createElement)
                    .apply(request.operations, to: ["displayName": "Crew"])
            }
        }
        for message: JSON in [[1, 2], [], [:], "x", nil, ["members": [["value": "a"]]]] {
            #expect(profile.patch(message, .group).value == message)
            #expect(profile.resource(.array([message]), .group).value == [message])
        }
    }
}
