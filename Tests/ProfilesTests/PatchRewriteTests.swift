import SCIM
import Testing

@testable import Profiles

struct PatchRewriteTests {
    private static let replaceActive: JSON = ["op": "replace", "value": ["active": false]]
    private static let passedOver: JSON = ["op": "add", "value": [:]]

    // MARK: Messages

    @Test(arguments: [
        Sample(
            "missing",
            ["Operations": [replaceActive]],
            ["schemas": [patchOp], "Operations": [replaceActive]],
            fired: "patchSchemas"
        ),
        Sample(
            "null",
            ["Schemas": nil, "operations": [replaceActive]],
            ["Schemas": [patchOp], "operations": [replaceActive]],
            fired: "patchSchemas"
        ),
        Sample(
            "the resource's",
            ["schemas": ["urn:scim:schemas:core:2.0"], "Operations": []],
            ["schemas": ["urn:scim:schemas:core:2.0", patchOp], "Operations": []],
            fired: "patchSchemas"
        ),
        Sample(
            "text",
            ["schemas": patchOp, "Operations": [replaceActive]],
            ["schemas": [patchOp], "Operations": [replaceActive]],
            fired: "patchSchemas"
        ),
        Sample(
            "another case",
            [
                "schemas": ["URN:ietf:params:scim:api:messages:2.0:patchop"],
                "Operations": [replaceActive],
            ]
        ),
        Sample("no operations", ["active": false]),
        Sample("a number", ["schemas": 7, "Operations": [replaceActive]]),
    ])
    func patchSchemas(_ sample: Sample) { checkMessage(sample) }

    @Test(arguments: [
        Sample(
            "bare array",
            [replaceActive],
            ["schemas": [patchOp], "Operations": [replaceActive]],
            fired: "operationList"
        ),
        Sample(
            "one operation",
            ["schemas": [patchOp], "Operations": replaceActive],
            ["schemas": [patchOp], "Operations": [replaceActive]],
            fired: "operationList"
        ),
        Sample("empty array", []),
        Sample("array of something else", [["active": false]]),
        Sample("object without op", ["schemas": [patchOp], "Operations": ["active": false]]),
    ])
    func operationList(_ sample: Sample) { checkMessage(sample) }

    private static let scim1: JSON = ["urn:scim:schemas:core:1.0"]

    @Test(arguments: [
        Sample(
            "add",
            ["schemas": scim1, "members": [["value": "26", "operation": "add"]]],
            [
                "schemas": [patchOp],
                "Operations": [["op": "add", "path": "members", "value": [["value": "26"]]]],
            ],
            type: .group,
            fired: "memberOperations"
        ),
        Sample(
            "delete, without schemas",
            ["members": [["value": "26", "operation": "Delete"]]],
            [
                "schemas": [patchOp],
                "Operations": [["op": "remove", "path": "members", "value": [["value": "26"]]]],
            ],
            type: .group,
            fired: "memberOperations"
        ),
        Sample(
            "both, and more",
            [
                "schemas": scim1, "id": "7", "displayName": "Crew",
                "members": [["value": "1"], ["value": "2", "operation": "delete"]],
            ],
            [
                "schemas": [patchOp],
                "Operations": [
                    ["op": "replace", "value": ["displayName": "Crew"]],
                    ["op": "remove", "path": "members", "value": [["value": "2"]]],
                    ["op": "add", "path": "members", "value": [["value": "1"]]],
                ],
            ],
            type: .group,
            fired: "memberOperations"
        ),
        Sample(
            "attributes to clear",
            ["schemas": scim1, "meta": ["attributes": ["title"]], "active": "false"],
            [
                "schemas": [patchOp],
                "Operations": [
                    ["op": "remove", "path": "title"],
                    ["op": "replace", "value": ["active": "false"]],
                ],
            ],
            fired: "memberOperations"
        ),
        Sample(
            "unknown operation",
            [
                "members": [
                    ["value": "1", "operation": "move"], ["value": "2", "operation": "add"],
                ]
            ],
            type: .group
        ),
        Sample(
            "SCIM 2.0",
            ["schemas": [.string(Schema.group.id)], "members": [["value": "1"]]],
            type: .group
        ),
        Sample("nothing", ["schemas": scim1, "id": "7"], type: .group),
        Sample("text", ["schemas": scim1, "members": ["7"]], type: .group),
    ])
    func memberOperations(_ sample: Sample) { checkMessage(sample) }

