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
    package let groupPatchAnswer: GroupPatchAnswer
    private let stages: [Stage]

    package init(
        name: String,
        title: String,
        rewrites: [Rewrite],
        filterValues: FilterParser.Values = .json,
        unmatchedValuePath: UnmatchedValuePath = .create,
        groupPatchAnswer: GroupPatchAnswer = .noContent
    ) {
        self.name = name
        self.title = title
        self.rewrites = rewrites
        self.filterValues = filterValues
        self.unmatchedValuePath = unmatchedValuePath
        self.groupPatchAnswer = groupPatchAnswer
        stages = Stage.stages(of: rewrites)
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

    /// Rewrites a filter.
    ///
    /// - Parameters:
    ///   - filter: Parsed with `filterValues`.
    ///   - type: The kind of resource that is searched.
    /// - Returns: The filter with the names and literals that the schema has.
    package func filter(_ filter: Filter, _ type: ResourceType) -> Rewritten<Filter> {
        rewritten(
            filter,
            when: { stage, filter in stage.mayConcern(filter, type) },
            by: { rewrite, filter in rewrite.filter?(filter, type) }
        )
    }

    private func rewritten<Value>(
        _ value: Value,
        when mayConcern: (Stage, Value) -> Bool,
        by apply: (Rewrite, Value) -> Value?
    ) -> Rewritten<Value> {
        var result = Rewritten(value)
        for stage in stages where mayConcern(stage, result.value) {
            for rewrite in stage.rewrites {
                guard let changed = apply(rewrite, result.value) else { continue }
                result.value = changed
                result.fired.append(rewrite.name)
            }
        }
        return result
    }
}
