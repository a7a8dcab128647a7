import SCIM

/// How one kind of client departs from the RFCs, and what is made of it.
///
/// A profile is chosen for each token. What is unambiguous, whoever sends it, every profile
/// understands but the strict one (`Rewrite.common`); a profile names what it needs beyond that.
/// What it does not know stays as it was sent, and the protocol's own rules refuse it: a request
/// that nobody understands is an error, never a success.
package struct Profile: Sendable {
    /// As given on the command line: lower case, letters only.
    package let name: String
    /// For people: `Microsoft Entra ID`.
    package let title: String
    /// In the order in which they are tried, which is that of `Rewrite.all`.
    package let rewrites: [Rewrite]
    /// What stands for a value in filters and in paths.
    let filterValues: FilterParser.Values
    /// What to do with an `add` or `replace` whose value filter selects nothing.
    let unmatchedFilter: Patch.UnmatchedFilter
    /// What to do when a user that was deactivated is created again.
    package let restoring: Restoring
    package let rigour: Rigour
    private let filterRepairs: [FilterRepair]
    private let groupPatchAnswer: GroupPatchAnswer
    private let groupReaders: [String]
    private let values: [ValueWalk.Step]
    private let filterNames: [FilterWalk.Step<FilterWalk.NameChange>]
    private let literals: [FilterWalk.Step<FilterWalk.LiteralChange>]

    /// - Parameters:
    ///   - name: Lower case, letters only.
    ///   - title: For people.
    ///   - rewrites: In any order.
    ///   - filterRepairs: Tried in order, before a filter is parsed.
    ///   - filterValues: What stands for a value in filters and in paths.
    ///   - unmatchedFilter: What to do with a value filter that selects nothing.
    ///   - restoring: What to do when a user that was deactivated is created again.
    ///   - rigour: What to do with what is neither known nor rewritten.
    ///   - groupPatchAnswer: How a successful PATCH of a group is answered.
    ///   - groupReaders: Beginnings of the `User-Agent` of clients that read that answer all the
    ///     same.
    /// - Precondition: Every rewrite has its place in `Rewrite.all`.
    init(
        name: String,
        title: String,
        rewrites: [Rewrite] = Rewrite.common,
        filterRepairs: [FilterRepair] = [.doubleEncoding],
        filterValues: FilterParser.Values = .bareWords,
        unmatchedFilter: Patch.UnmatchedFilter = .createElement,
        restoring: Restoring = .nothing,
        rigour: Rigour = .lenient,
        groupPatchAnswer: GroupPatchAnswer = .noContent,
        groupReaders: [String] = [Profile.wso2UserAgent]
    ) {
        self.name = name
        self.title = title
        self.rewrites = Self.inOrder(rewrites)
        self.filterRepairs = filterRepairs
        self.filterValues = filterValues
        self.unmatchedFilter = unmatchedFilter
        self.restoring = restoring
        self.rigour = rigour
        self.groupPatchAnswer = groupPatchAnswer
        self.groupReaders = groupReaders
        let numbered = self.rewrites.enumerated()
        values = numbered.compactMap { number, rewrite in
            rewrite.values.map { .init(rewrite: number, values: $0) }
        }
        filterNames = numbered.compactMap { number, rewrite in
            rewrite.filterName.map { .init(rewrite: number, change: $0) }
        }
        literals = numbered.compactMap { number, rewrite in
            rewrite.literal.map { .init(rewrite: number, change: $0) }
        }
    }

    /// The rewrites in the order of `Rewrite.all`.
    ///
    /// One that is not there has no place: it would never be tried, and nobody would notice.
    private static func inOrder(_ rewrites: [Rewrite]) -> [Rewrite] {
        let ordered = Rewrite.all.filter { rewrite in rewrites.contains { $0 === rewrite } }
        precondition(ordered.count == rewrites.count, "a rewrite is not in Rewrite.all")
        return ordered
    }

    /// How a successful PATCH of a group is answered where the request names no attributes
    /// (RFC 7644 §3.5.2 leaves the choice).
    package enum GroupPatchAnswer: Sendable {
        /// 204.
        case noContent
        /// 200 with the group, but not its members.
        case resourceWithoutMembers
    }
}