    // MARK: Names

    @Test(arguments: [
        Sample(
            "path",
            [
                [
                    "op": "add", "path": "urn:scim:schemas:extension:enterprise:1.0:department",
                    "value": "IT",
                ]
            ],
            [["op": "add", "path": "\(enterprise):department", "value": "IT"]],
            fired: "legacyURNs"
        ),
        Sample(
            "path that is a URN",
            [
                [
                    "op": "remove",
                    "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0User",
                ]
            ],
            [["op": "remove", "path": "\(enterprise)"]],
            fired: "legacyURNs"
        ),
        Sample(
            "filtered path",
            [["op": "remove", "path": "urn:scim:schemas:core:2.0:User:emails[type eq \"work\"]"]],
            [["op": "remove", "path": "\(Schema.user.id):emails[type eq \"work\"]"]],
            fired: "legacyURNs"
        ),
        Sample(
            "member of the value",
            [
                [
                    "op": "add",
                    "value": [
                        "urn:scim:schemas:extension:enterprise:2.0": ["department": "IT"]
                    ],
                ]
            ],
            [["op": "add", "value": [enterprise: ["department": "IT"]]]],
            fired: "legacyURNs"
        ),
    ])
    func legacyURNs(_ sample: Sample) { checkOperations(sample) }

    @Test(arguments: [
        Sample(
            "in order",
            [
                [
                    "op": "replace",
                    "value": [
                        "active": false, "name.givenName": "A", "title": "T", "nickName": "N",
                        "emails[type eq \"work\"].value": "a@b.example",
                        "\(enterprise):department": "IT", "\(Schema.user.id):locale": "de",
                    ],
                ]
            ],
            [
                ["op": "replace", "value": ["active": false]],
                ["op": "replace", "path": "name.givenName", "value": "A"],
                ["op": "replace", "value": ["title": "T", "nickName": "N"]],
                [
                    "op": "replace", "path": "emails[type eq \"work\"].value",
                    "value": "a@b.example",
                ],
                ["op": "replace", "path": "\(enterprise):department", "value": "IT"],
                ["op": "replace", "path": "\(Schema.user.id):locale", "value": "de"],
            ],
            fired: "dottedKeys"
        ),
        Sample(
            "core schema's URN",
            [["op": "replace", "value": [Schema.user.id: ["active": false]]]],
            [["op": "replace", "value": ["active": false]]],
            fired: "dottedKeys"
        ),
        Sample(
            "core schema's URN as the path",
            [
                ["op": "replace", "path": "\(Schema.user.id)", "value": ["active": false]],
                ["op": "add", "path": "\(Schema.user.id)", "value": ["name.givenName": "A"]],
                ["op": "add", "path": "\(Schema.user.id)", "value": "A"],
            ],
            [
                ["op": "replace", "value": ["active": false]],
                ["op": "add", "path": "name.givenName", "value": "A"],
                ["op": "add", "value": "A"],
            ],
            fired: "dottedKeys"
        ),
        Sample(
            "core schema's URN as the path of what is to be removed",
            [["op": "remove", "path": "\(Schema.user.id)"]]
        ),
        Sample(
            "read-only and unknown",
            [
                [
                    "op": "add",
                    "value": [
                        "\(enterprise):manager.displayName": "J", "meta.version": "1",
                        "name.foo": 1, enterprise: ["department": "IT"],
                    ],
                ]
            ]
        ),
        Sample("with a path", [["op": "add", "path": "name", "value": ["name.givenName": "A"]]]),
    ])
    func dottedKeys(_ sample: Sample) { checkOperations(sample) }

    @Test(arguments: [
        Sample(
            "path",
            [["op": "replace", "path": "department", "value": "IT"]],
            [["op": "replace", "path": "\(enterprise):department", "value": "IT"]],
            fired: "shortExtensionNames"
        ),
        Sample(
            "member of the value",
            [["op": "replace", "value": ["department": "IT", "title": "T"]]],
            [
                ["op": "replace", "path": "\(enterprise):department", "value": "IT"],
                ["op": "replace", "value": ["title": "T"]],
            ],
            fired: "shortExtensionNames"
        ),
        Sample("core attribute", [["op": "replace", "path": "title", "value": "T"]]),
    ])
    func shortExtensionNames(_ sample: Sample) { checkOperations(sample) }

