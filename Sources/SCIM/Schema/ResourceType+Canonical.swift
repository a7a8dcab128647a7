extension ResourceType {
    /// Brings the body of a POST or PUT into canonical form.
    ///
    /// Read-only and unknown attributes, and extensions that the type does not have, are left out
    /// (RFC 7644 §3.3, §3.5.1).
    ///
    /// - Returns: `externalId`, `password` and `members` included; without `schemas`, `id`,
    ///   `meta` and what else the service provider assigns.
    /// - Throws: `invalidSyntax` when the body is no object or names an attribute twice;
    ///   `invalidValue` for values of a wrong type.
    package func canonical(_ body: JSON) throws(SCIMError) -> JSONObject {
        guard let sent = body.object else {
            throw .invalidSyntax("the body must be a JSON object, not \(body.kind)")
        }
        if let schemas = try sent.uniqueValue(named: "schemas", at: "") {
            try Self.check(schemas: schemas)
        }
        var resource = try canonical(sent, coreAttributes, at: "")
        for `extension` in extensions {
            let urn = `extension`.schema.id
            guard let value = try sent.uniqueValue(named: urn, at: "") else { continue }
            if case .null = value { continue }
            guard let object = value.object else {
                throw .invalidValue("\(urn) must be an object, not \(value.kind)")
            }
            let attributes = try canonical(object, `extension`.schema.attributes, at: urn)
            if !attributes.isEmpty { resource[urn] = .object(attributes) }
        }
        return resource
    }

    private static func check(schemas: JSON) throws(SCIMError) {
        if case .null = schemas { return }
        guard let urns = schemas.array, urns.allSatisfy({ $0.string != nil }) else {
            throw .invalidValue("schemas must be an array of strings")
        }
    }

    private func canonical(
        _ sent: JSONObject,
        _ attributes: [Attribute],
        at prefix: String
    ) throws(SCIMError) -> JSONObject {
        var object = JSONObject()
        for attribute in attributes
        where attribute.mutability != .readOnly && attribute !== Self.schemasAttribute {
            guard let value = try sent.uniqueValue(named: attribute.name, at: prefix) else {
                continue
            }
            let canonical = try attribute.canonical(
                value,
                at: prefix.isEmpty ? attribute.name : "\(prefix):\(attribute.name)"
            )
            if let value = canonical {
                object.members.append(.init(name: attribute.name, value: value))
            }
        }
        return object
    }

    /// What a resource is completed for.
    package enum Completion: Sendable {
        /// Attributes without a value get their default.
        case creation
        /// What has no value stays without one: that an attribute was removed must not switch an
        /// account on.
        case change
    }

    /// Completes a canonical resource: attributes in the schema's order, `schemas` first with
    /// exactly the extensions that have data (RFC 7643 §3.3).
    ///
    /// A `$ref` that leads elsewhere than the id beside it goes: the id counts.
    ///
    /// - Throws: `invalidValue` when a required attribute or extension is missing or blank.
    package func completed(
        _ resource: JSONObject,
        for completion: Completion
    ) throws(SCIMError) -> JSONObject {
        // The place of the schemas is kept until it is known what they are.
        var complete: JSONObject = ["schemas": .null]
        complete.members.reserveCapacity(resource.members.count + 2)
        var urns: [JSON] = [.string(schema.id)]
        for attribute in coreAttributes where attribute !== Self.schemasAttribute {
            let value =
                resource[attribute.name] ?? (completion == .creation ? attribute.defaultValue : nil)
            if let value { complete.members.append(.init(name: attribute.name, value: value)) }
            try checkRequired(attribute, value, at: attribute.name)
        }
        for `extension` in extensions {
            let urn = `extension`.schema.id
            var object = resource[urn]?.object ?? [:]
            if object.isEmpty {
                if `extension`.required { throw .invalidValue("\(urn) is required") }
                continue
            }
            for attribute in `extension`.schema.attributes {
                try checkRequired(
                    attribute,
                    object[attribute.name],
                    at: "\(urn):\(attribute.name)"
                )
                object.dropStrayReference(at: attribute)
            }
            urns.append(.string(urn))
            complete.members.append(.init(name: urn, value: .object(object)))
        }
        complete.members[0].value = .array(urns)
        return complete
    }

    private func checkRequired(
        _ attribute: Attribute,
        _ value: JSON?,
        at path: @autoclosure () -> String
    ) throws(SCIMError) {
        guard attribute.required, attribute.source == .document else { return }
        let isBlank = value?.string?.unicodeScalars.allSatisfy(\.properties.isWhitespace)
        if value == nil || isBlank == true {
            throw .invalidValue("\(path()) is required and must not be empty")
        }
    }
}

extension JSONObject {
    /// Takes `$ref` out of a reference to a resource whose id it does not end in.
    fileprivate mutating func dropStrayReference(at attribute: Attribute) {
        guard attribute.subAttribute(named: "value")?.holdsID == true,
            var reference = self[attribute.name]?.object, let id = reference["value"]?.string,
            let url = reference["$ref"]?.string,
            url != id, !url.utf8.reversed().starts(with: "/\(id)".utf8.reversed())
        else { return }
        reference["$ref"] = nil
        self[attribute.name] = .object(reference)
    }
}

extension ResourceType {
    /// Checks `schemas` of the body of a POST or PUT as the RFC has it (RFC 7643 §3): the type's
    /// own URN and its extensions', each once.
    ///
    /// - Throws: `invalidSyntax`.
    package func checkSchemas(of body: JSON) throws(SCIMError) {
        guard let sent = body.object else { return }
        let urns = sent.value(named: "schemas")?.array?.map { $0.string ?? "" } ?? []
        for (index, urn) in urns.enumerated() {
            guard schemas.contains(where: { $0.id.equalsIgnoringASCIICase(urn) }) else {
                throw .invalidSyntax("schemas: \(name) has no schema \(urn.prefix(128))")
            }
            if urns[..<index].contains(where: urn.equalsIgnoringASCIICase) {
                throw .invalidSyntax("schemas names \(urn.prefix(128)) twice")
            }
        }
        guard urns.contains(where: schema.id.equalsIgnoringASCIICase) else {
            throw .invalidSyntax("schemas must contain \(schema.id)")
        }
    }
}
