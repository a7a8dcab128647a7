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
    /// A PATCH request's message as a whole, before it is read.
    let message: (@Sendable (JSON, ResourceType) -> JSON?)?
    /// The body of a POST or PUT, before its values are gone through.
    let resource: (@Sendable (JSONObject, ResourceType) -> JSONObject?)?
    /// One operation of a PATCH, before its value is gone through; may become several.
    let operation: (@Sendable (PatchOperation, Context) -> [PatchOperation]?)?
    /// The same behind that: what depends on the finished value.
    let finished: (@Sendable (PatchOperation, Context) -> [PatchOperation]?)?
    /// Values, wherever they stand.
    let values: ValueChange?
    /// The names in filters.
    let filterName: FilterWalk.NameChange?
    /// The literals in filters, also between the brackets of paths.
    let literal: FilterWalk.LiteralChange?
    /// What a list is ordered by; `nil` within for no order of its own.
    let sortBy: (@Sendable (String, ResourceType) -> String??)?
    /// The direction of that order.
    let sortOrder: (@Sendable (String) -> String?)?

    /// What a rewrite of operations may know besides the operation.
    struct Context: Sendable {
        let type: ResourceType
        /// What stands for a value in paths.
        let values: FilterParser.Values
        let limits: Limits

        /// The path that text stands for, such as a member's name in an operation without a path.
        func path(_ text: String) -> PatchOperation.Path {
            .init(reading: text, values, limits)
        }
    }

    init(
        _ name: String,
        message: (@Sendable (JSON, ResourceType) -> JSON?)? = nil,
        resource: (@Sendable (JSONObject, ResourceType) -> JSONObject?)? = nil,
        operation: (@Sendable (PatchOperation, Context) -> [PatchOperation]?)? = nil,
        finished: (@Sendable (PatchOperation, Context) -> [PatchOperation]?)? = nil,
        values: ValueChange? = nil,
        filterName: FilterWalk.NameChange? = nil,
        literal: FilterWalk.LiteralChange? = nil,
        sortBy: (@Sendable (String, ResourceType) -> String??)? = nil,
        sortOrder: (@Sendable (String) -> String?)? = nil
    ) {
        self.name = name
        self.message = message
        self.resource = resource
        self.operation = operation
        self.finished = finished
        self.values = values
        self.filterName = filterName
        self.literal = literal
        self.sortBy = sortBy
        self.sortOrder = sortOrder
    }

    /// Every rewrite, in the order that they need among themselves: first what finds the
    /// operations, then what finds the attribute that is meant, then what gives its value the
    /// shape and type of the schema, and last what depends on the finished shape.
    package static let all: [Rewrite] = [
        noOperations, operationList, memberOperations, operationCase, patchSchemas,
        legacyURNs, prefixedNames, schemaNames, dottedKeys, shortExtensionNames, filterAliases,
        removeWithoutPath, repeatedName,
        jsonText, arrayForSingleValue, objectForSimpleValue, singleReference, emptyText,
        singleValueForArray, textForElement, numberAsText, booleanText, booleanNumber, pemArmour,
        base64Lines, looseInstants, capitalIDs, emptyPassword,
        emptyElements, lastPrimary, emptyValuePath, nullMembers, readOnlyPath,
        removeListedValues, unknownPath, unknownSortBy, shortSortOrder,
    ]

    /// What every profile but the strict one has: all that nobody means otherwise, whoever
    /// sends it.
    package static let common: [Rewrite] = all.filter { rewrite in
        ![noOperations, schemaNames].contains { $0 === rewrite }
    }
}
