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
        finished: { operation, context in
            guard operation.kind != .remove, operation.path.isNone,
                let object = operation.value?.object
            else { return nil }
            let kept = object.members.filter { member in
                !(member.value == .null && isIndispensable(member.name, context.type))
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
        values: ValueChange(in: [.add, .replace]) { value, place in
            guard place.attribute.mutability == .writeOnly, value == "" else { return nil }
            return .null
        }
    )

    /// Empty text where no text can be meant, as templates have it that are filled from an empty
    /// field: `"name": ""`, `"emails": ""`, `"active": ""`.
    ///
    /// There is no value. Not so where a path leads to what decides about access, nor for members:
    /// whether all are to go is not a thing to guess.
    static let emptyText = Rewrite(
        "emptyText",
        resource: { body, type in
            let members = body.members.changing { member in
                member.value == "" && type.extension(member.name) != nil
                    ? .init(name: member.name, value: .null) : nil
            }
            return members.map { JSONObject($0) }
        },
        operation: { operation, context in
            guard operation.kind != .remove, operation.path.isNone,
                let members = operation.value?.object?.members.changing({ member in
                    member.value == "" && context.type.extension(member.name) != nil
                        ? .init(name: member.name, value: .null) : nil
                })
            else { return nil }
            return [operation.setting(value: .object(JSONObject(members)))]
        },
        values: ValueChange(in: [.add, .replace]) { value, place in
            guard case .string("") = value, place.attribute.source != .members,
                !(place.isTarget && place.attribute.defaultValue != nil)
            else { return nil }
            let attribute = place.attribute
            let takesText =
                switch attribute.type {
                case .string, .reference, .binary:
                    place.position == .element
                        || !attribute.multiValued
                case .boolean, .decimal, .integer, .dateTime: false
                case .complex: place.position == .element
                }
            guard !takesText else { return nil }
            return .null
        }
    )
}
