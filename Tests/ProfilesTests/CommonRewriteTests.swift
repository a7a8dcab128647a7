import SCIM
import Testing

@testable import Profiles

/// The rewrites that every profile has but the strict one.
struct CommonRewriteTests {
    private static let id = "01980b2e-7a3c-7d10-9f00-0a1b2c3d4e5f"
    private static let passedOver: JSON = ["op": "add", "value": [:]]

    @Test(arguments: Profile.all.filter { $0.name != "strict" }.map(\.name))
    func areInEveryProfile(name: String) throws {
        let names = try #require(Profile.named(name)).rewrites.map(\.name)
        #expect(Set(names).isSuperset(of: Rewrite.common.map(\.name)))
    }

    @Test(arguments: [
        Sample(
            "capitals",
            [
                "Operations": [["op": "Replace", "path": "title"], ["OP": "REMOVE"]],
                "schemas": [patchOp],
            ],
            [
                "Operations": [["op": "replace", "path": "title"], ["OP": "remove"]],
                "schemas": [patchOp],
            ],
            fired: "operationCase"
        ),
        Sample("no text", ["Operations": [["op": 1]], "schemas": [patchOp]]),
    ])
    func operationCase(_ sample: Sample) { checkMessage(sample) }

    @Test(arguments: [
        Sample(
            "what a user cannot be without",
            [["op": "replace", "value": ["title": nil, "active": nil, "USERNAME": nil]]],
            [["op": "replace", "value": ["title": nil]]],
            fired: "nullMembers"
        ),
        Sample(
            "members",
            [["op": "add", "value": ["displayName": "x", "members": nil]]],
            [["op": "add", "value": ["displayName": "x"]]],
            type: .group,
            fired: "nullMembers"
        ),
        Sample("no members", [["op": "replace", "value": ["members": []]]], type: .group),
        Sample("a path", [["op": "replace", "path": "active", "value": nil]]),
        Sample("removal", [["op": "remove", "path": "members", "value": nil]], type: .group),
    ])
    func nullMembers(_ sample: Sample) { checkOperations(sample) }

    @Test(arguments: [
        Sample(
            "without a path",
            [["op": "replace", "value": ["password": "", "title": ""]]],
            [["op": "replace", "value": ["password": nil, "title": ""]]],
            fired: "emptyPassword"
        ),
        Sample(
            "at a path",
            [["op": "add", "path": "password", "value": ""]],
            [["op": "add", "path": "password", "value": nil]],
            fired: "emptyPassword"
        ),
        Sample("some", [["op": "add", "path": "password", "value": " "]]),
    ])
    func emptyPassword(_ sample: Sample) { checkOperations(sample) }

    @Test(arguments: [
        Sample(
            "members",
            [["op": "add", "path": "members", "value": [["value": "\(id.uppercased())"]]]],
            [["op": "add", "path": "members", "value": [["value": "\(id)"]]]],
            type: .group,
            fired: "capitalIDs"
        ),
        Sample(
            "a value filter",
            [["op": "remove", "path": "members[value eq \"\(id.uppercased())\"]"]],
            [["op": "remove", "path": "members[value eq \"\(id)\"]"]],
            type: .group,
            fired: "capitalIDs"
        ),
        Sample(
            "the manager",
            [
                [
                    "op": "replace", "path": "\(enterprise):manager.value",
                    "value": "\(id.uppercased())",
                ]
            ],
            [["op": "replace", "path": "\(enterprise):manager.value", "value": "\(id)"]],
            fired: "capitalIDs"
        ),
        Sample("other text", [["op": "add", "path": "title", "value": "\(id.uppercased())"]]),
        Sample(
            "no UUID",
            [["op": "add", "path": "members", "value": [["value": "ABC"]]]],
            type: .group
        ),
    ])
    func capitalIDs(_ sample: Sample) { checkOperations(sample) }

