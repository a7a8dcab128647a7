/// Applies PATCH operations to a resource in canonical form (RFC 7644 §3.5.2).
package struct Patch: Sendable {
    /// What to do with an operation whose value filter selects nothing.
    package enum UnmatchedFilter: Sendable {
        /// 400 `noTarget` (RFC 7644 §3.5.2.3).
        case refuse
        /// Of an `add` or `replace` make an element of the filter's equalities, where it is
        /// nothing but equalities joined by `and`: clients set first values so. A `remove` has
        /// nothing left to do.
        case createElement
    }

    package let type: ResourceType
    package let unmatchedFilter: UnmatchedFilter
    package let rigour: Rigour
    /// Which URLs are those of resources here, for references in value filters.
    package let links: Links?
    package let limits: Limits

    package init(
        type: ResourceType,
        unmatchedFilter: UnmatchedFilter,
        rigour: Rigour = .lenient,
        links: Links? = nil,
        limits: Limits = .standard
    ) {
        self.type = type
        self.unmatchedFilter = unmatchedFilter
        self.rigour = rigour
        self.links = links
        self.limits = limits
    }

    package struct Outcome: Sendable {
        /// The changed resource; not yet completed.
        package var resource: JSONObject
        /// In order.
        package var memberChanges: [MemberChange]
        /// Comparisons of values made so far; of a value filter on members its terms, since a
        /// store selects by it in one statement.
        package internal(set) var comparisons = 0
    }

    /// Applies the operations in order, all or nothing.
    ///
    /// - Parameters:
    ///   - operations: As sent, after a profile's rewrites.
    ///   - resource: As stored, without members.
    /// - Returns: The changed resource, and the changes to its members.
    /// - Throws: `noTarget` when a value filter selects nothing; `mutability`, `invalidPath`,
    ///   `invalidValue`, `invalidSyntax` as in RFC 7644 §3.12, Table 9.
    package func apply(
        _ operations: [PatchOperation],
        to resource: JSONObject
    ) throws(SCIMError) -> Outcome {
        var outcome = Outcome(resource: resource, memberChanges: [])
        for operation in operations {
            switch (operation.path, operation.kind) {
            case (.none, .remove): throw .noTarget("a remove operation needs a path")
            case (.none, _): try merge(operation, into: &outcome)
            case (.attribute(let path), _): try apply(operation, at: path, to: &outcome)
            case (.unread(let error), _):
                throw .invalidPath(
                    "Operations[\(operation.index)].path: \(error.message), at byte "
                        + "\(error.offset)"
                )
            }
        }
        outcome.memberChanges = outcome.memberChanges.joined
        return outcome
    }

    // MARK: Operations without a path

    /// Each attribute of the value is added or replaced; the others stay (RFC 7644 §3.5.2.1,
    /// §3.5.2.3).
    private func merge(
        _ operation: PatchOperation,
        into outcome: inout Outcome
    ) throws(SCIMError) {
        guard let value = operation.assigned else {
            if operation.kind == .add { return }
            throw .invalidValue("without a path the value must be an object, not null")
        }
        guard let object = value.object else {
            throw .invalidValue("without a path the value must be an object, not \(value.kind)")
        }
        for member in object.members {
            if let schema = type.extension(member.name) {
                try mergeExtension(schema, member.value, operation.kind, into: &outcome)
                continue
            }
            let found = type.coreAttribute(named: member.name)
            if found == nil, leadsToPart(member.name) {
                throw .invalidPath("\(member.name.prefix(128)) belongs into the operation's path")
            }
            guard try mayBeSet(found, member.name), let attribute = found,
                attribute !== ResourceType.schemasAttribute
            else { continue }
            let reference = AttributeReference(
                schema: type.schema.id,
                isExtension: false,
                attribute: attribute
            )
            _ = try object.uniqueValue(named: member.name, at: "")
            try set(reference, member.value, operation.kind, in: &outcome)
        }
    }

    /// Whether an operation without a path sets a member, or passes over it.
    private func mayBeSet(_ attribute: Attribute?, _ name: String) throws(SCIMError) -> Bool {
        guard let attribute else {
            if rigour == .lenient { return false }
            throw .invalidPath("there is no attribute \(name.prefix(128))")
        }
        if attribute.mutability == .readOnly, rigour == .strict {
            throw .mutability("\(attribute.name) is read-only")
        }
        return attribute.mutability != .readOnly
    }

    /// Whether a member's name, which is no attribute's, is the path to one that can be written:
    /// to pass over it would look like success.
    private func leadsToPart(_ name: String) -> Bool {
        guard let path = try? FilterParser.parsePatchPath(name),
            let reference = type.resolve(path.path), let attribute = reference.attribute,
            attribute.mutability != .readOnly
        else { return false }
        guard let sub = path.subAttribute else {
            return reference.subAttribute?.mutability != .readOnly
        }
        return attribute.subAttribute(named: sub).map { $0.mutability != .readOnly } ?? false
    }

    private func mergeExtension(
        _ schema: Schema,
        _ value: JSON,
        _ kind: PatchOperation.Kind,
        into outcome: inout Outcome
    ) throws(SCIMError) {
        if case .null = value {
            if kind == .replace { outcome.resource[schema.id] = nil }
            return
        }
        guard let object = value.object else {
            throw .invalidValue("\(schema.id) must be an object, not \(value.kind)")
        }
        for member in object.members {
            let found = schema.attribute(named: member.name)
            guard try mayBeSet(found, member.name), let attribute = found else { continue }
            let reference = AttributeReference(
                schema: schema.id,
                isExtension: true,
                attribute: attribute
            )
            _ = try object.uniqueValue(named: member.name, at: schema.id)
            try set(reference, member.value, kind, in: &outcome)
        }
    }

    // MARK: Operations with a path

    private func apply(
        _ operation: PatchOperation,
        at path: PatchPath,
        to outcome: inout Outcome
    ) throws(SCIMError) {
        guard let reference = type.resolve(path.path) else {
            throw .invalidPath("\(type.name) has no attribute \(operation.pathText.prefix(128))")
        }
        guard let attribute = reference.attribute else {
            return try applyToExtension(operation, reference, &outcome)
        }
        if attribute.name == "schemas" {
            return try checkSchemas(operation)
        }
        let target = try target(path, reference, operation.pathText)
        if attribute.mutability == .readOnly || target.sub?.mutability == .readOnly {
            throw .mutability("\(operation.pathText) is read-only")
        }
        if attribute.source == .members {
            if target.filter != nil { try count(target.terms, in: &outcome) }
            return outcome.memberChanges += try memberChanges(operation, target)
        }
        if operation.kind == .remove { return try remove(target, operation, &outcome) }
        guard let value = operation.assigned else {
            if operation.kind == .replace { return try clear(target, operation, &outcome) }
            // Adding nothing changes nothing: no answer to one who may want access taken away.
            if attribute.defaultValue != nil {
                throw .invalidValue("\(operation.pathText) has no value to add")
            }
            return
        }
        if target.isWhole { return try set(reference, value, operation.kind, in: &outcome) }
        try setPart(target, value, operation, in: &outcome)
    }

    /// `schemas` follows from the data: only to take the type's own away would be a change.
    private func checkSchemas(_ operation: PatchOperation) throws(SCIMError) {
        let urns = operation.assigned?.array ?? [operation.assigned ?? .null]
        let keepsOwn =
            operation.kind == .add
            || urns.contains { $0.string?.equalsIgnoringASCIICase(schemaURN) == true }
        if operation.kind == .remove || !keepsOwn {
            throw .mutability("schemas cannot be without \(schemaURN)")
        }
    }

    private var schemaURN: String { type.schema.id }

    private func applyToExtension(
        _ operation: PatchOperation,
        _ reference: AttributeReference,
        _ outcome: inout Outcome
    ) throws(SCIMError) {
        guard let urn = reference.schema, let schema = type.extension(urn) else { return }
        if operation.path.attribute?.filter != nil {
            throw .invalidPath("\(operation.pathText): a schema has no values to filter")
        }
        guard operation.kind != .remove, let value = operation.assigned else {
            if operation.kind != .add { outcome.resource[urn] = nil }
            return
        }
        try mergeExtension(schema, value, operation.kind, into: &outcome)
    }

    /// What a path leads to, bound to the schema.
    struct Target {
        let reference: AttributeReference
        let filter: Predicate?
        let filterSyntax: Filter?
        /// `value` of `emails[type eq "work"].value` or of `emails.value`.
        let sub: Attribute?
        let attribute: Attribute

        var isWhole: Bool { filter == nil && sub == nil }

        /// Comparisons that the filter makes with an element, at the most; 1 without a filter.
        var terms: Int { filterSyntax?.termsCount ?? 1 }
    }

    private func target(
        _ path: PatchPath,
        _ reference: AttributeReference,
        _ text: String
    ) throws(SCIMError) -> Target {
        guard let attribute = reference.attribute else { throw .invalidPath(text) }
        var sub = reference.subAttribute
        if let name = path.subAttribute {
            guard let found = attribute.subAttribute(named: name) else {
                throw .invalidPath("\(attribute.name) has no sub-attribute \(name)")
            }
            sub = found
        }
        guard let filter = path.filter else {
            return Target(
                reference: reference,
                filter: nil,
                filterSyntax: nil,
                sub: sub,
                attribute: attribute
            )
        }
        guard reference.subAttribute == nil else {
            throw .invalidPath("\(text): only an attribute can be followed by brackets")
        }
        do {
            return Target(
                reference: reference,
                filter: try filter.bound(toElementsOf: reference, in: type, links: links),
                filterSyntax: filter,
                sub: sub,
                attribute: attribute
            )
        } catch {
            throw .init(status: error.status, scimType: .invalidPath, detail: error.detail)
        }
    }
}
