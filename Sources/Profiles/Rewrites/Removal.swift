import SCIM

extension Rewrite {
    /// `remove` without a path, whose value names what is to go: `{"members": [{"value": "…"}]}`.
    ///
    /// Only where all of it is clear: lists of values, and attributes with one simple value.
    static let removeWithoutPath = Rewrite(
        "removeWithoutPath",
        operation: { operation, type in
            guard operation.kind == .remove, operation.isWithoutPath,
                let object = operation.value?.object, !object.isEmpty
            else { return nil }
            let parts = operation.splitting { operation.path(named: $0) } ?? []
            return parts.count == object.members.count
                && parts.allSatisfy { isClear($0, type) } ? parts : nil
        }
    )

    private static func isClear(_ removal: Operation, _ type: ResourceType) -> Bool {
        guard let path = removal.path, path.isWhole, type.canWrite(path),
            let attribute = type.target(of: path)?.attribute
        else { return false }
        return attribute.multiValued ? removal.value != .null : !attribute.isComplex
    }

    /// `remove` with a path to an attribute with several values, and a value that lists which of
    /// them are to go.
    ///
    /// RFC 7644 §3.5.2.2 would have all of them removed; Entra ID, JumpCloud and authentik mean
    /// those listed. They become filters, several in one operation.
    ///
    /// An empty list removes nothing. A value that is not understood leaves the operation as it
    /// is, which is refused: both to remove all and to remove none would be wrong.
    static let removeListedValues = Rewrite(
        "removeListedValues",
        operation: { operation, type in
            guard operation.kind == .remove, let path = operation.path, path.isWhole,
                let attribute = type.target(of: path)?.attribute, attribute.multiValued,
                attribute.mutability != .readOnly, let value = operation.value, value != .null
            else { return nil }
            if value == [] || value == [:] { return [operation.passedOver] }
            let elements = value.array ?? [value]
            let filters = elements.compactMap { filter(for: $0, of: attribute) }
            guard filters.count == elements.count else { return nil }
            return grouped(filters).map { filter in
                operation.setting(path: PatchPath(path: path.path, filter: filter))
                    .setting(value: nil)
            }
        }
    )

    /// A filter that selects the element: by its value, else by all that is said of it.
    ///
    /// - Returns: `nil` when nothing is said that could select it. A member is selected by its
    ///   value alone: by its type, all would be.
    private static func filter(for element: JSON, of attribute: Attribute) -> Filter? {
        let object = element.object ?? ["value": element]
        if let value = object.value(named: "value") {
            guard attribute.subAttribute(named: "value") != nil, let id = value.string,
                !id.isEmpty
            else { return nil }
            return .comparison(AttributePath(attribute: "value"), .eq, .string(id))
        }
        if attribute.source == .members { return nil }
        let terms = attribute.subAttributes.compactMap { sub -> Filter? in
            let literal: Literal? =
                switch object.value(named: sub.name) {
                case .string(let text)? where !text.isEmpty: .string(text)
                case .bool(let flag)?: .boolean(flag)
                default: nil
                }
            return literal.map { .comparison(AttributePath(attribute: sub.name), .eq, $0) }
        }
        if terms.isEmpty { return nil }
        return terms.count == 1 ? terms[0] : .and(terms)
    }

    /// Joins filters by `or`, far within the limits on the length and the terms of a filter.
    private static func grouped(_ filters: [Filter]) -> [Filter] {
        var groups: [[Filter]] = []
        var bytes = 0
        for filter in filters {
            let size = filter.text.utf8.count + " or ".utf8.count
            if let last = groups.last, last.count < 20, bytes + size <= 4_096 {
                groups[groups.count - 1].append(filter)
                bytes += size
            } else {
                groups.append([filter])
                bytes = size
            }
        }
        return groups.map { $0.count == 1 ? $0[0] : .or($0) }
    }
}
