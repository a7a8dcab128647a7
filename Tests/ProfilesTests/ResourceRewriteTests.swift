import SCIM
import Testing

@testable import Profiles

/// Bodies of POST and PUT.
struct ResourceRewriteTests {
    @Test(arguments: [
        Sample("text in any case", ["active": "True"], ["active": true], fired: "booleanText"),
        Sample("FALSE", ["ACTIVE": "FALSE"], ["ACTIVE": false], fired: "booleanText"),
        Sample(
            "in elements",
            ["emails": [["value": "a", "primary": "true"], ["value": "b"]]],
            ["emails": [["value": "a", "primary": true], ["value": "b"]]],
            fired: "booleanText"
        ),
        Sample("other text", ["active": "yes"]),
        Sample("text attribute", ["displayName": "True", "custom": "True"]),
        Sample("boolean", ["active": false]),
    ])
    func booleanText(_ sample: Sample) { checkResource(sample) }

    @Test(arguments: [
        Sample("externalId", ["externalId": 12], ["externalId": "12"], fired: "numberAsText"),
        Sample(
            "extension",
            [enterprise: ["employeeNumber": 417]],
            [enterprise: ["employeeNumber": "417"]],
            fired: "numberAsText"
        ),
        Sample(
            "member",
            ["members": [["value": 7]]],
            ["members": [["value": "7"]]],
            type: .group,
            fired: "numberAsText"
        ),
        Sample("fraction", ["externalId": .number(1.5)]),
        Sample("leading zeros", [enterprise: ["employeeNumber": "00417"]]),
        Sample("unknown and read-only", ["shoeSize": 42, "id": 3, "groups": [["value": 3]]]),
    ])
    func numberAsText(_ sample: Sample) { checkResource(sample) }

    @Test(arguments: [
        Sample("one", ["active": 1], ["active": true], fired: "booleanNumber"),
        Sample(
            "nought, in an array",
            ["active": [0]],
            ["active": false],
            fired: "arrayForSingleValue",
            "booleanNumber"
        ),
        Sample("two", ["active": 2]),
        Sample("a fraction", ["active": .number(0.5)]),

    ])
    func booleanNumber(_ sample: Sample) { checkResource(sample) }

    @Test(arguments: [
        Sample(
            "lines",
            ["x509Certificates": [["value": " MIID\r\nQzCC  \nAqyg\n"], ["value": "AwIB"]]],
            ["x509Certificates": [["value": "MIIDQzCCAqyg"], ["value": "AwIB"]]],
            fired: "base64Lines"
        ),
        Sample(
            "lines of any length",
            ["x509Certificates": [["value": "MIIDQ\nzCCAqyg"]]],
            ["x509Certificates": [["value": "MIIDQzCCAqyg"]]],
            fired: "base64Lines"
        ),
        Sample(
            "lines with spaces between",
            ["x509Certificates": [["value": "MIIDQzCC AqygAwIB AgIC"]]],
            ["x509Certificates": [["value": "MIIDQzCCAqygAwIBAgIC"]]],
            fired: "base64Lines"
        ),
        Sample("a space for a plus sign", ["x509Certificates": [["value": "MIIDQ zCCAqyg AwIB"]]]),
        Sample(
            "within a line",
            ["x509Certificates": [["value": "MIIDQzCC\nAqyg AwIBAgIC\nAgIC"]]]
        ),
        Sample("not base64", ["x509Certificates": [["value": "M*"], ["display": "a b"]]]),
        Sample("text", ["displayName": "a b", "photos": [["value": "a b"]]]),
    ])
    func base64Lines(_ sample: Sample) { checkResource(sample) }

    @Test(arguments: [
        Sample(
            "in armour",
            [
                "x509Certificates": [
                    [
                        "value":
                            "-----BEGIN CERTIFICATE-----\nMIID\nQzCC\n-----END CERTIFICATE-----\n"
                    ]
                ]
            ],
            ["x509Certificates": [["value": "MIIDQzCC"]]],
            fired: "pemArmour",
            "base64Lines"
        ),
        Sample(
            "two of them",
            [
                "x509Certificates": [
                    [
                        "value":
                            "-----BEGIN A-----AA-----END A----------BEGIN A-----BB-----END A-----"
                    ]
                ]
            ]
        ),
        Sample(
            "text before",
            ["x509Certificates": [["value": "subject=x\n-----BEGIN A-----AA-----END A-----"]]]
        ),
        Sample("one half", ["x509Certificates": [["value": "-----BEGIN CERTIFICATE-----MIID"]]]),
    ])
    func pemArmour(_ sample: Sample) { checkResource(sample) }