    @Test(arguments: [
        Sample(
            "the manager's name",
            [["op": "replace", "path": "\(enterprise):manager.displayName", "value": "J"]],
            [passedOver],
            fired: "readOnlyPath"
        ),
        Sample("read-only attribute", [["op": "replace", "path": "id", "value": "x"]]),
        Sample("within it", [["op": "replace", "path": "meta.version", "value": "x"]]),
        Sample("groups", [["op": "remove", "path": "groups[value eq \"x\"]"]]),
    ])
    func readOnlyPath(_ sample: Sample) { checkOperations(sample) }

    @Test(arguments: [
        Sample(
            "attribute",
            [
                ["op": "add", "path": "favouriteTea", "value": "oolong"],
                ["op": "replace", "path": "title", "value": "T"],
            ],
            [passedOver, ["op": "replace", "path": "title", "value": "T"]],
            fired: "unknownPath"
        ),
        Sample(
            "extension",
            [["op": "replace", "path": "urn:example:x:1.0:User:activeDirectoryID", "value": 1]],
            [passedOver],
            fired: "unknownPath"
        ),
        Sample(
            "sub-attribute",
            [
                ["op": "add", "path": "name.foo", "value": "x"],
                ["op": "add", "path": "emails[type eq \"work\"].colour", "value": "x"],
            ],
            [passedOver, passedOver],
            fired: "unknownPath"
        ),
        Sample(
            "part of a simple attribute",
            [["op": "replace", "path": "active.value", "value": false]]
        ),
        Sample(
            "looks like access",
            [
                ["op": "replace", "path": "isActive", "value": false],
                ["op": "replace", "path": "accountEnabled", "value": false],
            ]
        ),
        Sample(
            "looks like members",
            [["op": "remove", "path": "groupMembers", "value": []]],
            type: .group
        ),
        Sample("part of a member", [["op": "remove", "path": "members.foo"]], type: .group),
        Sample(
            "the whole resource",
            [["op": "remove", "path": "\(Schema.group.id)"]],
            type: .group
        ),
        Sample("malformed", [["op": "replace", "path": "favourite tea", "value": "x"]]),
    ])
    func unknownPath(_ sample: Sample) { checkOperations(sample) }

    // MARK: Values

    @Test(arguments: [
        Sample(
            "path",
            [["op": "replace", "path": "active", "value": "False"]],
            [["op": "replace", "path": "active", "value": false]],
            fired: "booleanText"
        ),
        Sample(
            "no path",
            [["op": "replace", "value": ["active": "true"]]],
            [["op": "replace", "value": ["active": true]]],
            fired: "booleanText"
        ),
        Sample(
            "filter",
            [["op": "replace", "path": "roles[primary eq \"True\"].value", "value": "a"]],
            [["op": "replace", "path": "roles[primary eq true].value", "value": "a"]],
            fired: "booleanText"
        ),
        Sample(
            "element",
            [["op": "add", "path": "emails[type eq \"work\"]", "value": ["primary": "True"]]],
            [["op": "add", "path": "emails[type eq \"work\"]", "value": ["primary": true]]],
            fired: "booleanText"
        ),
        Sample(
            "sub-attribute",
            [["op": "add", "path": "emails[type eq \"work\"].primary", "value": "True"]],
            [["op": "add", "path": "emails[type eq \"work\"].primary", "value": true]],
            fired: "booleanText"
        ),
        Sample("other text", [["op": "replace", "path": "active", "value": "maybe"]]),
        Sample(
            "text attribute",
            [
                [
                    "op": "replace", "path": "roles[value eq \"True\"].value",
                    "value": "False",
                ]
            ]
        ),
    ])
    func booleanText(_ sample: Sample) { checkOperations(sample) }

    @Test(arguments: [
        Sample(
            "value",
            [["op": "add", "path": "\(enterprise):employeeNumber", "value": 417]],
            [["op": "add", "path": "\(enterprise):employeeNumber", "value": "417"]],
            fired: "numberAsText"
        ),
        Sample(
            "whole extension",
            [["op": "add", "path": "\(enterprise)", "value": ["costCenter": 4]]],
            [["op": "add", "path": "\(enterprise)", "value": ["costCenter": "4"]]],
            fired: "numberAsText"
        ),
        Sample(
            "filter",
            [["op": "remove", "path": "members[value eq 26]"]],
            [["op": "remove", "path": "members[value eq \"26\"]"]],
            type: .group,
            fired: "numberAsText"
        ),
    ])
    func numberAsText(_ sample: Sample) { checkOperations(sample) }

