import SCIM

extension Rewrite {
    /// Members whose names are paths: `"name.givenName"`, `"emails[type eq \"work\"].value"`,
    /// `"urn:…:User:department"`.
    ///
    /// In a PATCH each becomes an operation with a path, in order; in a body they are put where
    /// they belong. Attributes of the core schema under its URN go up to where RFC 7643 §3 has
    /// them, and a path that is nothing but that URN is none.
    static let dottedKeys = Rewrite(
        "dottedKeys",
        resource: { body, type in
            let plain = withoutCoreURN(body, type)
            return nested(plain ?? body, type) ?? plain
        },
        operation: { operation, type in
            let pathless = withoutCoreURN(operation, type)
            let sent = pathless ?? operation
            guard sent.isWithoutPath, let value = sent.value?.object else {
                return pathless.map { [$0] }
            }
            let plain = withoutCoreURN(value, type)
            let whole = plain.map { sent.setting(value: .object($0)) } ?? sent
            let parts = whole.splitting { name in
                guard isPath(name, type), let path = operation.path(named: name),
                    type.canWrite(path)
                else { return nil }
                return path
            }
            return parts ?? (plain == nil && pathless == nil ? nil : [whole])
        }
    )

    /// Whether a member's name may lead to part of a resource; an extension's leads to all of its
    /// own.
    private static func isPath(_ name: String, _ type: ResourceType) -> Bool {
        name.utf8.contains { byte in
            byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "[")
        } && type.extension(name) == nil
    }

    /// Not so for `remove`, which would lose what it is to remove.
    private static func withoutCoreURN(
        _ operation: Operation,
        _ type: ResourceType
    ) -> Operation? {
        guard operation.kind != .remove,
            operation.pathText?.equalsIgnoringASCIICase(type.schema.id) == true
        else { return nil }
        return operation.setting(path: nil)
    }

    private static func withoutCoreURN(_ object: JSONObject, _ type: ResourceType) -> JSONObject? {
        guard let core = object.value(named: type.schema.id)?.object else { return nil }
        return object.removing(type.schema.id).completed(by: core)
    }

    /// - Returns: `nil` when no member's name is a path.
    private static func nested(_ body: JSONObject, _ type: ResourceType) -> JSONObject? {
        guard body.members.contains(where: { steps(to: $0.name, type) != nil }) else { return nil }
        var nested = JSONObject(body.members.filter { steps(to: $0.name, type) == nil })
        for member in body.members {
            guard let steps = steps(to: member.name, type) else { continue }
            nested = nested.placing(member.value, at: steps[...]) ?? nested
        }
        return nested
    }

    /// The names of the objects within one another to which a path leads: extension, attribute,
    /// sub-attribute.
    ///
    /// - Returns: `nil` for a plain name, and where the path selects among several values.
    private static func steps(to name: String, _ type: ResourceType) -> [String]? {
        guard isPath(name, type), let path = try? FilterParser.parsePatchPath(name),
            path.filter == nil, type.canWrite(path), let reference = type.resolve(path.path),
            let attribute = reference.attribute
        else { return nil }
        guard let sub = reference.subAttribute else {
            return [reference.isExtension ? reference.schema : nil, attribute.name]
                .compactMap(\.self)
        }
        if attribute.multiValued { return nil }
        return [reference.isExtension ? reference.schema : nil, attribute.name, sub.name]
            .compactMap(\.self)
    }
}

extension JSONObject {
    /// The object with a value at the end of the way through objects within one another; those
    /// that are missing are made, and a value that is there already stays.
    ///
    /// - Returns: `nil` when something else than an object is in the way.
    fileprivate func placing(_ value: JSON, at steps: ArraySlice<String>) -> JSONObject? {
        guard let step = steps.first else { return nil }
        let present = self.value(named: step) ?? .null
        if steps.count == 1 { return present == .null ? setting(step, value) : self }
        guard present == .null || present.object != nil else { return nil }
        let inner = (present.object ?? [:]).placing(value, at: steps.dropFirst())
        return inner.map { setting(step, .object($0)) }
    }
}

extension Operation {
    /// Takes members out of the value of an operation without a path.
    ///
    /// - Parameter path: The path that stands for a member's name; `nil` leaves it in the value.
    /// - Returns: An operation for each such member and for what stands between them, in order;
    ///   `nil` when there is none.
    func splitting(_ path: (String) -> PatchPath?) -> [Operation]? {
        guard isWithoutPath, let object = value?.object else { return nil }
        var parts: [Operation] = []
        var between = JSONObject()
        func close() {
            if !between.isEmpty { parts.append(setting(value: .object(between))) }
            between = [:]
        }
        var hasPath = false
        for member in object.members {
            guard let path = path(member.name) else {
                between.members.append(member)
                continue
            }
            close()
            hasPath = true
            parts.append(setting(path: path).setting(value: member.value))
        }
        close()
        return hasPath ? parts : nil
    }
}

extension ResourceType {
    /// Whether a path leads to an attribute that the type has and clients may write.
    func canWrite(_ path: PatchPath) -> Bool {
        guard let (attribute, sub) = target(of: path) else { return false }
        return attribute.mutability != .readOnly && sub?.mutability != .readOnly
    }
}
