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
        operation: { operation, context in
            let pathless = withoutCoreURN(operation, context.type)
            let sent = pathless ?? operation
            guard sent.path.isNone, let value = sent.value?.object else {
                return pathless.map { [$0] }
            }
            let plain = withoutCoreURN(value, context.type)
            let whole = plain.map { sent.setting(value: .object($0)) } ?? sent
            let parts = whole.splitting { name in
                guard isPath(name, context.type), let path = context.path(name).attribute,
                    context.type.canWrite(path)
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
        _ operation: PatchOperation,
        _ type: ResourceType
    ) -> PatchOperation? {
        guard operation.kind != .remove, let path = operation.path.attribute, path.isWhole,
            path.path.text.equalsIgnoringASCIICase(type.schema.id)
        else { return nil }
        return operation.setting(path: .none)
    }

    private static func withoutCoreURN(_ object: JSONObject, _ type: ResourceType) -> JSONObject? {
        guard let core = object.value(named: type.schema.id)?.object else { return nil }
        return object.removing(type.schema.id).completed(by: core.members)
    }

    /// - Returns: `nil` when no member's name is a path.
    private static func nested(_ body: JSONObject, _ type: ResourceType) -> JSONObject? {
        var plain = JSONObject()
        var placed: [Placed] = []
        for member in body.members {
            if let steps = steps(to: member.name, type) {
                placed.append(Placed(steps: steps[...], value: member.value))
            } else {
                plain.members.append(member)
            }
        }
        return placed.isEmpty ? nil : plain.placing(placed)
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
        if reference.subAttribute != nil, attribute.multiValued { return nil }
        return [
            reference.isExtension ? reference.schema : nil, attribute.name,
            reference.subAttribute?.name,
        ].compactMap(\.self)
    }
}

/// A value, and the names of the objects within one another that lead to it.
private struct Placed {
    let steps: ArraySlice<String>
    let value: JSON
}

extension JSONObject {
    /// The object with values at the ends of the ways through objects within one another; those
    /// that are missing are made, and a value that is there already stays.
    fileprivate func placing(_ values: [Placed]) -> JSONObject {
        var object = self
        var places = MemberPlaces(self)
        var inner: [Int: [Placed]] = [:]
        for placed in values {
            guard let step = placed.steps.first else { continue }
            let place = places[step] ?? object.members.count
            if places.add(step, at: place) {
                object.members.append(.init(name: step, value: .null))
            }
            let rest = placed.steps.dropFirst()
            if !rest.isEmpty {
                inner[place, default: []].append(Placed(steps: rest, value: placed.value))
            } else if object.members[place].value == .null {
                object.members[place].value = placed.value
            }
        }
        for (place, values) in inner {
            let present = object.members[place].value
            // Something else than an object is refused at its own place.
            guard present == .null || present.object != nil else { continue }
            object.members[place].value = .object((present.object ?? [:]).placing(values))
        }
        return object
    }
}