    @Test(arguments: [
        Sample(
            "bare member",
            [["op": "add", "path": "members", "value": "26", "x": 1]],
            [["op": "add", "path": "members", "value": [["value": "26"]]]],
            type: .group,
            fired: "textForElement"
        ),
        Sample(
            "object",
            [["op": "replace", "path": "emails", "value": ["value": "a@b.example"]]],
            [["op": "replace", "path": "emails", "value": [["value": "a@b.example"]]]],
            fired: "singleValueForArray"
        ),
        Sample(
            "array of one",
            [["op": "replace", "path": "displayName", "value": ["x"]]],
            [["op": "replace", "path": "displayName", "value": "x"]],
            fired: "arrayForSingleValue"
        ),
        Sample(
            "empty element",
            [["op": "add", "value": ["photos": [["value": "", "type": "photo"]]]]],
            [["op": "add", "value": ["photos": []]]],
            fired: "emptyElements"
        ),
        Sample("the empty value of a part", [["op": "replace", "path": "title", "value": ""]]),
        Sample("emptying", [["op": "replace", "path": "members", "value": []]], type: .group),
        Sample(
            "empty text for members",
            [["op": "replace", "path": "members", "value": ""]],
            type: .group
        ),
        Sample(
            "members with null",
            [
                [
                    "op": "add", "path": "members",
                    "value": [["$ref": nil, "value": "26", "displayName": "J"]],
                ]
            ],
            type: .group
        ),
    ])
    func shapes(_ sample: Sample) { checkOperations(sample) }

    @Test(arguments: [
        Sample(
            "text",
            [["op": "add", "path": "\(enterprise):manager", "value": "26"]],
            [["op": "add", "path": "\(enterprise):manager", "value": ["value": "26"]]],
            fired: "singleReference"
        ),
        Sample(
            "array under the short name",
            [["op": "add", "path": "manager", "value": [["$ref": "x", "value": "26"]]]],
            [
                [
                    "op": "add", "path": "\(enterprise):manager",
                    "value": ["$ref": "x", "value": "26"],
                ]
            ],
            fired: "shortExtensionNames",
            "arrayForSingleValue"
        ),
        Sample(
            "cleared by empty text",
            [["op": "replace", "path": "\(enterprise):manager", "value": ""]],
            [["op": "remove", "path": "\(enterprise):manager"]],
            fired: "singleReference"
        ),
        Sample(
            "cleared by adding",
            [["op": "add", "path": "manager", "value": ""]],
            [["op": "remove", "path": "\(enterprise):manager"]],
            fired: "shortExtensionNames",
            "singleReference"
        ),
        Sample(
            "cleared by empty objects",
            [
                ["op": "replace", "path": "manager", "value": [:]],
                ["op": "replace", "path": "manager", "value": ["value": ""]],
                ["op": "replace", "path": "manager", "value": [["$ref": nil, "value": nil]]],
                ["op": "replace", "path": "manager.value", "value": ""],
            ],
            .array(
                .init(
                    repeating: ["op": "remove", "path": "\(enterprise):manager"],
                    count: 4
                )
            ),
            fired: "shortExtensionNames",
            "arrayForSingleValue",
            "singleReference"
        ),
        Sample(
            "member of the value",
            [["op": "replace", "value": [enterprise: ["manager": "26", "department": "IT"]]]],
            [
                [
                    "op": "replace",
                    "value": [enterprise: ["manager": ["value": "26"], "department": "IT"]],
                ]
            ],
            fired: "singleReference"
        ),
        Sample(
            "cleared in the value",
            [["op": "add", "value": [enterprise: ["manager": "", "department": "IT"]]]],
            [
                ["op": "add", "value": [enterprise: ["department": "IT"]]],
                ["op": "remove", "path": "\(enterprise):manager"],
            ],
            fired: "singleReference"
        ),
        Sample(
            "cleared under its path in the value",
            [["op": "replace", "value": ["\(enterprise):manager": "", "title": "T"]]],
            [
                ["op": "remove", "path": "\(enterprise):manager"],
                ["op": "replace", "value": ["title": "T"]],
            ],
            fired: "dottedKeys",
            "singleReference"
        ),
        Sample(
            "cleared in the extension",
            [["op": "replace", "path": "\(enterprise)", "value": ["manager": ["managerId": ""]]]],
            [
                ["op": "replace", "path": "\(enterprise)", "value": [:]],
                ["op": "remove", "path": "\(enterprise):manager"],
            ],
            fired: "singleReference"
        ),
        Sample("removed", [["op": "remove", "path": "\(enterprise):manager"]]),
    ])
    func manager(_ sample: Sample) { checkOperations(sample) }