extension Profile {
    /// Rewrites the body of a POST or PUT.
    ///
    /// - Parameters:
    ///   - body: As sent, of any shape.
    ///   - type: The kind of resource that it is meant for.
    /// - Returns: The body as the RFC has it; what was not understood as it was sent.
    /// - Throws: `invalidValue` for a name that is no attribute's and seems to mean access.
    package func resource(
        _ body: JSON,
        _ type: ResourceType
    ) throws(SCIMError) -> Rewritten<JSON> {
        guard var object = body.object, !rewrites.isEmpty else { return Rewritten(body) }
        var fired: Set<Int> = []
        for (number, rewrite) in rewrites.enumerated() {
            guard let changed = rewrite.resource?(object, type) else { continue }
            object = changed
            fired.insert(number)
        }
        var walk = ValueWalk(type: type, steps: values)
        if let changed = walk.resource(object) { object = changed }
        fired.formUnion(walk.fired)
        if let name = Access.refused(in: object, type) {
            throw .invalidValue(Self.refusal(of: name, type))
        }
        if fired.isEmpty { return Rewritten(body) }
        return Rewritten(value: .object(object), fired: names(fired))
    }

    private static func refusal(of name: String, _ type: ResourceType) -> String {
        "\(type.name) has no attribute \(name.prefix(128)); it looks as if it meant access, and is"
            + " not passed over"
    }

    /// Reads and rewrites a PATCH request's message (RFC 7644 §3.5.2).
    ///
    /// - Parameters:
    ///   - message: As sent, of any shape.
    ///   - type: The kind of the resource that is patched.
    ///   - limits: On the operations as sent, and on the length, terms and levels of paths.
    /// - Returns: The operations as the RFC has them; what was not understood as it was sent.
    /// - Throws: What `PatchRequest.init` throws; `invalidPath` for a name that is no attribute's
    ///   and seems to mean access.
    package func patch(
        _ message: JSON,
        _ type: ResourceType,
        limits: Limits = .standard
    ) throws(SCIMError) -> Rewritten<PatchRequest> {
        var fired: Set<Int> = []
        let message = envelope(message, type, &fired)
        var request = try PatchRequest(message, values: filterValues, limits: limits)
        if rewrites.isEmpty { return Rewritten(request) }
        let context = Rewrite.Context(type: type, values: filterValues, limits: limits)
        var operations: [PatchOperation] = []
        operations.reserveCapacity(request.operations.count)
        for operation in request.operations {
            operations += rewritten(operation, context, &fired)
        }
        for operation in operations {
            guard let name = Self.refusedName(in: operation, type) else { continue }
            throw .invalidPath(Self.refusal(of: name, type))
        }
        request.operations = operations
        return Rewritten(value: request, fired: names(fired))
    }

    private static func refusedName(
        in operation: PatchOperation,
        _ type: ResourceType
    ) -> String? {
        guard let value = operation.value else { return nil }
        if operation.path.isNone { return value.object.flatMap { Access.refused(in: $0, type) } }
        return Access.refused(at: operation.path.attribute, value, type)
    }

    /// The message with its operations where the RFC has them.
    func envelope(_ message: JSON, _ type: ResourceType, _ fired: inout Set<Int>) -> JSON {
        var message = message
        for (number, rewrite) in rewrites.enumerated() {
            guard let changed = rewrite.message?(message, type) else { continue }
            message = changed
            fired.insert(number)
        }
        return message
    }

    private func rewritten(
        _ operation: PatchOperation,
        _ context: Rewrite.Context,
        _ fired: inout Set<Int>
    ) -> [PatchOperation] {
        var operations = [operation]
        for (number, rewrite) in rewrites.enumerated() {
            guard let apply = rewrite.operation else { continue }
            if operations.replace(by: { apply($0, context) }) { fired.insert(number) }
        }
        operations.replace { withValues($0, context.type, &fired) }
        for (number, rewrite) in rewrites.enumerated() {
            guard let apply = rewrite.finished else { continue }
            if operations.replace(by: { apply($0, context) }) { fired.insert(number) }
        }
        return operations
    }

    /// The operation with its value, and the literals in its path, as the schema has them.
    ///
    /// - Returns: `nil` when nothing changed; a removal more for each attribute that the value
    ///   clears.
    private func withValues(
        _ operation: PatchOperation,
        _ type: ResourceType,
        _ fired: inout Set<Int>
    ) -> [PatchOperation]? {
        var changed: PatchOperation?
        if let path = operation.path.attribute, path.filter != nil {
            var walk = FilterWalk(type: type, literals: literals)
            changed = walk.path(path).map { operation.setting(path: .attribute($0)) }
            fired.formUnion(walk.fired)
        }
        var walk = ValueWalk(type: type, steps: values, kind: operation.kind)
        let outcome = walk.value(of: operation)
        fired.formUnion(walk.fired)
        switch outcome {
        case nil: return changed.map { [$0] }
        case .value(let value)?:
            let removals = walk.cleared.map { operation.removing(PatchPath(path: $0)) }
            return [(changed ?? operation).setting(value: value)] + removals
        case .cleared?:
            return operation.path.attribute.map { [operation.removing($0)] }
        }
    }

