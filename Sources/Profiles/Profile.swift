import SCIM

/// How one kind of client departs from the RFCs, and what is made of it.
///
/// A profile is chosen for each token. What it does not know stays as it was sent, and the
/// protocol's own rules refuse it: a request that nobody understands is an error, never a
/// success.
package struct Profile: Sendable {
    /// As given on the command line: lower case, letters only.
    package let name: String
    /// For people: `Microsoft Entra ID`.
    package let title: String
    /// In the order in which they are tried, which is that of `Rewrite.all`.
    package let rewrites: [Rewrite]
    /// What stands for a value in filters and in paths.
    package let filterValues: FilterParser.Values
    package let unmatchedValuePath: UnmatchedValuePath
    package let recreation: Recreation
    package let rigour: Rigour
    private let filterRepairs: [FilterRepair]
    private let groupPatchAnswer: GroupPatchAnswer
    private let groupReaders: [String]
    private let stages: [Stage]
    private let ofValues: Stage
    private let readsCapitalIDs: Bool

    /// - Parameters:
    ///   - name: Lower case, letters only.
    ///   - title: For people.
    ///   - rewrites: In any order.
    ///   - filterRepairs: Tried in order, before a filter is parsed.
    ///   - filterValues: What stands for a value in filters and in paths.
    ///   - unmatchedValuePath: What to do with a value filter that selects nothing.
    ///   - recreation: What to do when a user that was deactivated is created again.
    ///   - rigour: What to do with what is neither known nor rewritten.
    ///   - groupPatchAnswer: How a successful PATCH of a group is answered.
    ///   - groupReaders: Beginnings of the `User-Agent` of clients that read that answer all the
    ///     same.
    package init(
        name: String,
        title: String,
        rewrites: [Rewrite],
        filterRepairs: [FilterRepair] = [],
        filterValues: FilterParser.Values = .json,
        unmatchedValuePath: UnmatchedValuePath = .create,
        recreation: Recreation = .conflict,
        rigour: Rigour = .lenient,
        groupPatchAnswer: GroupPatchAnswer = .noContent,
        groupReaders: [String] = []
    ) {
        self.name = name
        self.title = title
        self.rewrites = Rewrite.all.filter { rewrite in rewrites.contains { $0 === rewrite } }
        self.filterRepairs = filterRepairs
        self.filterValues = filterValues
        self.unmatchedValuePath = unmatchedValuePath
        self.recreation = recreation
        self.rigour = rigour
        self.groupPatchAnswer = groupPatchAnswer
        self.groupReaders = groupReaders
        stages = Stage.stages(of: self.rewrites)
        ofValues = Stage.ofValues(of: self.rewrites)
        readsCapitalIDs = self.rewrites.contains { $0 === Rewrite.capitalIDs }
    }

    /// What to do with an `add` or `replace` whose value filter selects nothing.
    package enum UnmatchedValuePath: Sendable {
        /// Make an element of the filter's equalities.
        case create
        /// 400 `noTarget` (RFC 7644 §3.5.2.3).
        case noTarget
    }

    /// How a successful PATCH of a group is answered where the request names no attributes
    /// (RFC 7644 §3.5.2 leaves the choice).
    package enum GroupPatchAnswer: Sendable {
        /// 204.
        case noContent
        /// 200 with the group, but not its members.
        case resourceWithoutMembers
    }

    /// What to do with a POST for a user that there is already, but deactivated.
    package enum Recreation: Sendable {
        /// 409 `uniqueness`, as for any other.
        case conflict
        /// Give the user that there is the state that was sent, under the id that it has.
        case restoration
    }

    /// What to do with what is neither known nor rewritten: unknown schemas, members of a PATCH
    /// that are no attributes, media types.
    package enum Rigour: Sendable {
        /// Pass over it.
        case lenient
        /// Refuse it.
        case strict
    }

    /// Every profile, one file each.
    package static let all: [Profile] = [
        generic, strict, authentik, cyberark, entra, gluu, google, jumpcloud, keycloak, midpoint,
        miniorange, okta, onelogin, pingone, rippling, sailpoint, wso2,
    ]

    /// The profile with the name, without regard to case.
    package static func named(_ name: String) -> Profile? {
        all.first { $0.name.equalsIgnoringASCIICase(name) }
    }
}

extension Profile {
    /// Rewrites the body of a POST or PUT.
    ///
    /// - Parameters:
    ///   - body: As sent, of any shape.
    ///   - type: The kind of resource that it is meant for.
    /// - Returns: The body as the RFC has it; what was not understood as it was sent.
    package func resource(_ body: JSON, _ type: ResourceType) -> Rewritten<JSON> {
        guard let sent = body.object else { return Rewritten(body) }
        let result = rewritten(
            sent,
            when: { stage, object in stage.mayConcern(object, type) },
            by: { rewrite, object in rewrite.resource?(object, type) }
        )
        if result.fired.isEmpty { return Rewritten(body) }
        return Rewritten(value: .object(result.value), fired: result.fired)
    }

    /// Rewrites a PATCH request's message (RFC 7644 §3.5.2).
    ///
    /// One operation can become several, so that the limit on their number is best checked on
    /// the message as sent.
    ///
    /// - Parameters:
    ///   - message: As sent, of any shape.
    ///   - type: The kind of the resource that is patched.
    /// - Returns: The message as the RFC has it; what was not understood as it was sent.
    package func patch(_ message: JSON, _ type: ResourceType) -> Rewritten<JSON> {
        let message = rewritten(
            message,
            when: { _, _ in true },
            by: { rewrite, message in rewrite.message?(message, type) }
        )
        guard let operations = OperationList(message.value, filterValues) else { return message }
        let result = rewritten(
            operations,
            when: { stage, operations in operations.contains { stage.mayConcern($0, type) } },
            by: { rewrite, operations in
                rewrite.operation.flatMap { apply in operations.rewritten { apply($0, type) } }
            }
        )
        if result.fired.isEmpty { return message }
        return Rewritten(
            value: result.value.message,
            fired: message.fired + result.fired
        )
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
        let result = rewritten(
            parsed.value,
            when: { stage, filter in stage.mayConcern(filter, type) },
            by: { rewrite, filter in rewrite.filter?(filter, type) }
        )
        return Rewritten(value: result.value, fired: parsed.fired + result.fired)
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

    /// The id in a request's path.
    package func id(_ id: String) -> Rewritten<String> {
        guard readsCapitalIDs, let small = Rewrite.smallID(id) else { return Rewritten(id) }
        return Rewritten(value: small, fired: [Rewrite.capitalIDs.name])
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

    private func rewritten<Value>(
        _ value: Value,
        when mayConcern: (Stage, Value) -> Bool,
        by apply: (Rewrite, Value) -> Value?
    ) -> Rewritten<Value> {
        var result = Rewritten(value)
        // While nothing has been changed, what is true of the value as sent is true of it.
        let valuesAreFine = !mayConcern(ofValues, value)
        for stage in stages {
            if stage.isOfValues && valuesAreFine && result.fired.isEmpty { continue }
            guard mayConcern(stage, result.value) else { continue }
            for rewrite in stage.rewrites {
                guard let changed = apply(rewrite, result.value) else { continue }
                result.value = changed
                result.fired.append(rewrite.name)
            }
        }
        return result
    }
}