    // MARK: Removal

    @Test(arguments: [
        Sample(
            "one",
            [["op": "remove", "path": "members", "value": [["$ref": nil, "value": "26"]]]],
            [["op": "remove", "path": "members", "listed": [["value": "26"]]]],
            type: .group,
            fired: "removeListedValues"
        ),
        Sample(
            "several",
            [["op": "remove", "path": "members", "value": [["value": "1"], ["value": "2"]]]],
            [["op": "remove", "path": "members", "listed": [["value": "1"], ["value": "2"]]]],
            type: .group,
            fired: "removeListedValues"
        ),
        Sample(
            "object",
            [["op": "remove", "path": "members", "value": ["value": "1"]]],
            [["op": "remove", "path": "members", "listed": [["value": "1"]]]],
            type: .group,
            fired: "singleValueForArray",
            "removeListedValues"
        ),
        Sample(
            "text",
            [["op": "remove", "path": "members", "value": ["1"]]],
            [["op": "remove", "path": "members", "listed": [["value": "1"]]]],
            type: .group,
            fired: "textForElement",
            "removeListedValues"
        ),
        Sample(
            "repeated name",
            [["op": "remove", "path": "members", "value": ["members": [["value": "1"]]]]],
            [["op": "remove", "path": "members", "listed": [["value": "1"]]]],
            type: .group,
            fired: "repeatedName",
            "removeListedValues"
        ),
        Sample(
            "quotes in a value",
            [["op": "remove", "path": "roles", "value": [["value": "{\"id\":\"1\"}"]]]],
            [["op": "remove", "path": "roles", "listed": [["value": "{\"id\":\"1\"}"]]]],
            fired: "removeListedValues"
        ),
        Sample(
            "by type",
            [["op": "remove", "path": "emails", "value": [["type": "work"]]]],
            [["op": "remove", "path": "emails", "listed": [["type": "work"]]]],
            fired: "removeListedValues"
        ),
        Sample(
            "address",
            [
                [
                    "op": "remove", "path": "addresses",
                    "value": [["locality": "Oslo", "type": "work", "region": nil]],
                ]
            ],
            [
                [
                    "op": "remove", "path": "addresses",
                    "listed": [["locality": "Oslo", "type": "work"]],
                ]
            ],
            fired: "removeListedValues"
        ),
        Sample(
            "nothing listed",
            [
                ["op": "remove", "path": "members", "value": []],
                ["op": "remove", "path": "members", "value": [:]],
                ["op": "remove", "path": "members", "value": ["members": []]],
            ],
            [passedOver, passedOver, passedOver],
            type: .group,
            fired: "repeatedName",
            "removeListedValues"
        ),
        Sample(
            "all",
            [
                ["op": "remove", "path": "members"],
                ["op": "remove", "path": "members", "value": nil],
            ],
            type: .group
        ),
        Sample(
            "filtered already",
            [["op": "remove", "path": "members[value eq \"1\"]"]],
            type: .group
        ),
        Sample("one value", [["op": "remove", "path": "title", "value": "T"]]),
        Sample(
            "several ids in one text",
            [["op": "remove", "path": "members", "value": [["value": "1,2"]]]],
            type: .group
        ),
        Sample(
            "an id with blanks around it",
            [["op": "remove", "path": "members", "value": [["value": " 1 "]]]],
            type: .group
        ),
        Sample(
            "a value that is a name",
            [["op": "remove", "path": "roles", "value": [["value": "editor, author"]]]],
            [["op": "remove", "path": "roles", "listed": [["value": "editor, author"]]]],
            fired: "removeListedValues"
        ),
    ])
    func removeListedValues(_ sample: Sample) { checkOperations(sample) }

