/// An attribute, or a sub-attribute, at its place in a resource type.
package struct AttributeReference: Sendable {
    /// The URN of the schema that defines the attribute; `nil` for a common attribute.
    package let schema: String?
    /// Whether the attribute lives under its schema's URN (RFC 7643 §3.3).
    package let isExtension: Bool
    /// `nil` for the extension as a whole.
    package let attribute: Attribute?
    package let subAttribute: Attribute?

    package init(
        schema: String?,
        isExtension: Bool,
        attribute: Attribute?,
        subAttribute: Attribute? = nil
    ) {
        self.schema = schema
        self.isExtension = isExtension
        self.attribute = attribute
        self.subAttribute = subAttribute
    }

    /// The definition of the innermost part; `nil` for the extension as a whole.
    package var definition: Attribute? { subAttribute ?? attribute }

    /// Whether a resource may hold several values.
    package var isMultiValued: Bool {
        attribute?.multiValued == true || subAttribute?.multiValued == true
    }

    /// The reference to a sub-attribute of this attribute.
    package func sub(_ subAttribute: Attribute?) -> AttributeReference {
        .init(
            schema: schema,
            isExtension: isExtension,
            attribute: attribute,
            subAttribute: subAttribute
        )
    }

    /// The canonical name: the schema's URN, the attribute, the sub-attribute.
    package var name: String {
        let path = [attribute?.name, subAttribute?.name].compactMap(\.self).joined(separator: ".")
        guard let schema else { return path }
        return path.isEmpty ? schema : "\(schema):\(path)"
    }

    /// The name for messages: without the URN where the attribute is no extension's.
    package var shortName: String {
        isExtension
            ? name
            : [attribute?.name, subAttribute?.name].compactMap(\.self).joined(separator: ".")
    }
}

extension ResourceType {
    /// Finds what an attribute path names (RFC 7644 §3.10).
    ///
    /// - Returns: `nil` when the type has no such attribute.
    package func resolve(_ path: AttributePath) -> AttributeReference? {
        guard path.urn != nil else { return resolveCore(path) }
        let path = split(path)
        guard let urn = path.urn else { return nil }
        if path.attribute.isEmpty {
            return self.extension(urn).map {
                AttributeReference(schema: $0.id, isExtension: true, attribute: nil)
            }
        }
        if schema.id.equalsIgnoringASCIICase(urn) {
            return resolveCore(path)
        }
        guard let schema = self.extension(urn),
            let attribute = schema.attribute(named: path.attribute)
        else { return nil }
        return with(
            path.subAttribute,
            .init(schema: schema.id, isExtension: true, attribute: attribute)
        )
    }

    /// Takes a path apart that begins with the URN of one of the type's schemas; another stays
    /// as it is.
    package func split(_ path: AttributePath) -> AttributePath {
        guard path.attribute.isEmpty, let (urn, rest) = path.urn.flatMap(splitURN) else {
            return path
        }
        let dot = rest.utf8.firstIndex(of: UInt8(ascii: "."))
        return AttributePath(
            urn: urn,
            attribute: String(rest[..<(dot ?? rest.endIndex)]),
            subAttribute: dot.map { String(rest[rest.utf8.index(after: $0)...]) }
        )
    }

    private func resolveCore(_ path: AttributePath) -> AttributeReference? {
        guard let attribute = coreAttribute(named: path.attribute) else { return nil }
        let isCommon = Self.common.contains { $0 === attribute }
        return with(
            path.subAttribute,
            .init(schema: isCommon ? nil : schema.id, isExtension: false, attribute: attribute)
        )
    }

    private func with(_ sub: String?, _ reference: AttributeReference) -> AttributeReference? {
        guard let sub else { return reference }
        guard let attribute = reference.attribute?.subAttribute(named: sub) else { return nil }
        return reference.sub(attribute)
    }

    /// Splits text at the URN of one of the type's schemas, if it begins with one.
    ///
    /// - Returns: The URN as the schema writes it, and what follows the colon behind it (empty
    ///   when nothing does).
    package func splitURN(_ text: String) -> (urn: String, rest: Substring)? {
        for schema in schemas where text.hasPrefixIgnoringASCIICase(schema.id) {
            let rest = text.utf8.dropFirst(schema.id.utf8.count)
            if rest.isEmpty { return (schema.id, "") }
            if rest.first == UInt8(ascii: ":") {
                return (schema.id, Substring(rest.dropFirst()))
            }
        }
        return nil
    }
}
