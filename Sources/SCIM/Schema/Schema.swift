/// A schema: a URN and the attributes it defines (RFC 7643 §7).
///
/// A class for the same reason as `Attribute`.
package final class Schema: Sendable {
    package let id: String
    package let name: String
    package let description: String
    package let attributes: [Attribute]

    /// - Precondition: A complex attribute has no complex sub-attribute (RFC 7643 §2.3.8).
    package init(id: String, name: String, description: String, attributes: [Attribute]) {
        for attribute in attributes {
            precondition(
                attribute.subAttributes.allSatisfy { !$0.isComplex },
                "\(id): \(attribute.name) has a complex sub-attribute"
            )
        }
        self.id = id
        self.name = name
        self.description = description
        self.attributes = attributes
    }

    /// The attribute with the name, without regard to case.
    package func attribute(named name: String) -> Attribute? {
        attributes.first(named: name)
    }

    /// The URN of schema documents (RFC 7643 §8.7.2).
    package static let schemaURN = "urn:ietf:params:scim:schemas:core:2.0:Schema"

    /// The document as `/Schemas` shows it.
    ///
    /// `base` is the endpoint's base URL, without a trailing slash.
    package func json(base: String) -> JSON {
        [
            "schemas": [.string(Self.schemaURN)], "id": .string(id), "name": .string(name),
            "description": .string(description), "attributes": .array(attributes.map(\.json)),
            "meta": [
                "resourceType": "Schema", "location": .string("\(base)/Schemas/\(id)"),
            ],
        ]
    }
}
