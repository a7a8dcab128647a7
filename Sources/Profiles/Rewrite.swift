import SCIM

/// One departure from the RFCs, and how it is brought back into their form.
///
/// A rewrite that is not concerned answers `nil`; it never guesses.
///
/// A class, though nothing of it ever changes: all of a profile's are gone through with every
/// request, and a reference is cheaper to take up than so many closures.
package final class Rewrite: Sendable {
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
    /// What a list is ordered by; `nil` within for no order of its own.
    let sortBy: (@Sendable (String, ResourceType) -> String??)?
    /// What the rewrite does, where it is nothing but one of values.
    let values: Values?

    /// How values and the literals in filters are changed, wherever they stand.
    final class Values: Sendable {
        /// What values are rewritten, of all that JSON has.
        enum Subject: Sendable {
            case texts, numbers
            /// Arrays and objects.
            case collections
            /// Only literals in filters.
            case none
        }

        let subject: Subject
        /// The operations whose values are rewritten.
        let kinds: [Operation.Kind]
        let change: ValueWalk.Change
        let literal: FilterWalk.LiteralChange?

        init(
            of subject: Subject,
            kinds: [Operation.Kind],
            change: @escaping ValueWalk.Change,
            literal: FilterWalk.LiteralChange?
        ) {
            self.subject = subject
            self.kinds = kinds
            self.change = change
            self.literal = literal
        }
    }

    init(
        _ name: String,
        resource: (@Sendable (JSONObject, ResourceType) -> JSONObject?)? = nil,
        message: (@Sendable (JSON, ResourceType) -> JSON?)? = nil,
        operation: (@Sendable (Operation, ResourceType) -> [Operation]?)? = nil,
        filter: (@Sendable (Filter, ResourceType) -> Filter?)? = nil,
        sortBy: (@Sendable (String, ResourceType) -> String??)? = nil,
        values: Values? = nil
    ) {
        self.name = name
        self.resource = resource
        self.message = message
        self.operation = operation
        self.filter = filter
        self.sortBy = sortBy
        self.values = values
    }

    /// A rewrite of values and of the literals in filters, wherever they stand.
    ///
    /// - Parameters:
    ///   - name: For the log.
    ///   - subject: The values for which `value` is asked at all.
    ///   - kinds: The operations whose values are rewritten.
    ///   - value: Given a value, the attribute that it is sent for and whether it is an element
    ///     of that attribute's values.
    ///   - literal: Given a literal of a comparison and the simple attribute it is compared with.
    convenience init(
        _ name: String,
        of subject: Values.Subject,
        in kinds: [Operation.Kind] = [.add, .remove, .replace],
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
            filter: { filter, type in literals(type)?.filter(filter) },
            values: Values(of: subject, kinds: kinds, change: value, literal: literal)
        )
    }

    /// Every rewrite, in the order that they need among themselves: first what finds the
    /// operations, then what finds the attribute that is meant, then what gives its value the
    /// shape and type of the schema, and last what depends on the finished shape.
    package static let all: [Rewrite] = [
        operationList, memberOperations, operationCase, patchSchemas,
        legacyURNs, dottedKeys, shortExtensionNames, filterAliases, removeWithoutPath,
        repeatedName, arrayForSingleValue, manager, singleValueForArray, textForElement,
        numberAsText, booleanText, base64Spaces, looseInstants, capitalIDs, emptyPassword,
        emptyElements, lastPrimary, emptyValuePath, nullMembers, readOnlyPath,
        removeListedValues, unknownPath, unknownSortBy,
    ]

    /// What every profile but the strict one has: what many clients send, and what nobody means
    /// otherwise.
    static let common: [Rewrite] = [
        operationCase, patchSchemas, numberAsText, booleanText, looseInstants, capitalIDs,
        emptyPassword,
        emptyElements, lastPrimary, emptyValuePath, nullMembers, readOnlyPath,
        removeListedValues, unknownPath, unknownSortBy,
    ]
}
