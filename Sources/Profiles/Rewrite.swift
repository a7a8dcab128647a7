import SCIM

/// One departure from the RFCs, and how it is brought back into their form.
///
/// A rewrite that is not concerned answers `nil`; it never guesses.
package struct Rewrite: Sendable {
    /// For the log and the audit trail, as in `booleanText`.
    package let name: String
    /// The body of a POST or PUT.
    let resource: (@Sendable (JSONObject, ResourceType) -> JSONObject?)?
    /// A PATCH request's message as a whole.
    let message: (@Sendable (JSON, ResourceType) -> JSON?)?
    /// One operation of a PATCH; may become several.
    ///
    /// Called behind every rewrite of messages.
    let operation: (@Sendable (Operation, ResourceType) -> [Operation]?)?
    let filter: (@Sendable (Filter, ResourceType) -> Filter?)?

    init(
        _ name: String,
        resource: (@Sendable (JSONObject, ResourceType) -> JSONObject?)? = nil,
        message: (@Sendable (JSON, ResourceType) -> JSON?)? = nil,
        operation: (@Sendable (Operation, ResourceType) -> [Operation]?)? = nil,
        filter: (@Sendable (Filter, ResourceType) -> Filter?)? = nil
    ) {
        self.name = name
        self.resource = resource
        self.message = message
        self.operation = operation
        self.filter = filter
    }

    /// A rewrite of values and of the literals in filters, wherever they stand.
    ///
    /// - Parameters:
    ///   - name: For the log.
    ///   - kinds: The operations whose values are rewritten.
    ///   - value: Given a value, the attribute that it is sent for and whether it is an element
    ///     of that attribute's values.
    ///   - literal: Given a literal of a comparison and the simple attribute it is compared with.
    init(
        _ name: String,
        in kinds: Set<Operation.Kind> = [.add, .remove, .replace],
        value: @escaping ValueWalk.Change,
        literal: FilterWalk.LiteralChange? = nil
    ) {
        let literals: @Sendable (ResourceType) -> FilterWalk? = { type in
            literal.map { FilterWalk(type: type, literal: $0) }
        }
        self.init(
            name,
            resource: { body, type in ValueWalk(type: type, change: value).resource(body) },
            operation: { operation, type in
                var changed = literals(type)?.operation(operation)
                if kinds.contains(operation.kind),
                    let value = ValueWalk(type: type, change: value).value(of: operation)
                {
                    changed = (changed ?? operation).setting(value: value)
                }
                return changed.map { [$0] }
            },
            filter: { filter, type in literals(type)?.filter(filter) }
        )
    }

    /// Every rewrite, in the order that they need among themselves: first what finds the
    /// operations, then what finds the attribute that is meant, then what gives its value the
    /// shape and type of the schema, and last what depends on the finished shape.
    package static let all: [Rewrite] = [
        operationList, memberOperations, patchSchemas,
        legacyURNs, dottedKeys, shortExtensionNames, filterAliases, removeWithoutPath,
        repeatedName, arrayForSingleValue, manager, singleValueForArray, textForElement,
        numberAsText, booleanText, base64Spaces, emptyElements, readOnlyPath,
        removeListedValues, unknownPath,
    ]
}