    @Test(arguments: [
        Sample(
            "SCIM 1.1",
            [
                "schemas": [
                    "urn:scim:schemas:core:1.0", "urn:scim:schemas:extension:enterprise:1.0",
                ],
                "urn:scim:schemas:extension:enterprise:1.0": ["department": "IT"],
            ],
            [
                "schemas": [.string(Schema.user.id), .string(enterprise)],
                enterprise: ["department": "IT"],
            ],
            fired: "legacyURNs"
        ),
        Sample(
            "draft of 2.0",
            [
                "schemas": ["urn:scim:schemas:core:2.0:User"],
                "urn:scim:schemas:extension:enterprise:2.0:User": ["department": "IT"],
            ],
            ["schemas": [.string(Schema.user.id)], enterprise: ["department": "IT"]],
            fired: "legacyURNs"
        ),
        Sample(
            "group",
            ["schemas": ["urn:scim:schemas:core:2.0:Group"], "displayName": "x"],
            ["schemas": [.string(Schema.group.id)], "displayName": "x"],
            type: .group,
            fired: "legacyURNs"
        ),
        Sample(
            "without a colon",
            ["urn:ietf:params:scim:schemas:extension:enterprise:2.0User": ["department": "IT"]],
            [enterprise: ["department": "IT"]],
            fired: "legacyURNs"
        ),
        Sample(
            "under both names",
            [
                "urn:scim:schemas:extension:enterprise:1.0": ["department": "A", "division": "B"],
                enterprise: ["department": "C"],
            ],
            [enterprise: ["department": "C", "division": "B"]],
            fired: "legacyURNs"
        ),
        Sample(
            "flattened",
            ["urn:scim:schemas:extension:enterprise:1.0:department": "IT"],
            [enterprise: ["department": "IT"]],
            fired: "legacyURNs",
            "dottedKeys"
        ),
        Sample("foreign", ["schemas": ["urn:scim:schemas:core:1.01"], "urn:x:y": ["a": 1]]),
        Sample(
            "Microsoft's group schema",
            [
                "schemas": [
                    "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
                ]
            ],
            type: .group
        ),
    ])
    func legacyURNs(_ sample: Sample) { checkResource(sample) }

    @Test(arguments: [
        Sample(
            "extension",
            ["userName": "u", "\(enterprise):department": "IT"],
            ["userName": "u", enterprise: ["department": "IT"]],
            fired: "dottedKeys"
        ),
        Sample(
            "beside the extension",
            ["\(enterprise):manager.value": "26", enterprise: ["department": "IT"]],
            [enterprise: ["department": "IT", "manager": ["value": "26"]]],
            fired: "dottedKeys"
        ),
        Sample(
            "sub-attributes",
            ["name.givenName": "A", "name.familyName": "B"],
            ["name": ["givenName": "A", "familyName": "B"]],
            fired: "dottedKeys"
        ),
        Sample(
            "what is there stays",
            ["name": ["givenName": "A"], "name.givenName": "B"],
            ["name": ["givenName": "A"]],
            fired: "dottedKeys"
        ),
        Sample(
            "core schema's URN",
            [Schema.user.id: ["userName": "u", "active": false]],
            ["userName": "u", "active": false],
            fired: "dottedKeys"
        ),
        Sample(
            "qualified core attribute",
            ["\(Schema.user.id):title": "T"],
            ["title": "T"],
            fired: "dottedKeys"
        ),
        Sample("one of several values", ["emails.value": "a@b.example"]),
        Sample("unknown", ["colour.hue": 3, "\(enterprise):colour": "red"]),
        Sample("short name", ["department": "IT", "manager": nil]),
    ])
    func dottedKeys(_ sample: Sample) { checkResource(sample) }

