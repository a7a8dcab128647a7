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

    @Test func choosesAnswersByClient() {
        #expect(Profile.wso2.groupPatchAnswer(to: nil) == .resourceWithoutMembers)
        #expect(Profile.entra.groupPatchAnswer(to: nil) == .noContent)
        #expect(Profile.generic.groupPatchAnswer(to: nil) == .noContent)
        #expect(Profile.generic.groupPatchAnswer(to: "okta") == .noContent)
        let answer = Profile.generic.groupPatchAnswer(to: "wso2/scim2/client")
        #expect(answer == .resourceWithoutMembers)
        #expect(Profile.strict.unmatchedFilter == .refuse)
        #expect(Profile.generic.unmatchedFilter == .createElement)
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

    @Test(arguments: Profile.all.map(\.name), regular)
    func leavesRegularPatchAlone(name: String, message: JSON) throws {
        let profile = try #require(Profile.named(name))
        let result = try profile.patch(message, .user)
        #expect(result.fired == [])
        let sent = message.object?.value(named: "Operations")?.array ?? []
        #expect(result.value.operations.count == sent.count)
        for (operation, sent) in zip(result.value.operations, sent) {
            let sent = try #require(sent.object)
            #expect(operation.json.object?["path"] == sent.value(named: "path"))
            #expect(operation.json.object?["value"] == sent.value(named: "value"))
        }
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
            #expect(throws: SCIMError.self, "\(operation)") {
                let request = try profile.patch(message, .group).value
                _ = try profile.patch(of: .group, links: nil, limits: .standard)
                    .apply(request.operations, to: ["displayName": "Crew"])
            }
        }
        for message: JSON in [[1, 2], [], [:], "x", nil, ["members": [["value": "a"]]]] {
            #expect(throws: SCIMError.self) { try profile.patch(message, .group) }
            #expect(try profile.resource(.array([message]), .group).value == [message])
        }
    }
}
