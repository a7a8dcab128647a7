import SCIM
import Testing

@testable import Profiles

/// What single clients send, through their own profiles.
struct ClientTests {
    @Test func entraFoldsAttributesIntoOneOperation() {
        checkOperations(
            Sample(
                "aadOptscim062020",
                [
                    [
                        "op": "replace",
                        "value": [
                            "displayName": "Jo", "name.givenName": "Jo",
                            "\(enterprise):employeeNumber": "00932", "\(enterprise):manager": "",
                        ],
                    ],
                    [
                        "op": "replace", "path": "emails[type eq \"work\"].value",
                        "value": "j@b.example",
                    ],
                ],
                [
                    ["op": "replace", "value": ["displayName": "Jo"]],
                    ["op": "replace", "path": "name.givenName", "value": "Jo"],
                    ["op": "replace", "path": "\(enterprise):employeeNumber", "value": "00932"],
                    ["op": "remove", "path": "\(enterprise):manager"],
                    [
                        "op": "replace", "path": "emails[type eq \"work\"].value",
                        "value": "j@b.example",
                    ],
                ],
                fired: "dottedKeys",
                "singleReference"
            ),
            profile: .entra
        )
    }

    @Test func entraSearchesWithoutQuotes() throws {
        try FilterSample(
            "id eq 5b1d-4c7e and manager eq 2017",
            "id eq 5b1d-4c7e and \(enterprise):manager eq \"2017\"",
            fired: "shortExtensionNames",
            "numberAsText"
        ).check(profile: .entra)
    }

    @Test func wso2SendsAddressesAsText() {
        checkResource(
            Sample(
                "emails",
                ["userName": "u", "emails": ["a@b.example"], "roles": [""]],
                ["userName": "u", "emails": [["value": "a@b.example"]], "roles": []],
                fired: "textForElement",
                "emptyElements"
            ),
            profile: .wso2
        )
    }

    @Test func wso2NamesTheManagerByPath() {
        checkOperations(
            Sample(
                "manager",
                [
                    ["op": "replace", "path": "\(enterprise):manager.displayName", "value": "J"],
                    ["op": "replace", "path": "name.givenName", "value": "A"],
                ],
                [
                    ["op": "add", "value": [:]],
                    ["op": "replace", "path": "name.givenName", "value": "A"],
                ],
                fired: "readOnlyPath"
            ),
            profile: .wso2
        )
    }

    @Test func keycloakEmptiesGroupsByNull() {
        checkOperations(
            Sample(
                "null",
                [["op": "remove", "path": "members", "value": nil]],
                type: .group
            ),
            profile: .keycloak
        )
    }

    @Test func gluuNamesAttributesOfItsOwn() {
        checkOperations(
            Sample(
                "extension",
                [
                    [
                        "op": "add",
                        "path": "urn:ietf:params:scim:schemas:extension:gluu:2.0:User:x",
                        "value": 1,
                    ]
                ],
                [["op": "add", "value": [:]]],
                fired: "unknownPath"
            ),
            profile: .gluu
        )
    }

    @Test(arguments: [
        "okta", "entra", "jumpcloud", "authentik", "cyberark", "keycloak", "onelogin",
    ])
    func removesThoseListed(name: String) throws {
        checkOperations(
            Sample(
                "list",
                [["op": "remove", "path": "members", "value": [["value": "1"]]]],
                [["op": "remove", "path": "members", "listed": [["value": "1"]]]],
                type: .group,
                fired: "removeListedValues"
            ),
            profile: try #require(Profile.named(name))
        )
    }

    @Test func strictRewritesNothing() {
        checkOperations(
            Sample(
                "list",
                [["op": "remove", "path": "members", "value": [["value": "1"]]]],
                type: .group
            ),
            profile: .strict
        )
        checkResource(Sample("text", ["active": "True"]), profile: .strict)
    }
}
