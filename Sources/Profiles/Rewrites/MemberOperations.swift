import SCIM

extension Rewrite {
    /// A PATCH as SCIM 1.1 had it: part of a resource, in which a value says `"operation":
    /// "delete"` where it is to go, and `meta.attributes` lists what is to be cleared.
    ///
    /// OneLogin's 1.x connector changes groups so.
    ///
    /// A message that neither names a schema of that age nor has an `operation` is something
    /// else, and stays.
    static let memberOperations = Rewrite(
        "memberOperations",
        message: { message, type in
            guard let object = message.object, object.value(named: "Operations") == nil,
                isOfSCIM1(object, type), let operations = operations(of: object, type),
                !operations.isEmpty
            else { return nil }
            return [
                "schemas": [.string(MessageSchema.patchOp)], "Operations": .array(operations),
            ]
        }
    )

    private static func isOfSCIM1(_ object: JSONObject, _ type: ResourceType) -> Bool {
        let schemas = object.value(named: "schemas")?.array ?? []
        return schemas.contains { $0.string.map { modernURN($0, type) != nil } ?? false }
            || object.members.contains { member in
                type.coreAttribute(named: member.name)?.multiValued == true
                    && (member.value.array ?? []).contains {
                        $0.object?.value(named: "operation") != nil
                    }
            }
    }

    /// - Returns: `nil` when some value has an operation that is not known.
    private static func operations(of object: JSONObject, _ type: ResourceType) -> [JSON]? {
        let meta = object.value(named: "meta")?.object
        let cleared = meta?.value(named: "attributes")?.array ?? []
        var operations: [JSON] = cleared.map { ["op": "remove", "path": $0] }
        for member in object.removing("schemas", "id", "meta").members {
            let attribute = type.coreAttribute(named: member.name)
            if attribute?.multiValued == true, attribute?.mutability != .readOnly {
                guard let changes = changes(of: member) else { return nil }
                operations += changes
            } else {
                operations.append(["op": "replace", "value": .object(JSONObject([member]))])
            }
        }
        return operations
    }

    /// The removals and additions that the values of a multi-valued attribute ask for.
    private static func changes(of member: JSONObject.Member) -> [JSON]? {
        var removed: [JSON] = []
        var added: [JSON] = []
        for element in member.value.array ?? [member.value] {
            guard let object = element.object else { return nil }
            let value = JSON.object(object.removing("operation"))
            switch object.value(named: "operation").map({ $0.string?.lowercased() }) {
            case nil, "add"??: added.append(value)
            case "delete"??: removed.append(value)
            default: return nil
            }
        }
        let path = JSON.string(member.name)
        return (removed.isEmpty ? [] : [["op": "remove", "path": path, "value": .array(removed)]])
            + (added.isEmpty ? [] : [["op": "add", "path": path, "value": .array(added)]])
    }
}
