/// A PATCH request's message (RFC 7644 §3.5.2).
package struct PatchRequest: Sendable {
    package var operations: [PatchOperation]

    /// Reads a message; names are matched without regard to case.
    ///
    /// - Parameters:
    ///   - message: As sent, or as a profile has put it together.
    ///   - values: What stands for a value in paths.
    ///   - limits: On the operations, and on the length, terms and levels of paths.
    /// - Throws: `invalidSyntax` when the message has no such form, `invalidPath` for a path that
    ///   is no text; 413 beyond `Limits.patchOperations`.
    package init(
        _ message: JSON,
        values: FilterParser.Values = .json,
        limits: Limits = .standard
    ) throws(SCIMError) {
        guard let object = message.object else {
            throw .invalidSyntax("the body must be a JSON object, not \(message.kind)")
        }
        let schemas = try object.uniqueValue(named: "schemas", at: "")?.array ?? []
        let isPatch = schemas.contains {
            $0.string?.equalsIgnoringASCIICase(MessageSchema.patchOp) == true
        }
        guard isPatch else {
            throw .invalidSyntax("schemas must contain \(MessageSchema.patchOp)")
        }
        guard let sent = try object.uniqueValue(named: "Operations", at: "")?.array, !sent.isEmpty
        else {
            throw .invalidSyntax("Operations must be an array with at least one operation")
        }
        if sent.count > limits.patchOperations {
            throw SCIMError(
                status: 413,
                detail: "a PATCH request may hold \(limits.patchOperations) operations at most"
            )
        }
        operations = []
        operations.reserveCapacity(sent.count)
        for (index, operation) in sent.enumerated() {
            operations.append(try PatchOperation(operation, index, values, limits))
        }
    }
}