    @Test(arguments: [
        Sample(
            "repeated name in adding",
            [
                ["op": "add", "path": "members", "value": ["members": [["value": "1"]]]],
                ["op": "replace", "path": "members", "value": ["Members": []]],
            ],
            [
                ["op": "add", "path": "members", "value": [["value": "1"]]],
                ["op": "replace", "path": "members", "value": []],
            ],
            type: .group,
            fired: "repeatedName"
        ),
        Sample(
            "more than the name",
            [["op": "add", "path": "members", "value": [["members": [], "value": "1"]]]],
            type: .group
        ),
    ])
    func repeatedName(_ sample: Sample) { checkOperations(sample) }

    @Test(arguments: [
        Sample(
            "members",
            [["op": "remove", "value": ["members": [["value": "1"]]]]],
            [["op": "remove", "path": "members", "listed": [["value": "1"]]]],
            type: .group,
            fired: "removeWithoutPath",
            "removeListedValues"
        ),
        Sample(
            "simple values",
            [["op": "remove", "value": ["title": "T", "nickName": nil]]],
            [
                ["op": "remove", "path": "title", "value": "T"],
                ["op": "remove", "path": "nickName", "value": nil],
            ],
            fired: "removeWithoutPath"
        ),
        Sample(
            "part of a complex value",
            [["op": "remove", "value": ["name": ["givenName": "A"]]]]
        ),
        Sample("empty", [["op": "remove", "value": [:]]]),
    ])
    func removeWithoutPath(_ sample: Sample) { checkOperations(sample) }

    /// However many are listed, all are there, and no limit on filters counts.
    @Test(arguments: [1, 20, 3_000])
    func removesLongLists(count: Int) throws {
        let ids = (0..<count).map { "\($0)-4a1c-4d8e-9c55-6f1b2a3c4d5e" }
        let outcome = try Self.apply(
            [
                "op": "remove", "path": "members",
                "value": .array(ids.map { ["value": .string($0)] }),
            ],
            to: ["displayName": "Crew"],
            .group
        )
        #expect(outcome.memberChanges.count == 1)
        guard case .remove(let removed)? = outcome.memberChanges.first else {
            Issue.record("no removal")
            return
        }
        #expect(removed == ids)
    }

    @Test func removesLongValues() throws {
        let values = (0..<1_000).map { "\($0)" + String(repeating: "x", count: 700) }
        let outcome = try Self.apply(
            [
                "op": "remove", "path": "roles",
                "value": .array(values.map { ["value": .string($0)] }),
            ],
            to: ["roles": .array((values + ["kept"]).map { ["value": .string($0)] })]
        )
        #expect(outcome.resource["roles"] == [["value": "kept"]])
    }

    /// As a filter would: values without regard to case where the schema says so, else all that is
    /// said of an element.
    @Test(
        arguments: [
            ([["value": "A@B.example"]], ["home"]),
            ([["value": "a@b.example", "type": "home"]], ["home"]),
            ([["type": "HOME"]], ["work"]),
            ([["type": "home", "primary": true]], ["work", "home"]),
            ([["type": "other"], ["value": "x"]], ["work", "home"]),
            ([["type": "work"], ["value": "c@d.example"]], []),
        ] as [(JSON, [String])]
    )
    func removesWhatIsListed(_ listed: JSON, _ kept: [String]) throws {
        let work: JSON = ["value": "a@b.example", "type": "work"]
        let home: JSON = ["value": "c@d.example", "type": "home"]
        let outcome = try Self.apply(
            ["op": "remove", "path": "emails", "value": listed],
            to: ["emails": [work, home]]
        )
        let types = outcome.resource["emails"]?.array?.compactMap { $0.object?["type"]?.string }
        #expect((types ?? []) == kept)
    }

    private static func apply(
        _ operation: JSON,
        to resource: JSONObject,
        _ type: ResourceType = .user
    ) throws -> Patch.Outcome {
        let message: JSON = ["schemas": [patchOp], "Operations": [operation]]
        let request = try Profile.generic.patch(message, type).value
        return try Profile.generic.patch(of: type, links: nil, limits: .standard)
            .apply(request.operations, to: resource)
    }
}
