import SCIM

extension Rewrite {
    /// The manager in the shapes in which it arrives: as text, with `managerId` or `id` for
    /// `value`, as a `$ref` alone, and empty where there is none any more.
    ///
    /// Entra ID sends the bare id and clears it with empty text; OneLogin's templates have
    /// `managerId`.
    static let manager = Rewrite(
        "manager",
        resource: { body, type in
            body.changingValues { member in
                guard type.extension(member.name)?.id == Schema.enterpriseUser.id else {
                    return nil
                }
                return member.value.object.flatMap(withManager)?.object
            }
        },
        operation: { operation, type in
            if let path = operation.path, isManagerID(path, type) {
                let whole = operation.setting(path: managerPath)
                return (whole.kind == .remove ? nil : atPath(whole, managerPath, type)) ?? [whole]
            }
            guard operation.kind != .remove else { return nil }
            guard var path = operation.path else {
                return operation.isWithoutPath ? insideValue(operation, type) : nil
            }
            path.path = type.split(path.path)
            if path.path.attribute.isEmpty, path.path.urn == Schema.enterpriseUser.id {
                return insideExtension(operation, path)
            }
            return atPath(operation, path, type)
        }
    )

    private enum Reading {
        case asSent, cleared
        case value(JSON)
    }

    private static func read(_ value: JSON) -> Reading {
        switch value {
        case "": return .cleared
        case .string(let id): return .value(["value": .string(id)])
        case .integer(let id): return .value(["value": .string(String(id))])
        case .object(let object): return read(object)
        case .null, .bool, .number, .array: return .asSent
        }
    }

    private static func read(_ object: JSONObject) -> Reading {
        let isGiven = { (name: String) in
            !(object.value(named: name) ?? .null).isUnassigned && object.value(named: name) != ""
        }
        if isGiven("value") { return .asSent }
        for name in ["managerId", "id"] where isGiven(name) {
            guard let id = object.value(named: name) else { continue }
            return .value(.object(object.removing(name, "value").setting("value", id)))
        }
        if let id = object.value(named: "$ref")?.string.flatMap(lastSegment) {
            return .value(.object(object.setting("value", .string(id))))
        }
        let hasID = object.value(named: "value") ?? object.value(named: "managerId") != nil
        return !isGiven("$ref") && (hasID || object.isEmpty) ? .cleared : .asSent
    }

    /// `2819c223` of `https://example.com/v2/Users/2819c223`.
    private static func lastSegment(_ url: String) -> String? {
        guard let slash = url.lastIndex(of: "/") else { return nil }
        let segment = url[url.index(after: slash)...]
        return segment.isEmpty ? nil : String(segment)
    }

    /// - Returns: The extension's data with the manager in the schema's shape, without one that
    ///   is cleared; `nil` when it stays.
    private static func withManager(
        _ data: JSONObject
    ) -> (object: JSON, isCleared: Bool)? {
        guard let sent = data.value(named: "manager") else { return nil }
        switch read(sent) {
        case .asSent: return nil
        case .cleared: return (.object(data.removing("manager")), true)
        case .value(let value): return (.object(data.setting("manager", value)), false)
        }
    }

    /// Whether a path is `managerId`, by itself or under the extension's URN.
    private static func isManagerID(_ sent: PatchPath, _ type: ResourceType) -> Bool {
        var path = sent
        path.path = type.split(path.path)
        return path.isWhole && path.path.attribute.equalsIgnoringASCIICase("managerId")
            && (path.path.urn ?? Schema.enterpriseUser.id) == Schema.enterpriseUser.id
            && type.extension(Schema.enterpriseUser.id) != nil
    }

    private static let managerPath = PatchPath(
        path: AttributePath(urn: Schema.enterpriseUser.id, attribute: "manager")
    )

    private static func clearing(_ operation: Operation) -> Operation {
        operation.setting(kind: .remove).setting(value: nil).setting(path: managerPath)
    }

    private static func atPath(
        _ operation: Operation,
        _ path: PatchPath,
        _ type: ResourceType
    ) -> [Operation]? {
        guard let reference = type.resolve(path.path), path.filter == nil,
            reference.schema == Schema.enterpriseUser.id, reference.attribute?.name == "manager",
            let value = operation.value
        else { return nil }
        if let sub = reference.subAttribute {
            return sub.name == "value" && value == "" ? [clearing(operation)] : nil
        }
        return switch read(value) {
        case .asSent: nil
        case .cleared: [clearing(operation)]
        case .value(let value): [operation.setting(value: value)]
        }
    }

    private static func insideValue(
        _ operation: Operation,
        _ type: ResourceType
    ) -> [Operation]? {
        guard let object = operation.value?.object,
            let data = object.value(named: Schema.enterpriseUser.id)?.object,
            type.extension(Schema.enterpriseUser.id) != nil,
            let (changed, isCleared) = withManager(data)
        else { return nil }
        let value = object.setting(Schema.enterpriseUser.id, changed)
        let operations = [operation.setting(value: .object(value))]
        return isCleared ? operations + [clearing(operation)] : operations
    }

    private static func insideExtension(
        _ operation: Operation,
        _ path: PatchPath
    ) -> [Operation]? {
        guard let (changed, isCleared) = operation.value?.object.flatMap(withManager) else {
            return nil
        }
        let operations = [operation.setting(value: changed)]
        return isCleared ? operations + [clearing(operation)] : operations
    }
}
