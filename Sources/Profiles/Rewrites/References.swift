import SCIM

extension Rewrite {
    /// A reference to another resource in the shapes in which it arrives: the id as text, with
    /// `managerId` or `id` for `value`, a `$ref` alone, and empty where there is none any more.
    ///
    /// Entra ID sends the manager's bare id and clears it with empty text; OneLogin's templates
    /// have `managerId`.
    static let singleReference = Rewrite(
        "singleReference",
        operation: { operation, context in
            guard let path = operation.path.attribute else { return nil }
            if let owner = owner(of: path, context.type) {
                let path = PatchPath(path: owner)
                return [
                    operation.kind == .remove
                        ? operation.removing(path) : operation.setting(path: .attribute(path))
                ]
            }
            // The id is taken away with the rest of the reference.
            guard operation.kind != .remove, operation.value == "", path.filter == nil,
                var reference = context.type.resolve(path.path), let sub = reference.subAttribute,
                sub.name == "value", let attribute = reference.attribute, isReference(attribute)
            else { return nil }
            reference = reference.sub(nil)
            return [operation.removing(PatchPath(path: reference.path))]
        },
        values: ValueChange(
            in: [.add, .replace],
            clears: { value, place in
                guard place.position == .whole, isReference(place.attribute) else { return false }
                if case .cleared = read(value, place.attribute) { return true }
                return false
            },
            change: { value, place in
                guard place.position == .whole, isReference(place.attribute),
                    case .value(let read) = read(value, place.attribute)
                else { return nil }
                return read
            }
        )
    )

    private enum Reading {
        case asSent, cleared
        case value(JSON)
    }

    /// Whether an attribute holds one reference to a resource by its id.
    private static func isReference(_ attribute: Attribute) -> Bool {
        attribute.isComplex && !attribute.multiValued
            && attribute.subAttribute(named: "value")?.holdsID == true
    }

    private static func read(_ value: JSON, _ attribute: Attribute) -> Reading {
        switch value {
        case "": .cleared
        case .string(let id): .value(["value": .string(id)])
        case .integer(let id): .value(["value": .string(String(id))])
        case .object(let object): read(object, attribute)
        case .null, .bool, .number, .array: .asSent
        }
    }

    private static func read(_ object: JSONObject, _ attribute: Attribute) -> Reading {
        let isGiven = { (name: String) in
            !(object.value(named: name) ?? .null).isUnassigned && object.value(named: name) != ""
        }
        if isGiven("value") { return .asSent }
        let ownName = "\(attribute.name)Id"
        for name in [ownName, "id"] where isGiven(name) {
            guard let id = object.value(named: name) else { continue }
            return .value(.object(object.removing(name, "value").setting("value", id)))
        }
        if let id = object.value(named: "$ref")?.string.flatMap(lastSegment) {
            return .value(.object(object.setting("value", .string(id))))
        }
        let hasID = object.value(named: "value") ?? object.value(named: ownName) != nil
        return !isGiven("$ref") && (hasID || object.isEmpty) ? .cleared : .asSent
    }

    /// `2819c223` of `https://example.com/v2/Users/2819c223`.
    private static func lastSegment(_ url: String) -> String? {
        guard let slash = url.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        let segment = url[url.utf8.index(after: slash)...]
        return segment.isEmpty ? nil : String(segment)
    }

    /// The attribute whose id a path names, by itself or under a URN: `manager` of `managerId`.
    private static func owner(of path: PatchPath, _ type: ResourceType) -> AttributePath? {
        var name = type.split(path.path)
        guard path.filter == nil, path.subAttribute == nil, name.subAttribute == nil,
            type.resolve(name) == nil, name.attribute.utf8.count > 2,
            name.attribute.lowercased().hasSuffix("id")
        else { return nil }
        name.attribute = String(name.attribute.dropLast(2))
        let places = name.urn == nil ? type.schemas.map(\.id) : [name.urn]
        let owners = places.compactMap { urn -> AttributePath? in
            name.urn = urn
            guard let reference = type.resolve(name), let attribute = reference.attribute,
                isReference(attribute)
            else { return nil }
            return reference.path
        }
        return owners.count == 1 ? owners.first : nil
    }
}

extension AttributeReference {
    /// The attribute as a path.
    fileprivate var path: AttributePath {
        AttributePath(
            urn: isExtension ? schema : nil,
            attribute: attribute?.name ?? "",
            subAttribute: subAttribute?.name
        )
    }
}
