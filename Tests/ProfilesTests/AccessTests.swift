import SCIM
import Testing

@testable import Profiles

/// What seems to mean access is done or refused, and never passed over: the account of somebody
/// who has left would stay open.
struct AccessTests {
    private static let core = Schema.user.id
    private static let groupCore = Schema.group.id

    // MARK: Done

    @Test(
        arguments: UnambiguousTests.lenient,
        [
            "\(core).active", "User.active", "user.ACTIVE", "$.active", "\(core):active",
            "urn:scim:schemas:core:1.0:active", "urn:scim:schemas:core:1.0.active",
            "urn:scim:schemas:core:2.0:User:active",
        ]
    )
    func switchesOffByWhateverName(profile: String, name: String) throws {
        let sent: [JSON] = [
            ["op": "replace", "path": .string(name), "value": false],
            ["op": "replace", "value": .object([name: false])],
            ["op": "Replace", "path": .string(name), "value": "False"],
        ]
        for operation in sent {
            let outcome = try apply(operation, profile, to: ["active": true])
            #expect(outcome.resource["active"] == false, "\(operation)")
        }
        let body = try #require(Profile.named(profile)).resource(.object([name: false]), .user)
        #expect(try ResourceType.user.canonical(body.value)["active"] == false)
    }

    @Test(
        arguments: UnambiguousTests.lenient,
        [
            "\(groupCore).members[value eq \"26\"]", "Group.members[value eq \"26\"]",
            "$.members[value eq \"26\"]", "urn:scim:schemas:core:1.0:members[value eq \"26\"]",
            "members[value eq 26]",
        ]
    )
    func removesMembersByWhateverName(profile: String, path: String) throws {
        let outcome = try apply(["op": "remove", "path": .string(path)], profile, .group)
        guard case .remove(let ids)? = outcome.memberChanges.first else {
            Issue.record("nobody is removed")
            return
        }
        #expect(ids == ["26"])
    }