    @Test(arguments: [
        Sample(
            "object",
            ["emails": ["value": "a@b.example"]],
            ["emails": [["value": "a@b.example"]]],
            fired: "singleValueForArray"
        ),
        Sample(
            "text elements",
            ["emails": ["a@b.example", ["value": "c@d.example"]]],
            ["emails": [["value": "a@b.example"], ["value": "c@d.example"]]],
            fired: "textForElement"
        ),
        Sample(
            "text",
            ["members": "26"],
            ["members": [["value": "26"]]],
            type: .group,
            fired: "textForElement"
        ),
        Sample(
            "array for one value",
            ["displayName": ["x"], "name": [["givenName": "A"]]],
            ["displayName": "x", "name": ["givenName": "A"]],
            fired: "arrayForSingleValue"
        ),
        Sample(
            "array of text for boolean",
            ["active": ["True"]],
            ["active": true],
            fired: "arrayForSingleValue",
            "booleanText"
        ),
        Sample(
            "empty array for one value",
            [enterprise: ["manager": []]],
            [enterprise: ["manager": nil]],
            fired: "arrayForSingleValue"
        ),
        Sample("two for one", ["displayName": ["x", "y"]]),
        Sample("no value to hold text", ["addresses": ["Quay Lane"]]),
        Sample("empty text", ["members": ""], type: .group),
        Sample("empty object", ["emails": [:]]),
    ])
    func shapes(_ sample: Sample) { checkResource(sample) }

    @Test(arguments: [
        Sample(
            "empty value",
            ["title": "", "phoneNumbers": [["value": "", "type": "work"]]],
            ["title": "", "phoneNumbers": []],
            fired: "emptyElements"
        ),
        Sample(
            "no value",
            ["roles": [["primary": false, "type": "direct"], ["value": "author"]]],
            ["roles": [["value": "author"]]],
            fired: "emptyElements"
        ),
        Sample(
            "address",
            ["addresses": [["type": "work", "locality": "", "region": nil]]],
            ["addresses": []],
            fired: "emptyElements"
        ),
        Sample("some of an address", ["addresses": [["type": "work", "locality": "Oslo"]]]),
        Sample("display alone", ["roles": [["display": "Author"]]]),
        Sample("members are never dropped", ["members": [["value": ""]]], type: .group),
    ])
    func emptyElements(_ sample: Sample) { checkResource(sample) }

    @Test(arguments: [
        Sample(
            "text",
            [enterprise: ["manager": "26"]],
            [enterprise: ["manager": ["value": "26"]]],
            fired: "singleReference"
        ),
        Sample(
            "number",
            [enterprise: ["manager": 26]],
            [enterprise: ["manager": ["value": "26"]]],
            fired: "singleReference"
        ),
        Sample(
            "array",
            [enterprise: ["manager": [["value": "26"]]]],
            [enterprise: ["manager": ["value": "26"]]],
            fired: "arrayForSingleValue"
        ),
        Sample(
            "array of text",
            [enterprise: ["manager": ["26"]]],
            [enterprise: ["manager": ["value": "26"]]],
            fired: "arrayForSingleValue",
            "singleReference"
        ),
        Sample(
            "managerId",
            [enterprise: ["manager": ["managerId": "4411", "displayName": "J"]]],
            [enterprise: ["manager": ["displayName": "J", "value": "4411"]]],
            fired: "singleReference"
        ),
        Sample(
            "managerId as number",
            [enterprise: ["manager": ["managerId": 17]]],
            [enterprise: ["manager": ["value": "17"]]],
            fired: "singleReference",
            "numberAsText"
        ),
        Sample(
            "empty text",
            [enterprise: ["manager": "", "department": "IT"]],
            [enterprise: ["department": "IT"]],
            fired: "singleReference"
        ),
        Sample(
            "empty value",
            [enterprise: ["manager": ["value": "", "displayName": ""]]],
            [enterprise: [:]],
            fired: "singleReference"
        ),
        Sample(
            "empty object",
            [enterprise: ["manager": [:]]],
            [enterprise: [:]],
            fired: "singleReference"
        ),
        Sample("object", [enterprise: ["manager": ["value": "26", "managerId": "1"]]]),
        Sample(
            "reference alone",
            [enterprise: ["manager": ["$ref": "../Users/26"]]],
            [enterprise: ["manager": ["$ref": "../Users/26", "value": "26"]]],
            fired: "singleReference"
        ),
        Sample(
            "id",
            [enterprise: ["manager": ["id": "26"]]],
            [enterprise: ["manager": ["value": "26"]]],
            fired: "singleReference"
        ),
        Sample("reference to nothing", [enterprise: ["manager": ["$ref": "Users/"]]]),
        Sample("null", [enterprise: ["manager": nil]]),
        Sample("boolean", [enterprise: ["manager": true]]),
    ])
    func manager(_ sample: Sample) { checkResource(sample) }
}
