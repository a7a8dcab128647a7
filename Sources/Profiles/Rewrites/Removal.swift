import SCIM

extension Rewrite {
    /// `remove` without a path, whose value names what is to go: `{"members": [{"value": "…"}]}`.
    ///
    /// Only where all of it is clear: lists of values, and attributes with one simple value.
    static let removeWithoutPath = Rewrite(
        "removeWithoutPath",
        operation: { operation, context in
            guard operation.kind == .remove, operation.path.isNone,
                let object = operation.value?.object, !object.isEmpty
            else { return nil }
            let parts = operation.splitting { context.path($0).attribute } ?? []
            return parts.count == object.members.count
                && parts.allSatisfy { isClear($0, context.type) } ? parts : nil
        }
    )

    private static func isClear(_ removal: PatchOperation, _ type: ResourceType) -> Bool {
        guard let path = removal.path.attribute, type.canWrite(path),
            let attribute = type.wholeTarget(of: path)
        else { return false }
        return attribute.multiValued ? removal.value != .null : !attribute.isComplex
    }

    /// `remove` with a path to an attribute with several values, and a value that lists which of
    /// them are to go.
    ///
    /// RFC 7644 §3.5.2.2 would have all of them removed; Entra ID, JumpCloud and authentik mean
    /// those listed.
    ///
    /// An empty list removes nothing. A value that is not understood leaves the operation as it
    /// is, which is refused: both to remove all and to remove none would be wrong.
    static let removeListedValues = Rewrite(
        "removeListedValues",
        finished: { operation, context in
            guard operation.kind == .remove, operation.listed == nil,
                let attribute = operation.path.attribute.flatMap(context.type.wholeTarget),
                attribute.multiValued, attribute.mutability != .readOnly,
                let value = operation.assigned
            else { return nil }
            if value == [] || value == [:] { return [operation.passedOver] }
            let elements = value.array ?? [value]
            let listed = elements.compactMap { description(of: $0, attribute) }
            guard listed.count == elements.count else { return nil }
            var removal = operation.setting(value: nil)
            removal.listed = listed
            return [removal]
        }
    )

    /// What selects an element: its value, else all that is said of it.
    ///
    /// - Returns: `nil` when nothing is said that could select it. A member is selected by its
    ///   value alone: by its type, all would be.
    private static func description(of element: JSON, _ attribute: Attribute) -> JSON? {
        let object = element.object ?? ["value": element]
        if let value = object.value(named: "value") {
            guard attribute.subAttribute(named: "value") != nil, let text = value.string,
                !text.isEmpty, attribute.source != .members || isOneID(text)
            else { return nil }
            return ["value": .string(text)]
        }
        if attribute.source == .members { return nil }
        let said = attribute.subAttributes.compactMap { sub -> JSONObject.Member? in
            switch object.value(named: sub.name) {
            case .string(let text)? where !text.isEmpty:
                sub.key(of: .string(text)).map { _ in .init(name: sub.name, value: .string(text)) }
            case .bool(let flag)? where sub.type == .boolean:
                .init(name: sub.name, value: .bool(flag))
            default: nil
            }
        }
        return said.isEmpty ? nil : .object(JSONObject(said))
    }
    /// Whether text can be the id of a member, and not several in a row: to look for those would
    /// find none, and to say so by success would leave all of them in the group.
    private static func isOneID(_ text: String) -> Bool {
        !text.utf8.contains { $0 <= UInt8(ascii: " ") || ",;".utf8.contains($0) }
    }
}
