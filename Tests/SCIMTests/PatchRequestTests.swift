import JSONText
import SCIM
import Testing

struct PatchRequestTests {
    @Test(
        arguments: [
            (#"[]"#, .invalidSyntax),
            (#"{}"#, .invalidSyntax),
            (#"{"Operations": [{"op": "add", "value": {}}]}"#, .invalidSyntax),
            (
                #"{"schemas": ["urn:other"], "Operations": [{"op": "add", "value": {}}]}"#,
                .invalidSyntax
            ),
            (#"{"schemas": ["PATCHOP"]}"#, .invalidSyntax),
            (#"{"schemas": ["PATCHOP"], "Operations": []}"#, .invalidSyntax),
            (
                #"{"schemas": ["PATCHOP"], "Operations": {"op": "add", "value": {}}}"#,
                .invalidSyntax
            ),
            (#"{"schemas": ["PATCHOP"], "Operations": ["add"]}"#, .invalidSyntax),
            (#"{"schemas": ["PATCHOP"], "Operations": [{"value": {}}]}"#, .invalidSyntax),
            (
                #"{"schemas": ["PATCHOP"], "Operations": [{"op": "move", "value": {}}]}"#,
                .invalidSyntax
            ),
            (#"{"schemas": ["PATCHOP"], "Operations": [{"op": 5, "value": {}}]}"#, .invalidSyntax),
            (
                #"{"schemas": ["PATCHOP"], "Operations": [{"op": "add", "OP": "remove"}]}"#,
                .invalidSyntax
            ),
            (
                #"{"schemas": ["PATCHOP"], "Operations": [{"op": "add", "path": "title"}]}"#,
                .invalidValue
            ),
            (
                #"{"schemas": ["PATCHOP"], "Operations": [{"op": "replace", "path": "title"}]}"#,
                .invalidValue
            ),
            (#"{"schemas": ["PATCHOP"], "Operations": [{"op": "replace"}]}"#, .invalidValue),
            (
                #"{"schemas": ["PATCHOP"], "Operations": [{"op": "remove", "path": 5}]}"#,
                .invalidPath
            ),
            (
                #"{"schemas": ["PATCHOP"], "Operations": [{"op": "remove", "path": "a b"}]}"#,
                .invalidPath
            ),
            (
                #"{"schemas": ["PATCHOP"], "Operations": [{"op": "remove", "path": "emails [type pr]"}]}"#,
                .invalidPath
            ),
            (
                #"{"schemas": ["PATCHOP"], "Operations": [{"op": "remove", "path": "emails[type eq x]"}]}"#,
                .invalidPath
            ),
            (
                #"{"schemas": ["PATCHOP"], "Operations": [{"op": "remove", "path": "a[b[c pr]]"}]}"#,
                .invalidPath
            ),
        ] as [(String, SCIMError.Kind)]
    )
    func rejectsMessages(_ message: String, _ kind: SCIMError.Kind) throws {
        let sent = try JSON(parsing: Patch.message(message).utf8)
        // A path that is none is refused when the operation is applied.
        let error = #expect(throws: SCIMError.self) {
            try Patch(type: .user, unmatchedFilter: .refuse)
                .apply(PatchRequest(sent).operations, to: [:])
        }
        #expect(error?.scimType == kind && error?.status == 400, "\(String(describing: error))")
    }

    @Test(arguments: [
        #"{"SCHEMAS": ["PATCHOP"], "operations": [{"OP": "replace", "Path": "x", "VALUE": 1}]}"#,
        #"{"schemas": ["other", "PATCHOP"], "Operations": [{"OP": "replace", "path": "x", "value": 1}]}"#,
    ])
    func readsMessagesWithoutRegardToCase(_ message: String) throws {
        let request = try PatchRequest(JSON(parsing: Patch.message(message).utf8))
        let operation = try #require(request.operations.first)
        #expect(request.operations.count == 1 && operation.kind == .replace)
        #expect(operation.pathText == "x" && operation.value == 1)
    }

    @Test func readsBareWordsWhereAllowed() throws {
        let sent = try JSON(
            parsing: Patch.message(
                #"{"schemas":["PATCHOP"],"Operations":[{"op":"remove","path":"emails[type eq x]"}]}"#
            ).utf8
        )
        let request = try PatchRequest(sent, values: .bareWords)
        #expect(request.operations.first?.path.attribute?.filter?.text == "type eq x")
    }

    @Test func limitsOperations() throws {
        let operation: JSON = ["op": "remove", "path": "title"]
        let message = { (count: Int) -> JSON in
            [
                "schemas": [.string(MessageSchema.patchOp)],
                "Operations": .array(Array(repeating: operation, count: count)),
            ]
        }
        let limit = Limits.standard.patchOperations
        #expect(try PatchRequest(message(limit)).operations.count == limit)
        let error = #expect(throws: SCIMError.self) {
            try PatchRequest(message(limit + 1))
        }
        #expect(error?.status == 413 && error?.detail.contains("\(limit)") == true)
    }
}
