import SCIM

extension Rewrite {
    /// A PATCH with an empty list of operations, which RFC 7644 §3.5.2 does not have.
    ///
    /// Microsoft's validator sends it and expects success: there is nothing to change.
    static let noOperations = Rewrite(
        "noOperations",
        message: { message, _ in
            guard let object = message.object, object.value(named: "Operations") == [] else {
                return nil
            }
            return .object(object.setting("Operations", [["op": "add", "value": [:]]]))
        }
    )

    /// A PATCH without the envelope: the bare array of operations, or one operation where their
    /// array belongs.
    static let operationList = Rewrite(
        "operationList",
        message: { message, _ in
            if let operations = message.array {
                guard !operations.isEmpty, operations.allSatisfy(isOperation) else { return nil }
                return ["schemas": [.string(MessageSchema.patchOp)], "Operations": message]
            }
            guard let object = message.object,
                let operation = object.value(named: "Operations"), isOperation(operation)
            else { return nil }
            return .object(object.setting("Operations", [operation]))
        }
    )

    /// A PATCH whose `schemas` is missing or names something else, such as the schema of the
    /// patched resource (RFC 7644 §3.5.2 wants the message's own).
    static let patchSchemas = Rewrite(
        "patchSchemas",
        message: { message, _ in
            guard let object = message.object, object.value(named: "Operations") != nil else {
                return nil
            }
            let sent: [JSON]
            switch object.value(named: "schemas") {
            case nil, .null?: sent = []
            case .array(let urns)?: sent = urns
            case .string(let urn)?: sent = [.string(urn)]
            default: return nil
            }
            let isArray = object.value(named: "schemas")?.array != nil
            let namesPatch = sent.contains(where: isPatchURN)
            if namesPatch && isArray { return nil }
            let urns = namesPatch ? sent : sent + [.string(MessageSchema.patchOp)]
            return .object(object.setting("schemas", .array(urns)))
        }
    )

    /// `"op": "Replace"`: RFC 7644 §3.5.2 has `add`, `remove` and `replace` in small letters, Entra
    /// ID in capitals.
    static let operationCase = Rewrite(
        "operationCase",
        message: { message, _ in
            guard let object = message.object,
                let operations = object.value(named: "Operations")?.array?.changing(withSmallOp)
            else { return nil }
            return .object(object.setting("Operations", .array(operations)))
        }
    )

    private static func withSmallOp(_ operation: JSON) -> JSON? {
        guard let object = operation.object, let op = object.value(named: "op")?.string else {
            return nil
        }
        let small = op.lowercased()
        return small == op ? nil : .object(object.setting("op", .string(small)))
    }

    private static func isOperation(_ json: JSON) -> Bool {
        json.object?.value(named: "op") != nil
    }

    private static func isPatchURN(_ json: JSON) -> Bool {
        json.string?.equalsIgnoringASCIICase(MessageSchema.patchOp) == true
    }
}
