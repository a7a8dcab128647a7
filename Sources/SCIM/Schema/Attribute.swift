/// An attribute definition (RFC 7643 §7).
package struct Attribute: Sendable {
    package enum ValueType: String, Sendable {
        case string, boolean, decimal, integer, dateTime, reference, binary, complex
    }

    package enum Mutability: String, Sendable {
        case readOnly, readWrite, immutable, writeOnly
    }

    package enum Returned: String, Sendable {
        case always, never, `default`, request
    }

    package enum Uniqueness: String, Sendable {
        case none, server, global
    }

    /// Where a resource's values of the attribute are kept.
    package enum Source: Sendable {
        /// In the resource's document.
        case document
        /// Beside the document, per provisioning domain (RFC 7643 §3.1, `externalId`).
        case domain
        /// Derived from what is known about the resource as a whole: `id`, `meta`.
        case record
        /// As membership rows, seen from the group.
        case members
        /// As membership rows, seen from the member.
        case memberships
    }

    package var name: String
    package var type: ValueType = .string
    package var multiValued = false
    package var description = ""
    package var required = false
    package var caseExact = false
    package var mutability = Mutability.readWrite
    package var returned = Returned.default
    package var uniqueness = Uniqueness.none
    /// Suggestions only; other values are accepted (RFC 7643 §2.3.1).
    package var canonicalValues: [String] = []
    package var referenceTypes: [String] = []
    package var subAttributes: [Attribute] = []
    package var source = Source.document
    /// Whether clients look resources up by the attribute often enough to keep an index for it.
    package var indexed = false
    /// The value that a resource gets when it is created without one. Such an attribute is never
    /// without a value, and a PUT that leaves it out keeps what is stored: an omission must not
    /// switch an account on.
    package var defaultValue: JSON?

    /// The sub-attribute with the name, without regard to case.
    package func subAttribute(named name: String) -> Attribute? {
        subAttributes.first { $0.name.equalsIgnoringASCIICase(name) }
    }

    package var isComplex: Bool { type == .complex }

    /// Whether values compare as exact text. References and binary data always do (RFC 7643
    /// §2.3.6, §2.3.7).
    package var comparesExactly: Bool {
        caseExact || type == .reference || type == .binary
    }

    /// The attribute's definition as `/Schemas` shows it.
    package var json: JSON {
        var object: JSONObject = [
            "name": .string(name), "type": .string(type.rawValue),
            "multiValued": .bool(multiValued), "description": .string(description),
            "required": .bool(required), "caseExact": .bool(comparesExactly),
            "mutability": .string(mutability.rawValue), "returned": .string(returned.rawValue),
            "uniqueness": .string(uniqueness.rawValue),
        ]
        if !canonicalValues.isEmpty {
            object["canonicalValues"] = .array(canonicalValues.map(JSON.string))
        }
        if !referenceTypes.isEmpty {
            object["referenceTypes"] = .array(referenceTypes.map(JSON.string))
        }
        if isComplex {
            object["subAttributes"] = .array(subAttributes.map(\.json))
        }
        return .object(object)
    }
}
