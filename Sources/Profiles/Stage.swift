import SCIM

/// Rewrites that are tried one behind the other and asked together whether any is concerned.
///
/// Nearly every request needs nearly none of them, and a walk over all values for each rewrite
/// would be most of what a profile costs. When none is concerned with what there is before the
/// first of them, it is the same for each: those before it have changed nothing.
struct Stage: Sendable {
    /// Either rewrites of values only, or a single one of another kind.
    let rewrites: [Rewrite]
    private let values: [Rewrite.Values]
    private let ofTexts: [Rewrite.Values]
    private let ofNumbers: [Rewrite.Values]
    private let ofCollections: [Rewrite.Values]

    private init(rewrites: [Rewrite], values: [Rewrite.Values]) {
        self.rewrites = rewrites
        self.values = values
        ofTexts = values.filter { $0.subject == .texts }
        ofNumbers = values.filter { $0.subject == .numbers }
        ofCollections = values.filter { $0.subject == .collections }
    }

    /// All rewrites of values only, to ask at once whether any stage of them is concerned.
    static func ofValues(of rewrites: [Rewrite]) -> Stage {
        let ofValues = rewrites.filter { $0.values != nil }
        return Stage(rewrites: ofValues, values: ofValues.compactMap(\.values))
    }

    var isOfValues: Bool { !values.isEmpty }

    /// The rewrites in their order, with those of values that are neighbours together.
    static func stages(of rewrites: [Rewrite]) -> [Stage] {
        var stages: [Stage] = []
        for rewrite in rewrites {
            guard let values = rewrite.values else {
                stages.append(Stage(rewrites: [rewrite], values: []))
                continue
            }
            let last = stages.last.flatMap { $0.values.isEmpty ? nil : stages.popLast() }
            stages.append(
                Stage(
                    rewrites: (last?.rewrites ?? []) + [rewrite],
                    values: (last?.values ?? []) + [values]
                )
            )
        }
        return stages
    }

    /// - Returns: `false` when no rewrite would change the body.
    func mayConcern(_ body: JSONObject, _ type: ResourceType) -> Bool {
        if values.isEmpty { return true }
        let walk = ValueWalk(type: type) { value, attribute, position in
            for rewrite in rewritesOf(value)
            where rewrite.change(value, attribute, position) != nil {
                return value
            }
            return nil
        }
        return walk.resource(body) != nil
    }

    /// The rewrites that a value may concern.
    private func rewritesOf(_ value: JSON) -> [Rewrite.Values] {
        switch value {
        case .string: ofTexts
        case .integer, .number: ofNumbers
        case .array, .object: ofCollections
        case .null, .bool: []
        }
    }

    /// - Returns: `false` when no rewrite would change the operation.
    func mayConcern(_ operation: Operation, _ type: ResourceType) -> Bool {
        if values.isEmpty { return true }
        if operation.path?.filter != nil, literalWalk(type).operation(operation) != nil {
            return true
        }
        let walk = ValueWalk(type: type) { value, attribute, position in
            for rewrite in rewritesOf(value)
            where rewrite.kinds.contains(operation.kind)
                && rewrite.change(value, attribute, position) != nil
            {
                return value
            }
            return nil
        }
        return walk.value(of: operation) != nil
    }

    /// - Returns: `false` when no rewrite would change the filter.
    func mayConcern(_ filter: Filter, _ type: ResourceType) -> Bool {
        values.isEmpty || literalWalk(type).filter(filter) != nil
    }

    private func literalWalk(_ type: ResourceType) -> FilterWalk {
        FilterWalk(
            type: type,
            literal: { [values] literal, attribute in
                values.contains { $0.literal?(literal, attribute) != nil } ? literal : nil
            }
        )
    }
}
