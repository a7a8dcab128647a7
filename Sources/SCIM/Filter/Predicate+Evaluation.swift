extension Predicate {
    /// Whether a resource satisfies the predicate: what filters mean (RFC 7644 §3.4.2.2).
    ///
    /// The store's SQL means the same. `resource` is the whole resource in canonical form, with
    /// `id`, `meta`, `groups` and `members`.
    package func matches(_ resource: JSONObject) -> Bool {
        switch self {
        case .and(let terms): terms.allSatisfy { $0.matches(resource) }
        case .or(let terms): terms.contains { $0.matches(resource) }
        case .not(let inner): !inner.matches(resource)
        case .present(let reference): resource.values(of: reference).contains(where: \.isPresent)
        case .element(let reference, let inner):
            resource.elements(of: reference).contains { inner.matches(element: $0) }
        case .comparison(let reference, let comparison, let operand):
            Self.compare(
                resource.keys(of: reference),
                comparison,
                operand,
                absent: reference.isMultiValued ? false : comparison == .ne
            )
        }
    }

    /// Whether one element of a multi-valued attribute satisfies the predicate.
    package func matches(element: JSON) -> Bool {
        switch self {
        case .and(let terms): terms.allSatisfy { $0.matches(element: element) }
        case .or(let terms): terms.contains { $0.matches(element: element) }
        case .not(let inner): !inner.matches(element: element)
        case .element: preconditionFailure("value paths are never nested")
        case .present(let reference): reference.value(in: element)?.isPresent == true
        case .comparison(let reference, let comparison, let operand):
            Self.compare(
                [reference.key(in: element)].compactMap(\.self),
                comparison,
                operand,
                absent: comparison == .ne
            )
        }
    }

    private static func compare(
        _ keys: [Key],
        _ comparison: ComparisonOperator,
        _ operand: Key,
        absent: Bool
    ) -> Bool {
        keys.isEmpty ? absent : keys.contains { comparison.holds($0, operand) }
    }
}

extension ComparisonOperator {
    fileprivate func holds(_ value: Key, _ operand: Key) -> Bool {
        switch self {
        case .eq: value.equals(operand)
        case .ne: !value.equals(operand)
        case .gt: operand.precedes(value)
        case .ge: !value.precedes(operand)
        case .lt: value.precedes(operand)
        case .le: !operand.precedes(value)
        case .co: Self.texts(value, operand) { $0.contains($1) }
        case .sw: Self.texts(value, operand) { $0.starts(with: $1) }
        case .ew: Self.texts(value, operand) { $0.reversed().starts(with: $1.reversed()) }
        }
    }

    private static func texts(
        _ value: Key,
        _ operand: Key,
        _ holds: ([UInt8], [UInt8]) -> Bool
    ) -> Bool {
        guard case .text(let text) = value, case .text(let part) = operand else { return false }
        return holds(Array(text.utf8), Array(part.utf8))
    }
}

extension JSON {
    /// Whether the value counts for `pr`: not empty, and for a complex value with some node that
    /// is not empty.
    package var isPresent: Bool {
        switch self {
        case .null: false
        case .string(let text): !text.isEmpty
        case .array(let elements): elements.contains(where: \.isPresent)
        case .object(let object): object.members.contains { $0.value.isPresent }
        case .bool, .integer, .number: true
        }
    }
}

extension AttributeReference {
    /// The part of an element that the reference names: the sub-attribute, or the element itself.
    package func value(in element: JSON) -> JSON? {
        guard let subAttribute else { return element }
        return element.object?[subAttribute.name]
    }

    package func key(in element: JSON) -> Key? {
        guard let definition else { return nil }
        if let value = value(in: element) { return definition.key(of: value) }
        return attribute?.multiValued == true && definition.absentMeansFalse ? .integer(0) : nil
    }
}

extension JSONObject {
    /// The elements of an attribute; the one value of a single-valued attribute.
    package func elements(of reference: AttributeReference) -> [JSON] {
        let container = reference.isExtension ? self[reference.schema ?? ""]?.object : self
        guard let attribute = reference.attribute else {
            return container.map { [.object($0)] } ?? []
        }
        guard let value = container?[attribute.name] else { return [] }
        return value.array ?? [value]
    }

    /// The values that a reference names in the resource's elements.
    package func values(of reference: AttributeReference) -> [JSON] {
        elements(of: reference).compactMap { reference.value(in: $0) }
    }

    package func keys(of reference: AttributeReference) -> [Key] {
        elements(of: reference).compactMap { reference.key(in: $0) }
    }
}
