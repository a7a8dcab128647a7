/// Which attributes of a resource an answer shows (RFC 7644 §3.4.2.5, §3.9).
package struct Projection: Sendable {
    private enum Choice: Sendable {
        case standard
        case only([AttributeReference])
        case without([AttributeReference])
    }

    private let type: ResourceType
    private let choice: Choice

    /// Everything that is returned by default.
    package init(type: ResourceType) {
        self.type = type
        choice = .standard
    }

    /// - Parameters:
    ///   - type: Of the resources shown.
    ///   - attributes: The parameter's value: names with commas between; unknown ones are
    ///     ignored.
    ///   - excludedAttributes: Likewise.
    /// - Throws: `invalidValue` when both are given.
    package init(
        type: ResourceType,
        attributes: String?,
        excludedAttributes: String?
    ) throws(SCIMError) {
        self.type = type
        switch (attributes, excludedAttributes) {
        case (nil, nil): choice = .standard
        case (let names?, nil): choice = .only(Self.references(names, type))
        case (nil, let names?): choice = .without(Self.references(names, type))
        case (_?, _?):
            throw .invalidValue("attributes and excludedAttributes exclude each other")
        }
    }

    private static func references(_ names: String, _ type: ResourceType) -> [AttributeReference] {
        names.split(separator: ",").compactMap { name in
            let name = String(name.drop { $0 == " " })
            let trimmed = String(name.reversed().drop { $0 == " " }.reversed())
            guard let path = try? FilterParser.parseAttributePath(trimmed) else { return nil }
            return type.resolve(path)
        }
    }

    /// Whether the answer shows the resource as it is by default.
    package var isStandard: Bool {
        if case .standard = choice { true } else { false }
    }

    /// Whether the answer may show any of the attribute, so that it has to be loaded.
    package func shows(_ name: String) -> Bool {
        guard let attribute = type.coreAttribute(named: name) else { return false }
        if attribute.returned == .always { return true }
        if attribute.returned == .never { return false }
        switch choice {
        case .standard: return attribute.returned == .default
        case .only(let references):
            return references.contains {
                $0.attribute?.name == attribute.name && !$0.isExtension
            }
        case .without(let references):
            return attribute.returned == .default
                && !references.contains {
                    $0.attribute?.name == attribute.name && !$0.isExtension
                        && $0.subAttribute == nil
                }
        }
    }

    /// What the answer shows of a resource in canonical form.
    package func apply(to resource: JSONObject) -> JSONObject {
        var shown = JSONObject()
        for member in resource.members {
            if let schema = type.extension(member.name), let object = member.value.object {
                let part = project(object, schema.attributes, of: schema.id)
                if !part.isEmpty {
                    shown.members.append(.init(name: schema.id, value: .object(part)))
                }
            } else if let attribute = type.coreAttribute(named: member.name),
                let value = project(member.value, attribute, of: nil)
            {
                shown.members.append(.init(name: member.name, value: value))
            }
        }
        return shown
    }

    private func project(
        _ object: JSONObject,
        _ attributes: [Attribute],
        of schema: String
    ) -> JSONObject {
        var shown = JSONObject()
        for member in object.members {
            guard let attribute = attributes.first(where: { $0.name == member.name }),
                let value = project(member.value, attribute, of: schema)
            else { continue }
            shown.members.append(.init(name: member.name, value: value))
        }
        return shown
    }

    private func project(_ value: JSON, _ attribute: Attribute, of schema: String?) -> JSON? {
        if attribute.returned == .always { return value }
        if attribute.returned == .never { return nil }
        switch choice {
        case .standard: return attribute.returned == .default ? value : nil
        case .only(let references):
            let naming = naming(attribute, schema, references)
            if naming.isEmpty { return nil }
            if naming.contains(where: { $0.subAttribute == nil }) { return value }
            return value.mappingObjects { object in
                object.filter(attribute) { sub in
                    sub.returned == .always || naming.contains { $0.subAttribute?.name == sub.name }
                }
            }
        case .without(let references):
            let naming = naming(attribute, schema, references)
            if naming.contains(where: { $0.subAttribute == nil }) { return nil }
            if naming.isEmpty { return attribute.returned == .default ? value : nil }
            return value.mappingObjects { object in
                object.filter(attribute) { sub in
                    sub.returned == .always
                        || !naming.contains { $0.subAttribute?.name == sub.name }
                }
            }
        }
    }

    /// The references that name the attribute, a part of it, or the extension it is in.
    private func naming(
        _ attribute: Attribute,
        _ schema: String?,
        _ references: [AttributeReference]
    ) -> [AttributeReference] {
        references.filter { reference in
            reference.isExtension == (schema != nil)
                && (!reference.isExtension || reference.schema == schema)
                && (reference.attribute == nil || reference.attribute?.name == attribute.name)
        }
    }
}

extension JSON {
    /// Changes the object, or every object of the array; what is left empty disappears.
    fileprivate func mappingObjects(_ change: (JSONObject) -> JSONObject) -> JSON? {
        switch self {
        case .object(let object):
            let changed = change(object)
            return changed.isEmpty ? nil : .object(changed)
        case .array(let elements):
            let changed = elements.compactMap { $0.mappingObjects(change) }
            return changed.isEmpty ? nil : .array(changed)
        default: return self
        }
    }
}

extension JSONObject {
    fileprivate func filter(
        _ attribute: Attribute,
        _ isShown: (Attribute) -> Bool
    ) -> JSONObject {
        JSONObject(
            members.filter { member in
                attribute.subAttribute(named: member.name).map(isShown) == true
            }
        )
    }
}
