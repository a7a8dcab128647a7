import JSONText
import SCIM
import Testing

struct PatchTests {
    @Test(arguments: try PatchFixture.names())
    func followsTheExamples(_ name: String) throws {
        let fixture = try PatchFixture(named: name)
        let patch = Patch(type: fixture.type, unmatchedFilter: .refuse)
        let operations = try PatchRequest(fixture.patch).operations
        if let kind = fixture.error {
            let error = #expect(throws: SCIMError.self) {
                try patch.apply(operations, to: fixture.stored)
            }
            #expect(error?.scimType == kind && error?.status == 400)
        } else {
            let outcome = try patch.apply(operations, to: fixture.stored)
            #expect(outcome.resource == fixture.result)
            #expect(outcome.memberChanges.map(\.text) == fixture.memberChanges)
        }
    }

    // MARK: Order and atomicity

    @Test func appliesOperationsInOrder() throws {
        try check(
            #"{"userName": "a"}"#,
            #"""
            {"op": "add", "path": "emails", "value": {"type": "work", "value": "x"}},
            {"op": "replace", "path": "emails[type eq \"work\"].value", "value": "y"},
            {"op": "remove", "path": "emails[value eq \"x\" or value eq \"y\"].type"}
            """#,
            #"{"userName": "a", "emails": [{"value": "y"}]}"#
        )
    }

    @Test func failsAsAWhole() throws {
        try check(
            #"{"userName": "a"}"#,
            #"{"op": "replace", "path": "title", "value": "x"}, {"op": "remove", "path": "id"}"#,
            fails: .mutability
        )
    }

    @Test(arguments: [
        #"{"op": "replace", "path": "userName", "value": "a"}"#,
        #"{"op": "add", "path": "title", "value": "t"}"#,
        #"{"op": "add", "path": "title", "value": null}"#,
        #"{"op": "add", "path": "emails", "value": []}"#,
        #"{"op": "add", "path": "emails", "value": null}"#,
        #"{"op": "add", "path": "emails", "value": [{"type": "work", "value": "w"}]}"#,
        #"{"op": "add", "value": {"emails": [{"value": "w", "type": "work"}], "title": null}}"#,
        #"{"op": "add", "value": {}}"#,
        #"{"op": "replace", "value": {"id": "other", "meta": {"version": "x"}, "groups": []}}"#,
        #"{"op": "replace", "value": {"unknown": 1, "schemas": ["x"]}}"#,
        #"{"op": "replace", "value": {"name": {"givenName": "g"}}}"#,
        #"{"op": "replace", "path": "name", "value": {}}"#,
        #"{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "w"}"#,
        #"{"op": "remove", "path": "photos"}"#,
        #"{"op": "remove", "path": "nickName"}"#,
        #"{"op": "remove", "path": "name.middleName"}"#,
        #"{"op": "add", "path": "schemas", "value": ["urn:example"]}"#,
    ])
    func changesNothingWhereNothingChanges(_ operation: String) throws {
        let stored = #"""
            {"userName": "a", "name": {"givenName": "g"}, "title": "t", "active": true,
             "emails": [{"value": "w", "type": "work"}]}
            """#
        try check(stored, operation, stored)
    }

    /// What is unassigned is not there; no default takes its place (RFC 7643 §2.5).
    @Test(arguments: [
        #"{"op": "remove", "path": "active"}"#,
        #"{"op": "replace", "path": "active", "value": null}"#,
        #"{"op": "replace", "value": {"active": null}}"#,
    ])
    func unassignsWhatHasADefault(_ operation: String) throws {
        let outcome = try Patch.apply(
            operation,
            to: #"{"userName": "a", "active": true}"#,
            .user,
            .refuse
        )
        let completed = try ResourceType.user.completed(outcome.resource, for: .change)
        #expect(completed["active"] == nil)
    }

    // MARK: Single values

    @Test(arguments: [
        (#"{"op": "add", "path": "title", "value": "new"}"#, #"{"title": "new"}"#),
        (#"{"op": "replace", "path": "TITLE", "value": "new"}"#, #"{"title": "new"}"#),
        (#"{"op": "replace", "path": "title", "value": ""}"#, #"{"title": ""}"#),
        (#"{"op": "replace", "path": "title", "value": null}"#, "{}"),
        (#"{"op": "remove", "path": "title"}"#, "{}"),
        (#"{"op": "replace", "value": {"title": null}}"#, "{}"),
        (
            #"{"op": "replace", "value": {"TITLE": "new", "active": false}}"#,
            #"{"title": "new", "active": false}"#
        ),
        (
            #"{"op": "replace", "path": "nickName", "value": "n"}"#,
            #"{"title": "old", "nickName": "n"}"#
        ),
        (
            #"{"op": "replace", "path": "active", "value": false}"#,
            #"{"title": "old", "active": false}"#
        ),
        (
            #"{"op": "replace", "path": "password", "value": "p"}"#,
            #"{"title": "old", "password": "p"}"#
        ),
        (
            #"{"op": "replace", "path": "externalId", "value": "x"}"#,
            #"{"title": "old", "externalId": "x"}"#
        ),
        (
            #"{"op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:title", "value": "n"}"#,
            #"{"title": "n"}"#
        ),
        (#"{"op": "add", "path": "", "value": {"title": "n"}}"#, #"{"title": "n"}"#),
    ])
    func setsSingleValues(_ operation: String, _ expected: String) throws {
        try check(#"{"title": "old"}"#, operation, expected)
    }

    @Test(
        arguments: [
            (
                #"{"op": "add", "path": "name", "value": {"givenName": "G"}}"#,
                #"{"familyName": "f", "givenName": "G"}"#
            ),
            (
                #"{"op": "replace", "path": "name", "value": {"givenName": "G"}}"#,
                #"{"familyName": "f", "givenName": "G"}"#
            ),
            (
                #"{"op": "replace", "path": "name", "value": {"givenName": null}}"#,
                #"{"familyName": "f"}"#
            ),
            (
                #"{"op": "add", "path": "name", "value": {"givenName": null}}"#,
                #"{"familyName": "f", "givenName": "g"}"#
            ),
            (
                #"{"op": "replace", "value": {"name": {"MIDDLENAME": "m"}}}"#,
                #"{"familyName": "f", "givenName": "g", "middleName": "m"}"#
            ),
            (
                #"{"op": "add", "path": "name.middleName", "value": "m"}"#,
                #"{"familyName": "f", "givenName": "g", "middleName": "m"}"#
            ),
            (
                #"{"op": "replace", "path": "name.givenName", "value": null}"#,
                #"{"familyName": "f"}"#
            ),
            (#"{"op": "remove", "path": "name.givenName"}"#, #"{"familyName": "f"}"#),
            (
                #"{"op": "replace", "path": "name[givenName eq \"G\"].familyName", "value": "F"}"#,
                #"{"familyName": "F", "givenName": "g"}"#
            ),
            (#"{"op": "remove", "path": "name"}"#, nil),
            (#"{"op": "replace", "path": "name", "value": null}"#, nil),
            (
                #"{"op": "remove", "path": "name.givenName"}, {"op": "remove", "path": "name.familyName"}"#,
                nil
            ),
        ] as [(String, String?)]
    )
    func mergesComplexValues(_ operation: String, _ expected: String?) throws {
        try check(
            #"{"name": {"familyName": "f", "givenName": "g"}}"#,
            operation,
            expected.map { "{\"name\": \($0)}" } ?? "{}"
        )
    }

    @Test func makesAComplexValue() throws {
        try check(
            "{}",
            #"{"op": "add", "path": "name.givenName", "value": "g"}"#,
            #"{"name": {"givenName": "g"}}"#
        )
    }

    // MARK: Several values

    /// On `[{w, work, primary}, {h, home}, {o}]`.
    @Test(arguments: [
        (#"{"op": "add", "path": "emails", "value": [{"value": "n"}]}"#, "w/work* h/home o n"),
        (#"{"op": "add", "path": "emails", "value": {"value": "n"}}"#, "w/work* h/home o n"),
        (
            #"{"op": "add", "path": "emails", "value": [{"value": "o"}, {"value": "n"}]}"#,
            "w/work* h/home o n"
        ),
        (
            #"{"op": "add", "path": "emails", "value": [{"value": "n", "primary": true}]}"#,
            "w/work h/home o n*"
        ),
        (#"{"op": "replace", "path": "emails", "value": [{"value": "n"}]}"#, "n"),
        (#"{"op": "replace", "path": "emails", "value": {"value": "n"}}"#, "n"),
        (#"{"op": "replace", "path": "emails", "value": []}"#, ""),
        (#"{"op": "replace", "path": "emails", "value": null}"#, ""),
        (#"{"op": "replace", "value": {"emails": []}}"#, ""),
        (#"{"op": "replace", "value": {"title": null}}"#, "w/work* h/home o"),
        (#"{"op": "remove", "path": "emails"}"#, ""),
        (#"{"op": "remove", "path": "emails[type eq \"work\"]"}"#, "h/home o"),
        (#"{"op": "remove", "path": "emails[ type pr ]"}"#, "o"),
        (#"{"op": "remove", "path": "emails[value pr]"}"#, ""),
        (#"{"op": "remove", "path": "emails[type eq \"home\"].type"}"#, "w/work* h o"),
        (#"{"op": "remove", "path": "emails[not (type pr)].value"}"#, "w/work* h/home"),
        (#"{"op": "remove", "path": "emails.type"}"#, "w* h o"),
        (#"{"op": "replace", "path": "emails[value pr].type", "value": "x"}"#, "w/x* h/x o/x"),
        (
            #"{"op": "replace", "path": "emails[type eq \"HOME\"].value", "value": "n"}"#,
            "w/work* n/home o"
        ),
        (
            #"{"op": "replace", "path": "emails[type eq \"home\"]", "value": {"value": "n"}}"#,
            "w/work* n/home o"
        ),
        (
            #"{"op": "add", "path": "emails[type eq \"home\"]", "value": {"primary": true}}"#,
            "w/work h/home* o"
        ),
        (
            #"{"op": "replace", "path": "emails[value eq \"o\"].primary", "value": true}"#,
            "w/work h/home o*"
        ),
        (
            #"{"op": "replace", "path": "emails[primary eq true].value", "value": "n"}"#,
            "n/work* h/home o"
        ),
        (
            #"{"op": "replace", "path": "emails[primary eq false].type", "value": "x"}"#,
            "w/work* h/x o/x"
        ),
        (#"{"op": "replace", "path": "emails.type", "value": "x"}"#, "w/x* h/x o/x"),
        (
            #"{"op": "replace", "path": "emails[value eq \"o\"]", "value": {"value": "h", "type": "home"}}"#,
            "w/work* h/home"
        ),
        (
            #"{"op": "replace", "path": "URN:ietf:params:scim:schemas:core:2.0:User:EMAILS[type eq \"home\"].value", "value": "n"}"#,
            "w/work* n/home o"
        ),
    ])
    func changesSeveralValues(_ operation: String, _ expected: String) throws {
        let stored = #"""
            {"emails": [{"value": "w", "type": "work", "primary": true},
                        {"value": "h", "type": "home"}, {"value": "o"}]}
            """#
        let outcome = try Patch.apply(operation, to: stored, .user, .refuse)
        let emails = (outcome.resource["emails"]?.array ?? []).map { email in
            (email.object?["value"]?.string ?? "")
                + (email.object?["type"]?.string.map { "/\($0)" } ?? "")
                + (email.isPrimary ? "*" : "")
        }
        #expect(emails.joined(separator: " ") == expected)
        #expect(emails.isEmpty == (outcome.resource["emails"] == nil))
    }

    // MARK: Filters that select nothing

    @Test(arguments: [
        #"{"op": "add", "path": "emails[type eq \"work\"].value", "value": "n"}"#,
        #"{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "n"}"#,
        #"{"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "n"}}"#,
        #"{"op": "replace", "path": "EMAILS[TYPE EQ \"work\"].VALUE", "value": "n"}"#,
    ])
    func makesAnElementOfTheFilterOrRefuses(_ operation: String) throws {
        let stored = #"{"emails": [{"value": "h", "type": "home"}]}"#
        try check(stored, operation, fails: .noTarget)
        try check(
            stored,
            operation,
            #"{"emails": [{"value": "h", "type": "home"}, {"value": "n", "type": "work"}]}"#,
            unmatched: .createElement
        )
    }

    @Test func makesAnElementOfSeveralEqualities() throws {
        try check(
            #"{"emails": [{"value": "h", "primary": true}]}"#,
            #"""
            {"op": "add", "path": "emails[type eq \"work\" and primary eq true].value",
             "value": "n"}
            """#,
            #"""
            {"emails": [{"value": "h", "primary": false},
                        {"value": "n", "type": "work", "primary": true}]}
            """#,
            unmatched: .createElement
        )
    }

    @Test(arguments: [
        #"{"op": "add", "path": "emails[type ne \"home\"].value", "value": "n"}"#,
        #"{"op": "add", "path": "emails[type eq \"a\" or type eq \"b\"].value", "value": "n"}"#,
        #"{"op": "add", "path": "emails[not (type eq \"home\")].value", "value": "n"}"#,
        #"{"op": "add", "path": "emails[type sw \"w\"].value", "value": "n"}"#,
        #"{"op": "add", "path": "emails[display pr].value", "value": "n"}"#,
    ])
    func makesNoElementOfOtherFilters(_ operation: String) throws {
        try check(
            #"{"emails": [{"value": "h", "type": "home"}]}"#,
            operation,
            fails: .noTarget,
            unmatched: .createElement
        )
    }

    @Test(arguments: [
        #"{"op": "remove", "path": "emails[type eq \"work\"]"}"#,
        #"{"op": "remove", "path": "emails[type eq \"work\"].value"}"#,
    ])
    func removesWhatIsGoneOrRefuses(_ operation: String) throws {
        let stored = #"{"emails": [{"value": "h", "type": "home"}]}"#
        try check(stored, operation, fails: .noTarget)
        try check(stored, operation, stored, unmatched: .createElement)
    }

    // MARK: Extensions

    @Test(
        arguments: [
            (#"{"op": "add", "path": "URN:department", "value": "D"}"#, #"{"department": "D"}"#),
            (
                #"{"op": "replace", "path": "URN:costCenter", "value": "c"}"#,
                #"{"costCenter": "c", "department": "d"}"#
            ),
            (
                #"{"op": "add", "path": "URN:manager.value", "value": "m"}"#,
                #"{"department": "d", "manager": {"value": "m"}}"#
            ),
            (
                #"{"op": "add", "path": "URN:manager", "value": {"value": "m", "displayName": "x"}}"#,
                #"{"department": "d", "manager": {"value": "m"}}"#
            ),
            (
                #"{"op": "add", "path": "URN", "value": {"costCenter": "c"}}"#,
                #"{"costCenter": "c", "department": "d"}"#
            ),
            (
                #"{"op": "replace", "path": "URN", "value": {"costCenter": "c"}}"#,
                #"{"costCenter": "c", "department": "d"}"#
            ),
            (#"{"op": "replace", "value": {"URN": {"DEPARTMENT": "D"}}}"#, #"{"department": "D"}"#),
            (#"{"op": "add", "value": {"URN": null}}"#, #"{"department": "d"}"#),
            (#"{"op": "replace", "value": {"URN": null}}"#, nil),
            (#"{"op": "replace", "value": {"URN": {"department": null}}}"#, nil),
            (#"{"op": "remove", "path": "URN"}"#, nil),
            (#"{"op": "remove", "path": "URN:department"}"#, nil),
            (#"{"op": "replace", "path": "URN:department", "value": null}"#, nil),
        ] as [(String, String?)]
    )
    func changesExtensions(_ operation: String, _ expected: String?) throws {
        let urn = Schema.enterpriseUser.id
        let outcome = try Patch.apply(
            operation.replacing("URN", with: urn),
            to: "{\"userName\": \"a\", \"\(urn)\": {\"department\": \"d\"}}",
            .user,
            .refuse
        )
        let completed = try ResourceType.user.completed(outcome.resource, for: .change)
        #expect(completed[urn] == (try expected.map { try JSON(parsing: $0.utf8) }))
        #expect(completed["schemas"]?.array?.count == (expected == nil ? 1 : 2))
    }

    @Test func addsAnExtension() throws {
        let urn = Schema.enterpriseUser.id
        let outcome = try Patch.apply(
            #"{"op": "add", "path": "\#(urn):department", "value": "d"}"#,
            to: #"{"userName": "a"}"#,
            .user,
            .refuse
        )
        let completed = try ResourceType.user.completed(outcome.resource, for: .change)
        #expect(completed[urn] == ["department": "d"])
        #expect(completed["schemas"] == [.string(Schema.user.id), .string(urn)])
    }

    // MARK: Errors

    @Test(
        arguments: [
            (#"{"op": "replace", "path": "id", "value": "x"}"#, .mutability),
            (#"{"op": "remove", "path": "id"}"#, .mutability),
            (#"{"op": "replace", "path": "meta.version", "value": "x"}"#, .mutability),
            (#"{"op": "remove", "path": "meta"}"#, .mutability),
            (#"{"op": "add", "path": "groups", "value": [{"value": "g"}]}"#, .mutability),
            (#"{"op": "remove", "path": "groups[value eq \"g\"]"}"#, .mutability),
            (#"{"op": "remove", "path": "schemas"}"#, .mutability),
            (#"{"op": "remove", "path": "userName"}"#, .mutability),
            (#"{"op": "replace", "path": "userName", "value": null}"#, .mutability),
            (#"{"op": "remove", "path": "userName[value eq \"a\"]"}"#, .mutability),
            (
                #"{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.displayName", "value": "x"}"#,
                .mutability
            ),
            (#"{"op": "add", "path": "color", "value": "x"}"#, .invalidPath),
            (#"{"op": "remove", "path": "name.color"}"#, .invalidPath),
            (#"{"op": "remove", "path": "members"}"#, .invalidPath),
            (#"{"op": "remove", "path": "emails[color eq \"x\"]"}"#, .invalidPath),
            (#"{"op": "remove", "path": "emails[type eq 5]"}"#, .invalidPath),
            (#"{"op": "remove", "path": "emails[primary gt true]"}"#, .invalidPath),
            (#"{"op": "remove", "path": "emails.value[type pr]"}"#, .invalidPath),
            (#"{"op": "remove", "path": "emails[type pr].color"}"#, .invalidPath),
            (#"{"op": "remove", "path": "urn:example:Thing:a"}"#, .invalidPath),
            (
                #"{"op": "remove", "path": "urn:ietf:params:scim:schemas:core:2.0:User"}"#,
                .invalidPath
            ),
            (
                #"{"op": "remove", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User[department pr]"}"#,
                .invalidPath
            ),
            (#"{"op": "remove", "path": "emails", "value": [{"value": "a"}]}"#, .invalidSyntax),
            (#"{"op": "remove", "value": {"title": "x"}}"#, .noTarget),
            (#"{"op": "remove", "path": "photos[value eq \"x\"]"}"#, .noTarget),
            (#"{"op": "replace", "value": "x"}"#, .invalidValue),
            (#"{"op": "replace", "value": null}"#, .invalidValue),
            (#"{"op": "replace", "value": [{"title": "x"}]}"#, .invalidValue),
            (#"{"op": "replace", "path": "active", "value": "true"}"#, .invalidValue),
            (#"{"op": "add", "path": "active", "value": null}"#, .invalidValue),
            (#"{"op": "replace", "path": "title", "value": ["x"]}"#, .invalidValue),
            (#"{"op": "replace", "path": "name", "value": "x"}"#, .invalidValue),
            (#"{"op": "add", "path": "emails", "value": "x"}"#, .invalidValue),
            (#"{"op": "add", "path": "emails", "value": [{"value": 5}]}"#, .invalidValue),
            (
                #"{"op": "replace", "path": "emails[type eq \"work\"]", "value": "x"}"#,
                .invalidValue
            ),
            (
                #"{"op": "replace", "path": "emails[type eq \"work\"].primary", "value": "x"}"#,
                .invalidValue
            ),
            (#"{"op": "replace", "path": "emails.primary", "value": true}"#, .invalidValue),
            (
                #"{"op": "add", "path": "emails", "value": [{"value": "x", "primary": true}, {"value": "y", "primary": true}]}"#,
                .invalidValue
            ),
            (
                #"{"op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "value": "x"}"#,
                .invalidValue
            ),
            (#"{"op": "add", "value": {"title": "a", "Title": "b"}}"#, .invalidSyntax),
            (
                #"""
                {"op": "add", "value": {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
                    {"division": "a", "DIVISION": "b"}}}
                """#, .invalidSyntax
            ),
        ] as [(String, SCIMError.Kind)]
    )
    func refuses(_ operation: String, _ kind: SCIMError.Kind) throws {
        try check(
            #"""
            {"id": "1", "userName": "a", "active": true,
             "emails": [{"value": "w", "type": "work"}, {"value": "h", "type": "home"}]}
            """#,
            operation,
            fails: kind
        )
    }

    // MARK: Checks

    @Test(arguments: [
        (#"{"op": "replace", "value": {"name.givenName": "q"}}"#, SCIMError.Kind.invalidPath),
        (#"{"op": "add", "value": {"emails[type eq \"work\"].value": "q"}}"#, .invalidPath),
        (
            #"{"op": "replace", "value": {"\#(Schema.enterpriseUser.id):department": "q"}}"#,
            .invalidPath
        ),
        (#"{"op": "replace", "path": "schemas", "value": ["urn:x"]}"#, .mutability),
        (#"{"op": "replace", "path": "schemas", "value": []}"#, .mutability),
    ])
    func refusesWhatWouldLookLikeSuccess(_ operation: String, _ kind: SCIMError.Kind) throws {
        try check(#"{"title": "t"}"#, operation, fails: kind)
    }

    @Test(arguments: [
        (#"{"op": "replace", "value": {"nope": 1}}"#, SCIMError.Kind.invalidPath),
        (
            #"{"op": "replace", "value": {"\#(Schema.enterpriseUser.id)": {"nope": 1}}}"#,
            .invalidPath
        ),
        (#"{"op": "replace", "value": {"id": "x"}}"#, .mutability),
        (#"{"op": "add", "value": {"meta": {"created": "x"}}}"#, .mutability),
        (#"{"op": "add", "value": {"groups": [{"value": "x"}]}}"#, .mutability),
    ])
    func refusesOtherMembersWhereItIsToldTo(_ operation: String, _ kind: SCIMError.Kind) throws {
        let stored = #"{"title": "t"}"#
        try check(stored, operation, stored)
        let request = try PatchRequest(
            JSON(
                parsing:
                    "{\"schemas\": [\"\(MessageSchema.patchOp)\"], \"Operations\": [\(operation)]}"
                    .utf8
            )
        )
        let error = #expect(throws: SCIMError.self) {
            try Patch(type: .user, unmatchedFilter: .refuse, rigour: .strict)
                .apply(request.operations, to: ["title": "t"])
        }
        #expect(error?.scimType == kind)
    }

    @Test(arguments: [
        (
            #"{"op": "add", "path": "emails", "value": [{"value": "c", "type": "Home", "primary": true}]}"#,
            #"{"emails": [{"value": "c", "type": "Home", "primary": true}, {"value": "w", "type": "work", "primary": false}]}"#
        ),
        (
            #"{"op": "add", "path": "emails", "value": [{"value": "c", "type": "home", "display": "d"}]}"#,
            #"{"emails": [{"value": "c", "type": "home", "display": "d"}, {"value": "w", "type": "work", "primary": true}]}"#
        ),
    ])
    func unitesWhatHasOneValueAndType(_ operation: String, _ expected: String) throws {
        let stored =
            #"{"emails": [{"value": "c", "type": "home"}, {"value": "w", "type": "work", "primary": true}]}"#
        try check(stored, operation, expected)
    }

    @Test func limitsComparisons() throws {
        let most = Limits.standard.patchComparisons
        let phones = (0..<1_000).map { "{\"value\": \"\($0)\"}" }.joined(separator: ",")
        let stored = "{\"phoneNumbers\": [\(phones)]}"
        let operation =
            #"{"op": "remove", "path": "phoneNumbers[value eq \"x\" or value eq \"y\"]"}"#
        let operations = { (count: Int) in
            Array(repeating: operation, count: count).joined(separator: ",")
        }
        try check(stored, operations(most / 2_000), stored, unmatched: .createElement)
        try check(
            stored,
            operations(most / 2_000 + 1),
            fails: .tooMany,
            unmatched: .createElement
        )
    }

    @Test func contradictionsMakeNoElement() throws {
        try check(
            "{}",
            #"{"op": "add", "path": "emails[type eq \"a\" and type eq \"b\"].value", "value": "v"}"#,
            fails: .noTarget,
            unmatched: .createElement
        )
    }

    @Test func limitsTheValuesOfAnAttribute() throws {
        let most = Limits.standard.attributeValues
        let phones = (0..<most).map { "{\"value\": \"\($0)\"}" }.joined(separator: ",")
        let full = "{\"phoneNumbers\": [\(phones)]}"
        let add = { (phone: String) in
            #"{"op": "add", "path": "phoneNumbers", "value": {"value": "\#(phone)"}}"#
        }
        try check(full, add("0"), full)
        try check(full, add("one more"), fails: .invalidValue)
        let new = #"{"op": "add", "path": "phoneNumbers[type eq \"new\"].value", "value": "x"}"#
        try check(full, new, fails: .invalidValue, unmatched: .createElement)
    }

    private func check(
        _ stored: String,
        _ operations: String,
        _ expected: String,
        unmatched: Patch.UnmatchedFilter = .refuse
    ) throws {
        let outcome = try Patch.apply(operations, to: stored, .user, unmatched)
        let wanted = try JSON(parsing: expected.utf8)
        #expect(JSON.object(outcome.resource) == wanted)
    }

    private func check(
        _ stored: String,
        _ operations: String,
        fails kind: SCIMError.Kind,
        unmatched: Patch.UnmatchedFilter = .refuse
    ) throws {
        let error = try #require(
            #expect(throws: SCIMError.self) {
                try Patch.apply(operations, to: stored, .user, unmatched)
            }
        )
        #expect(error.scimType == kind && error.status == 400, "\(error.detail)")
    }
}
