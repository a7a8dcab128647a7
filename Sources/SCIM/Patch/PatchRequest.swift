/// A PATCH request's message (RFC 7644 §3.5.2).
package struct PatchRequest: Sendable {
    package let operations: [PatchOperation]

    /// Reads a message as sent; names are matched without regard to case.
    ///
    /// - Throws: `invalidSyntax` when the message has no such form, `invalidPath` for a path that
    ///   does not parse.
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
        var operations: [PatchOperation] = []
        operations.reserveCapacity(sent.count)
        for (index, operation) in sent.enumerated() {
            operations.append(try PatchOperation(operation, index, values, limits))
        }
        self.operations = operations
    }
}

extension PatchRequest {
    /// Checks the number of operations of a message as the client sent it; a rewrite may make
    /// several of one.
    ///
    /// - Throws: 413 naming the limit.
    package static func checkCount(of message: JSON, limits: Limits) throws(SCIMError) {
        let operations = message.object?.value(named: "Operations") ?? message
        if operations.array.map({ $0.count > limits.patchOperations }) == true {
            throw SCIMError(
                status: 413,
                detail: "a PATCH request may hold \(limits.patchOperations) operations at most"
            )
        }
    }
}

package struct PatchOperation: Sendable {
    package enum Kind: String, Sendable {
        case add, remove, replace
    }

    package let kind: Kind
    /// `nil` for the resource itself.
    package let path: PatchPath?
    /// The path as sent, for error details.
    package let pathText: String
    /// `nil` when absent or `null`.
    package let value: JSON?

    fileprivate init(
        _ json: JSON,
        _ index: Int,
        _ values: FilterParser.Values,
        _ limits: Limits
    ) throws(SCIMError) {
        let name = "Operations[\(index)]"
        guard let object = json.object else {
            throw .invalidSyntax("\(name) must be an object, not \(json.kind)")
        }
        let op = try object.uniqueValue(named: "op", at: name)
        guard let kind = op?.string.flatMap(Kind.init(rawValue:)) else {
            throw .invalidSyntax("\(name).op must be one of add, remove, replace")
        }
        self.kind = kind
        (path, pathText) = try Self.path(
            try object.uniqueValue(named: "path", at: name),
            name,
            values,
            limits
        )
        let value = try object.uniqueValue(named: "value", at: name)
        self.value = value == .null ? nil : value
        // A replacement by nothing at all is no way to say "clear": that takes null or [].
        if kind != .remove, value == nil { throw .invalidValue("\(name) has no value") }
    }

    private static func path(
        _ json: JSON?,
        _ name: String,
        _ values: FilterParser.Values,
        _ limits: Limits
    ) throws(SCIMError) -> (PatchPath?, String) {
        guard let json, json != .null, json != "" else { return (nil, "") }
        guard let text = json.string else {
            throw .invalidPath("\(name).path must be a string, not \(json.kind)")
        }
        do {
            return (
                try FilterParser.parsePatchPath(text, values: values, limits: limits), text
            )
        } catch {
            throw .invalidPath("\(name).path: \(error.message), at byte \(error.offset)")
        }
    }
}

/// A change to a group's membership.
///
/// Such changes are kept apart from the document, so that their cost does not depend on how many
/// members there are.
package enum MemberChange: Sendable {
    /// Adds those that are not members yet.
    case add([String])
    /// Removes those that are members.
    case remove([String])
    case removeAll
    /// Removes every member whose element satisfies the predicate.
    case removeMatching(Predicate)
    /// Makes exactly these the members.
    case replace([String])
}
