/// A kind of resource: its endpoint, its schema and the extensions it may carry (RFC 7643 §6).
///
/// A class for the same reason as `Attribute`.
package final class ResourceType: Sendable {
    package struct Extension: Sendable {
        package let schema: Schema
        package let required: Bool

        package init(schema: Schema, required: Bool) {
            self.schema = schema
            self.required = required
        }
    }

    /// Also the type's `id`, and `meta.resourceType` of its resources.
    package let name: String
    /// Path below the base URL, with a leading slash.
    package let endpoint: String
    package let description: String
    package let schema: Schema
    package let extensions: [Extension]
    /// The core schema, then the extensions'.
    package let schemas: [Schema]
    /// The common attributes, then those of the core schema.
    package let coreAttributes: [Attribute]
    /// The attribute that holds the members of a resource; `nil` where there are none.
    package let membership: Attribute?
    /// The attribute that shows of what the resource is a member; `nil` where that is not shown.
    package let memberships: Attribute?
    /// Attributes with one value, which is the id of another resource.
    package let references: [AttributeReference]
    /// The attribute by which people know a resource: `userName`, `displayName`.
    package let naming: Attribute?

    package init(
        name: String,
        endpoint: String,
        description: String,
        schema: Schema,
        extensions: [Extension]
    ) {
        self.name = name
        self.endpoint = endpoint
        self.description = description
        self.schema = schema
        self.extensions = extensions
        schemas = [schema] + extensions.map(\.schema)
        coreAttributes = Self.common + schema.attributes
        membership = schema.attributes.first { $0.source == .members }
        memberships = schema.attributes.first { $0.source == .memberships }
        naming = schema.attributes.first { $0.uniqueness == .server }
        references = schemas.flatMap { part in
            part.attributes.filter(\.isReference).map { attribute in
                AttributeReference(
                    schema: part.id,
                    isExtension: part !== schema,
                    attribute: attribute
                )
            }
        }
    }

    /// The URN of resource type documents (RFC 7643 §6).
    package static let schemaURN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"

    /// Follows from what a resource has data of; what clients say of it is not kept.
    static let schemasAttribute = Attribute(
        name: "schemas",
        type: .reference,
        multiValued: true,
        required: true,
        returned: .always
    )

    /// Attributes that every resource has (RFC 7643 §3.1).
    package static let common: [Attribute] = [
        schemasAttribute,
        Attribute(
            name: "id",
            required: true,
            caseExact: true,
            mutability: .readOnly,
            returned: .always,
            uniqueness: .global,
            source: .record,
            holdsID: true
        ),
        Attribute(name: "externalId", caseExact: true, source: .domain, indexed: true),
        Attribute(
            name: "meta",
            type: .complex,
            mutability: .readOnly,
            subAttributes: [
                Attribute(name: "resourceType", caseExact: true, mutability: .readOnly),
                Attribute(name: "created", type: .dateTime, mutability: .readOnly),
                Attribute(name: "lastModified", type: .dateTime, mutability: .readOnly),
                Attribute(name: "location", type: .reference, mutability: .readOnly),
                Attribute(name: "version", caseExact: true, mutability: .readOnly),
            ],
            source: .record
        ),
    ]

    /// The extension with the URN, without regard to case.
    package func `extension`(_ urn: String) -> Schema? {
        extensions.first { $0.schema.id.equalsIgnoringASCIICase(urn) }?.schema
    }

    /// The attribute of the core schema, or the common attribute, with the name.
    package func coreAttribute(named name: String) -> Attribute? {
        schema.attribute(named: name) ?? Self.common.first(named: name)
    }

    /// The document as `/ResourceTypes` shows it.
    ///
    /// `base` is the endpoint's base URL, without a trailing slash.
    package func json(base: String) -> JSON {
        [
            "schemas": [.string(Self.schemaURN)], "id": .string(name), "name": .string(name),
            "endpoint": .string(endpoint), "description": .string(description),
            "schema": .string(schema.id),
            "schemaExtensions": .array(
                extensions.map {
                    ["schema": .string($0.schema.id), "required": .bool($0.required)]
                }
            ),
            "meta": [
                "resourceType": "ResourceType",
                "location": .string("\(base)/ResourceTypes/\(name)"),
            ],
        ]
    }
}
