import SCIM

extension Rewrite {
    /// `null` for what a resource cannot be without, among the members of a PATCH without a path:
    /// `{"displayName": "x", "active": null, "members": null}`.
    ///
    /// Serialisers write it for what they have no value for. As in a POST or PUT it changes
    /// nothing: an account is not switched on or off by it, and no group loses its members.
    /// Where a path names the attribute, `null` is meant, and the protocol's rules decide.
    static let nullMembers = Rewrite(
        "nullMembers",
        operation: { operation, type in
            guard operation.kind != .remove, operation.isWithoutPath,
                let object = operation.value?.object
            else { return nil }
            let kept = object.members.filter { member in
                !(member.value == .null && isIndispensable(member.name, type))
            }
            if kept.count == object.members.count { return nil }
            return [operation.setting(value: .object(JSONObject(kept)))]
        }
    )

    private static func isIndispensable(_ name: String, _ type: ResourceType) -> Bool {
        guard let attribute = type.coreAttribute(named: name) else { return false }
        return attribute.required || attribute.defaultValue != nil || attribute.source == .members
    }

    /// Empty text for a password, which templates send that are filled from an empty field: there
    /// is none, and the one that is stored stays.
    static let emptyPassword = Rewrite(
        "emptyPassword",
        of: .texts,
        in: [.add, .replace]
    ) { value, attribute, _ in
        attribute.mutability == .writeOnly && value == "" ? .null : nil
    }
}