    /// Parses a filter and rewrites it.
    ///
    /// - Parameters:
    ///   - text: As sent.
    ///   - type: The kind of resource that is searched.
    ///   - limits: On its length, terms and levels.
    /// - Returns: The filter with the names and literals that the schema has.
    /// - Throws: `SyntaxError` when it cannot be parsed.
    package func filter(
        _ text: String,
        _ type: ResourceType,
        limits: Limits = .standard
    ) throws(SyntaxError) -> Rewritten<Filter> {
        let parsed = try parsed(text, limits)
        var walk = FilterWalk(type: type, names: filterNames, literals: literals)
        guard let changed = walk.filter(parsed.value) else { return parsed }
        return Rewritten(value: changed, fired: parsed.fired + names(walk.fired))
    }

    private func parsed(
        _ text: String,
        _ limits: Limits
    ) throws(SyntaxError) -> Rewritten<Filter> {
        for repair in filterRepairs where text.utf8.count <= limits.filterBytes {
            if let filter = repair.repaired(text, filterValues) {
                return Rewritten(value: filter, fired: [repair.name])
            }
        }
        return Rewritten(try FilterParser.parse(text, values: filterValues, limits: limits))
    }

    /// What a list is to be ordered by.
    ///
    /// - Parameters:
    ///   - name: The parameter `sortBy` as sent.
    ///   - type: The kind of resource that is listed.
    /// - Returns: `nil` for the order that lists have by themselves.
    package func sortBy(_ name: String, _ type: ResourceType) -> Rewritten<String?> {
        for rewrite in rewrites {
            if let changed = rewrite.sortBy?(name, type) {
                return Rewritten(value: changed, fired: [rewrite.name])
            }
        }
        return Rewritten(name)
    }

    /// The direction of a list's order: the parameter `sortOrder` as sent, or as the RFC has it.
    package func sortOrder(_ order: String?) -> Rewritten<String?> {
        for rewrite in rewrites {
            if let changed = order.flatMap({ rewrite.sortOrder?($0) }) {
                return Rewritten(value: changed, fired: [rewrite.name])
            }
        }
        return Rewritten(order)
    }

    /// The id in a request's path.
    package func id(_ id: String) -> Rewritten<String> {
        guard rewrites.contains(where: { $0 === Rewrite.capitalIDs }),
            let small = Rewrite.smallID(id)
        else { return Rewritten(id) }
        return Rewritten(value: small, fired: [Rewrite.capitalIDs.name])
    }

    /// How operations are applied.
    ///
    /// `links` tells which URLs are those of resources here.
    package func patch(of type: ResourceType, links: Links?, limits: Limits) -> Patch {
        Patch(
            type: type,
            unmatchedFilter: unmatchedFilter,
            rigour: rigour,
            links: links,
            limits: limits
        )
    }

    /// How a successful PATCH of a group is answered to a client.
    ///
    /// `userAgent` is the field's value.
    package func groupPatchAnswer(to userAgent: String?) -> GroupPatchAnswer {
        let reads = groupReaders.contains {
            userAgent?.hasPrefixIgnoringASCIICase($0) == true
        }
        return reads ? .resourceWithoutMembers : groupPatchAnswer
    }

    private func names(_ fired: Set<Int>) -> [String] {
        fired.sorted().map { rewrites[$0].name }
    }
}

extension [PatchOperation] {
    /// Puts others in the place of some operations.
    ///
    /// - Parameter change: `nil` keeps an operation.
    /// - Returns: Whether an operation was replaced.
    @discardableResult
    fileprivate mutating func replace(
        by change: (PatchOperation) -> [PatchOperation]?
    ) -> Bool {
        var replaced: [PatchOperation]?
        for (index, operation) in enumerated() {
            guard let changed = change(operation) else {
                replaced?.append(operation)
                continue
            }
            if replaced == nil { replaced = Array(self[..<index]) }
            replaced?.append(contentsOf: changed)
        }
        guard let replaced else { return false }
        self = replaced
        return true
    }
}
