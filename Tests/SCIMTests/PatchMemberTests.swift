import JSONText
import SCIM
import Testing

/// Membership in PATCH requests (RFC 7643 §4.2).
struct PatchMemberTests {
    @Test(
        arguments: [
            (#"{"op": "add", "path": "members", "value": {"value": "a"}}"#, ["add a"]),
            (
                #"{"op": "add", "path": "members", "value": [{"value": "a"}, {"value": "a"}]}"#,
                ["add a"]
            ),
            (
                #"{"op": "add", "path": "members", "value": [{"$ref": null, "value": "a"}]}"#,
                ["add a"]
            ),
            (#"{"op": "add", "path": "members", "value": []}"#, ["add"]),
            (#"{"op": "add", "path": "members", "value": null}"#, []),
            (#"{"op": "add", "value": {"members": [{"value": "a"}]}}"#, ["add a"]),
            (
                #"{"op": "replace", "value": {"members": [{"value": "a"}, {"value": "b"}]}}"#,
                ["replace a b"]
            ),
            (#"{"op": "replace", "path": "members", "value": []}"#, ["replace"]),
            (#"{"op": "replace", "path": "members", "value": null}"#, ["removeAll"]),
            (#"{"op": "remove", "path": "members"}"#, ["removeAll"]),
            (#"{"op": "remove", "path": "members", "value": null}"#, ["removeAll"]),
            (#"{"op": "remove", "path": "members[ value eq \"a\" ]"}"#, ["remove a"]),
            (
                #"{"op": "remove", "path": "members[value eq \"A\" or value eq \"b\"]"}"#,
                ["remove A b"]
            ),
            (#"{"op": "remove", "path": "members[type eq \"User\"]"}"#, ["removeMatching"]),
            (
                #"{"op": "remove", "path": "members[value eq \"a\" or type eq \"x\"]"}"#,
                ["removeMatching"]
            ),
            (#"{"op": "remove", "path": "members[not (value eq \"a\")]"}"#, ["removeMatching"]),
            (
                #"""
                {"op": "add", "path": "members", "value": [{"value": "a"}]},
                {"op": "remove", "path": "members[value eq \"a\"]"}
                """#, ["add a", "remove a"]
            ),
            (#"{"op": "replace", "path": "displayName", "value": "g"}"#, []),
            (#"{"op": "replace", "value": {"id": "1", "displayName": "g"}}"#, []),
        ] as [(String, [String])]
    )
    func listsMemberChanges(_ operations: String, _ expected: [String]) throws {
        try check(operations, expected)
    }

    @Test(
        arguments: [
            (#"{"op": "remove", "path": "members", "value": [{"value": "a"}]}"#, .invalidSyntax),
            (#"{"op": "remove", "path": "members.value"}"#, .mutability),
            (#"{"op": "replace", "path": "members", "value": [{"value": null}]}"#, .invalidValue),
            (#"{"op": "replace", "path": "members", "value": [null]}"#, .invalidValue),
            (#"{"op": "replace", "path": "members", "value": {}}"#, .invalidValue),
            (#"{"op": "replace", "value": {"members": [{}]}}"#, .invalidValue),
            (#"{"op": "add", "path": "members", "value": [{"value": "a"}, {}]}"#, .invalidValue),
            (
                #"{"op": "replace", "path": "members[value eq \"a\"].value", "value": "b"}"#,
                .mutability
            ),
            (#"{"op": "remove", "path": "members[value eq \"a\"].type"}"#, .mutability),
            (
                #"{"op": "replace", "path": "members[value eq \"a\"]", "value": {"value": "b"}}"#,
                .mutability
            ),
            (
                #"{"op": "add", "path": "members[value eq \"a\"]", "value": {"value": "a"}}"#,
                .mutability
            ),
            (#"{"op": "replace", "path": "members", "value": [{"id": "a"}]}"#, .invalidValue),
            (#"{"op": "replace", "path": "members", "value": [{"display": "A"}]}"#, .invalidValue),
            (#"{"op": "replace", "path": "members", "value": {"values": ["a"]}}"#, .invalidValue),
            (#"{"op": "replace", "path": "members", "value": ["a"]}"#, .invalidValue),
            (#"{"op": "replace", "path": "members", "value": "a"}"#, .invalidValue),
            (#"{"op": "replace", "value": {"members": [{"type": "User"}]}}"#, .invalidValue),
            (#"{"op": "add", "path": "members", "value": [{"value": 5}]}"#, .invalidValue),
            (#"{"op": "remove", "path": "displayName"}"#, .mutability),
            (#"{"op": "replace", "path": "displayName", "value": null}"#, .mutability),
        ] as [(String, SCIMError.Kind)]
    )
    func refusesMemberChanges(_ operation: String, _ kind: SCIMError.Kind) throws {
        let error = #expect(throws: SCIMError.self) {
            try check(operation, [])
        }
        #expect(error?.scimType == kind && error?.status == 400)
    }

    @Test(
        arguments: [
            (
                #"{"op": "add", "path": "members[value eq \"a\"]", "value": {"value": "a"}}"#,
                ["add a"]
            ),
            (#"{"op": "add", "path": "members[value eq \"a\"]", "value": {}}"#, ["add a"]),
            (
                #"{"op": "add", "path": "members[value eq \"a\" or value eq \"b\"]", "value": {}}"#,
                nil
            ),
            (#"{"op": "add", "path": "members[value eq \"a\"]", "value": {"value": "b"}}"#, nil),
            (#"{"op": "add", "path": "members[value eq \"a\"]", "value": "b"}"#, nil),
        ] as [(String, [String]?)]
    )
    func addsTheMemberThatAFilterNames(_ operation: String, _ expected: [String]?) throws {
        if let expected {
            try check(operation, expected, unmatched: .createElement)
        } else {
            #expect(throws: SCIMError.self) {
                try check(operation, [], unmatched: .createElement)
            }
        }
    }

    @Test func removesTheMembersThatAFilterSelects() throws {
        let outcome = try Patch.apply(
            #"{"op": "remove", "path": "members[type eq \"GROUP\"]"}"#,
            to: #"{"displayName": "g"}"#,
            .group,
            .refuse
        )
        guard case .removeMatching(let predicate) = outcome.memberChanges.first else {
            Issue.record("no removeMatching")
            return
        }
        #expect(predicate.matches(element: ["value": "a", "type": "Group"]))
        #expect(!predicate.matches(element: ["value": "b", "type": "User"]))
    }

    /// Clients send an operation for each of thousands of members.
    @Test func joinsNeighbours() throws {
        let add = { (id: String) in
            #"{"op": "add", "path": "members", "value": [{"value": "\#(id)"}]}"#
        }
        let remove = { (id: String) in
            #"{"op": "remove", "path": "members[value eq \"\#(id)\"]"}"#
        }
        try check(
            [add("a"), add("b"), add("a"), remove("c"), remove("b"), add("b"), add("c")]
                .joined(separator: ","),
            ["add a b", "remove c b", "add b c"]
        )
        let rename = #"{"op": "replace", "path": "displayName", "value": "g"}"#
        try check([add("a"), rename, add("b")].joined(separator: ","), ["add a b"])
        let all = #"{"op": "remove", "path": "members"}"#
        try check(
            [add("a"), all, add("a")].joined(separator: ","),
            ["add a", "removeAll", "add a"]
        )
    }

    /// A store selects members by each filter in one statement, whose cost grows with its terms.
    @Test func limitsTheTermsOfValueFilters() throws {
        var limits = Limits.standard
        limits.patchComparisons = 4
        let filter = #"{"op": "remove", "path": "members[type eq \"a\" or type sw \"b\"]"}"#
        let patch = Patch(type: .group, unmatchedFilter: .createElement, limits: limits)
        for count in [2, 3] {
            let operations = Array(repeating: filter, count: count).joined(separator: ",")
            let message = Patch.message(
                "{\"schemas\": [\"PATCHOP\"], \"Operations\": [\(operations)]}"
            )
            let request = try PatchRequest(JSON(parsing: message.utf8))
            if count == 2 {
                #expect(try patch.apply(request.operations, to: [:]).comparisons == 4)
            } else {
                let error = #expect(throws: SCIMError.self) {
                    try patch.apply(request.operations, to: [:])
                }
                #expect(error?.scimType == .tooMany)
            }
        }
    }

    private func check(
        _ operations: String,
        _ expected: [String],
        unmatched: Patch.UnmatchedFilter = .refuse
    ) throws {
        let outcome = try Patch.apply(
            operations,
            to: #"{"displayName": "g"}"#,
            .group,
            unmatched
        )
        #expect(outcome.memberChanges.map(\.text) == expected)
        #expect(outcome.resource == ["displayName": "g"])
    }
}