    @Test(arguments: [
        ("\(core).name.givenName", "name.givenName"), ("User.userName", "userName"),
        ("$.title", "title"), ("\(enterprise).department", "department"),
    ])
    func otherAttributesLikewise(sent: String, meant: String) throws {
        let expected = try Profile.generic.filter("\(meant) eq \"x\"", .user).value
        let filter = try Profile.generic.filter("\(sent) eq \"x\"", .user)
        #expect(
            try ResourceType.user.resolve(#require(filter.value.path))?.name
                == ResourceType.user.resolve(#require(expected.path))?.name
        )
    }

    // MARK: Refused

    private static let suspects = [
        "isActive", "enabled", "accountEnabled", "IsEnabled", "disabled", "suspended", "locked",
        "lockedOut", "isLockedOut", "banned",
        "actve", "activ", "acitve", "actives", "inactive", "account.enabled", "Users.active",
        "urn:ietf:params:scim:schemas:core:2.0:Users:active", "\(core)s.active", "\(core):actve",
        "urn:ietf:params:scim:schemas:core:1.0:User:active", "urn:scim:schemas:core:3.0:active",
        "urn:example:x:2.0:User:active", "urn:ietf:params:scim:schemas:core:2.0:User:name:active",
        "urn:ietf:params:scim:schemas:extension:enterprise:3.0:User:department",
    ]

    @Test(arguments: UnambiguousTests.lenient, suspects)
    func refusesWhatSeemsToMeanAccess(profile: String, name: String) {
        for operation: JSON in [
            ["op": "replace", "path": .string(name), "value": false],
            ["op": "remove", "path": .string(name)],
            ["op": "replace", "value": .object([name: false])],
            ["op": "add", "value": .object(["title": "t", name: false])],
        ] {
            let error = #expect(throws: SCIMError.self, "\(operation)") {
                try apply(operation, profile, to: ["active": true])
            }
            #expect(error?.status == 400 && error?.scimType == .invalidPath)
        }
        let error = #expect(throws: SCIMError.self) {
            let body: JSONObject = ["userName": "ann", name: false]
            _ = try #require(Profile.named(profile)).resource(.object(body), .user)
        }
        #expect(error?.scimType == .invalidValue)
    }

    @Test(
        arguments: UnambiguousTests.lenient,
        [
            "memebers", "member", "Membres", "membersList", "groupMembers", "Users.members",
            "urn:ietf:params:scim:schemas:core:2.0:Groups:members",
        ]
    )
    func refusesWhatSeemsToMeanMembers(profile: String, name: String) {
        let members: JSON = [["value": "26"]]
        for operation: JSON in [
            ["op": "remove", "path": .string("\(name)[value eq \"26\"]")],
            ["op": "remove", "path": .string(name), "value": members],
            ["op": "add", "path": .string(name), "value": members],
            ["op": "add", "value": .object([name: members])],
        ] {
            #expect(throws: SCIMError.self, "\(operation)") {
                try apply(operation, profile, .group)
            }
        }
        #expect(throws: SCIMError.self) {
            let body: JSONObject = ["displayName": "Crew", name: members]
            _ = try #require(Profile.named(profile)).resource(.object(body), .group)
        }
    }

    /// A member's own path as a name in a body selects nothing there.
    @Test(arguments: ["members[value eq \"26\"]", "members.value", "Group.members.value"])
    func refusesPathsToMembersInBodies(name: String) {
        #expect(throws: SCIMError.self) {
            try Profile.generic.resource(.object(["displayName": "Crew", name: "26"]), .group)
        }
    }

    @Test func refusesNamesWithinExtensions() {
        for name in ["active", "accountEnabled"] {
            let value = JSON.object([enterprise: .object([name: false])])
            #expect(throws: SCIMError.self) { try Profile.generic.resource(value, .user) }
            #expect(throws: SCIMError.self) {
                try apply(["op": "replace", "value": value], "generic")
            }
        }
    }

    @Test(
        arguments: UnambiguousTests.lenient,
        ["User", "$", "account", "urn:example:x:2.0:User"]
    )
    func refusesAccessWithinUnknownObjects(profile: String, name: String) throws {
        for inner: JSON in [
            ["active": false], ["accountEnabled": false], [["active": false]],
            ["title": "t", "account.active": false],
        ] {
            for operation: JSON in [
                ["op": "replace", "path": .string(name), "value": inner],
                ["op": "replace", "value": .object([name: inner])],
            ] {
                let error = #expect(throws: SCIMError.self, "\(operation)") {
                    try apply(operation, profile, to: ["active": true])
                }
                #expect(error?.scimType == .invalidPath)
            }
            #expect(throws: SCIMError.self) {
                let body: JSONObject = ["userName": "ann", name: inner]
                _ = try #require(Profile.named(profile)).resource(.object(body), .user)
            }
        }
        #expect(throws: SCIMError.self) {
            let members: JSON = ["members": [["value": "26"]]]
            try apply(["op": "remove", "path": .string(name), "value": members], profile, .group)
        }
    }

    @Test(arguments: ["active.value", "active.", "ACTIVE:", "urn:example:x:active.value"])
    func refusesNamesThatEndInMore(name: String) {
        for operation: JSON in [
            ["op": "replace", "value": .object([name: false])],
            ["op": "add", "value": .object([enterprise: .object([name: false])])],
            ["op": "replace", "path": .string(enterprise), "value": .object([name: false])],
        ] {
            #expect(throws: SCIMError.self, "\(operation)") { try apply(operation, "generic") }
        }
    }

    @Test func refusesNamesWithinTheValueForAnExtension() {
        for name in ["active", "accountEnabled", "\(Self.core):active"] {
            let value = JSON.object(["department": "R", name: false])
            #expect(throws: SCIMError.self) {
                try apply(
                    ["op": "replace", "path": .string(enterprise), "value": value],
                    "generic"
                )
            }
        }
    }

    // MARK: Passed over

    @Test func passesOverUnknownObjectsBesideTheAttribute() throws {
        let user: JSON = [
            "userName": "ann", "active": false, "urn:example:x:2.0:User": ["enabled": true],
        ]
        let read = try Profile.generic.resource(user, .user).value
        #expect(try ResourceType.user.canonical(read) == ["userName": "ann", "active": false])
    }

    @Test(arguments: [
        "favouriteTea", "activeDirectoryId", "memberSince", "memberOf", "mfaEnabled", "native",
        "urn:example:x:2.0:User:activeDirectoryID", "\(core):favouriteTea",
        "\(enterprise):colour", "lastActiveDate", "nickname.short",
    ])
    func passesOverOtherNames(name: String) throws {
        let body: JSONObject = ["userName": "ann", name: "x"]
        let result = try Profile.generic.resource(.object(body), .user)
        #expect(try ResourceType.user.canonical(result.value) == ["userName": "ann"])
        let outcome = try apply(
            ["op": "replace", "value": .object(["title": "t", name: "x"])],
            "generic"
        )
        #expect(outcome.resource == ["title": "t"])
    }

    /// The attribute itself says what the client wants.
    @Test func passesOverWhatStandsBesideTheAttribute() throws {
        let user: JSON = ["userName": "ann", "active": false, "enabled": true, "locked": true]
        let read = try Profile.generic.resource(user, .user).value
        #expect(try ResourceType.user.canonical(read) == ["userName": "ann", "active": false])
        let group: JSON = ["displayName": "Crew", "members": [], "memberList": [["value": "1"]]]
        #expect(try Profile.generic.resource(group, .group).value == group)
    }

    @Test func theStrictProfileTakesBodiesAsTheRFCDoes() throws {
        let user: JSON = ["userName": "ann", "accountEnabled": false]
        #expect(try Profile.strict.resource(user, .user).value == user)
        for name in Self.suspects {
            #expect(throws: SCIMError.self) {
                try apply(["op": "replace", "path": .string(name), "value": false], "strict")
            }
        }
    }

    @Test(
        arguments: [
            ("members", true), ("member", true), ("memebers", true), ("membres", true),
            ("nembers", true), ("membersx", true), ("membrse", false), ("embers", true),
            ("numbers", false), ("mmbrs", false), ("", false),
        ] as [(String, Bool)]
    )
    func knowsSlips(word: String, isSlip: Bool) {
        #expect(Access.isSlip(word, of: "members") == isSlip)
    }

    @discardableResult
    private func apply(
        _ operation: JSON,
        _ name: String,
        _ type: ResourceType = .user,
        to resource: JSONObject = [:]
    ) throws -> Patch.Outcome {
        let profile = try #require(Profile.named(name))
        let message: JSON = ["schemas": [patchOp], "Operations": [operation]]
        return try profile.patch(of: type, links: nil, limits: .standard)
            .apply(profile.patch(message, type).value.operations, to: resource)
    }
}

extension Filter {
    /// The path of a comparison.
    fileprivate var path: AttributePath? {
        if case .comparison(let path, _, _) = self { path } else { nil }
    }
}
