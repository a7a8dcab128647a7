/// An attribute definition (RFC 7643 §7).
///
/// A class, though nothing of it ever changes: definitions are handed around with every value, and
/// a reference is cheaper to hand around than a dozen fields.
package final class Attribute: Sendable {
    package enum ValueType: String, Sendable {
        case string, boolean, decimal, integer, dateTime, reference, binary, complex
    }

    package enum Mutability: String, Sendable {
        case readOnly, readWrite, immutable, writeOnly

        /// Without this it would be the operator for what has raw values, which compares text.
        package static func != (left: Self, right: Self) -> Bool { !(left == right) }
    }

    package enum Returned: String, Sendable {
        case always, never, `default`, request

        /// As with `Mutability`.
        package static func != (left: Self, right: Self) -> Bool { !(left == right) }
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

    package let name: String
    package let type: ValueType
    package let multiValued: Bool
    package let description: String
    package let required: Bool
    package let caseExact: Bool
    package let mutability: Mutability
    package let returned: Returned
    package let uniqueness: Uniqueness
    /// Suggestions only; other values are accepted (RFC 7643 §2.3.1).
    package let canonicalValues: [String]
    package let referenceTypes: [String]
    package let subAttributes: [Attribute]
    package let source: Source
    /// Whether clients look resources up by the attribute often enough to keep an index for it.
    package let indexed: Bool
    /// Whether values are ids of resources.
    package let holdsID: Bool
    /// The value that a resource gets when it is created without one.
    ///
    /// A PUT that leaves it out keeps what is stored: an omission must not switch an account on.
    /// Only a PATCH can take the value away.
    package let defaultValue: JSON?

    /// What is left out has the default of RFC 7643 §2.2.
    package init(
        name: String,
        type: ValueType = .string,
        multiValued: Bool = false,
        description: String = "",
        required: Bool = false,
        caseExact: Bool = false,
        mutability: Mutability = .readWrite,
        returned: Returned = .default,
        uniqueness: Uniqueness = .none,
        canonicalValues: [String] = [],
        referenceTypes: [String] = [],
        subAttributes: [Attribute] = [],
        source: Source = .document,
        indexed: Bool = false,
        holdsID: Bool = false,
        defaultValue: JSON? = nil
    ) {
        self.name = name
        self.type = type
        self.multiValued = multiValued
        self.description = description
        self.required = required
        self.caseExact = caseExact
        self.mutability = mutability
        self.returned = returned
        self.uniqueness = uniqueness
        self.canonicalValues = canonicalValues
        self.referenceTypes = referenceTypes
        self.subAttributes = subAttributes
        self.source = source
        self.indexed = indexed
        self.holdsID = holdsID
        self.defaultValue = defaultValue
    }

    /// The sub-attribute with the name, without regard to case.
    package func subAttribute(named name: String) -> Attribute? {
        subAttributes.first(named: name)
    }

    package var isComplex: Bool { type == .complex }

    /// Whether the one value of the attribute refers to another resource, as `manager` does.
    package var isReference: Bool {
        source == .document && !multiValued
            && subAttribute(named: "value")?.holdsID == true && subAttribute(named: "$ref") != nil
    }

    /// Whether values compare as exact text.
    ///
    /// References and binary data always do (RFC 7643 §2.3.6, §2.3.7).
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

extension [Attribute] {
    /// The attribute with the name, without regard to case.
    func first(named name: String) -> Attribute? {
        first { $0.name.equalsIgnoringASCIICase(name) }
    }
}