    @Test func readsIDsInPaths() {
        let read = Profile.generic.id(Self.id.uppercased())
        #expect(read.value == Self.id && read.fired == ["capitalIDs"])
        for id in [Self.id, "ABC", "", Self.id.uppercased() + "0"] {
            #expect(Profile.generic.id(id).value == id)
        }
        #expect(Profile.strict.id(Self.id.uppercased()).value == Self.id.uppercased())
    }

    @Test(arguments: [
        Sample(
            "two",
            ["emails": [["value": "a", "primary": true], ["value": "b", "primary": true]]],
            ["emails": [["value": "a", "primary": false], ["value": "b", "primary": true]]],
            fired: "lastPrimary"
        ),
        Sample(
            "as text",
            ["emails": [["value": "a", "primary": "True"], ["value": "b", "primary": "true"]]],
            ["emails": [["value": "a", "primary": false], ["value": "b", "primary": true]]],
            fired: "booleanText",
            "lastPrimary"
        ),
        Sample("one", ["emails": [["value": "a", "primary": true], ["value": "b"]]]),
    ])
    func lastPrimary(_ sample: Sample) { checkResource(sample) }

    @Test(arguments: [
        Sample(
            "removed",
            [["op": "remove", "path": "emails[type eq \"work\"].value"]],
            [["op": "remove", "path": "emails[type eq \"work\"]"]],
            fired: "emptyValuePath"
        ),
        Sample(
            "empty",
            [["op": "replace", "path": "photos[type eq \"photo\"].value", "value": ""]],
            [["op": "remove", "path": "photos[type eq \"photo\"]"]],
            fired: "emptyValuePath"
        ),
        Sample("all of them", [["op": "remove", "path": "emails.value"]]),
        Sample("another part", [["op": "remove", "path": "emails[type eq \"work\"].display"]]),
        Sample(
            "members",
            [["op": "remove", "path": "members[type eq \"User\"].value"]],
            type: .group
        ),
    ])
    func emptyValuePath(_ sample: Sample) { checkOperations(sample) }

    @Test(arguments: [
        FilterSample(
            "meta.created gt 2015-10-10",
            "meta.created gt \"2015-10-10T00:00:00Z\"",
            fired: "looseInstants"
        ),
        FilterSample(
            "meta.lastModified ge \"2015-10-10T14:38:21.5 02:00\"",
            "meta.lastModified ge \"2015-10-10T14:38:21.5+02:00\"",
            fired: "looseInstants"
        ),
        FilterSample("meta.created gt \"2015-10-10T14:38:21Z\""),
        FilterSample("meta.created gt \"yesterday\""),
        FilterSample("title eq \"2015-10-10\""),
    ])
    func looseInstants(_ sample: FilterSample) throws { try sample.check() }

    @Test func unknownSortBy() {
        let unknown = Profile.generic.sortBy("nothing", .user)
        #expect(unknown.value == nil && unknown.fired == ["unknownSortBy"])
        for name in ["userName", "name", "emails[0]", "password"] {
            #expect(Profile.generic.sortBy(name, .user).value == name)
        }
        #expect(Profile.strict.sortBy("nothing", .user).value == "nothing")
    }

    @Test(arguments: [
        Sample(
            "one element in an array",
            [["op": "replace", "path": "emails[type eq \"work\"]", "value": [["value": "a"]]]],
            [["op": "replace", "path": "emails[type eq \"work\"]", "value": ["value": "a"]]],
            fired: "arrayForSingleValue"
        ),
        Sample(
            "the manager's id by its own name",
            [["op": "replace", "path": "managerId", "value": "26"]],
            [["op": "replace", "path": "\(enterprise):manager", "value": ["value": "26"]]],
            fired: "singleReference"
        ),
        Sample(
            "no manager by that name",
            [["op": "remove", "path": "\(enterprise):managerId"]],
            [["op": "remove", "path": "\(enterprise):manager"]],
            fired: "singleReference"
        ),
    ])
    func otherShapes(_ sample: Sample) { checkOperations(sample) }
}
