/// A kind of resource: its endpoint, its schema and the extensions it may carry (RFC 7643 §6).
package struct ResourceType: Sendable {
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

    package init(
        name: String, endpoint: String, description: String, schema: Schema,
        extensions: [Extension]
    ) {
        self.name = name
        self.endpoint = endpoint
        self.description = description
        self.schema = schema
        self.extensions = extensions
    }

    /// The URN of resource type documents (RFC 7643 §6).
    package static let schemaURN = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"

    /// Attributes that every resource has (RFC 7643 §3.1), beside the schemas.
    package static let common: [Attribute] = [
        Attribute(
            name: "schemas", type: .reference, multiValued: true, required: true,
            returned: .always),
        Attribute(
            name: "id", required: true, caseExact: true, mutability: .readOnly, returned: .always,
            uniqueness: .global, source: .record),
        Attribute(name: "externalId", caseExact: true, source: .domain, indexed: true),
        Attribute(
            name: "meta", type: .complex, mutability: .readOnly,
            subAttributes: [
                Attribute(name: "resourceType", caseExact: true, mutability: .readOnly),
                Attribute(name: "created", type: .dateTime, mutability: .readOnly),
                Attribute(name: "lastModified", type: .dateTime, mutability: .readOnly),
                Attribute(name: "location", type: .reference, mutability: .readOnly),
                Attribute(name: "version", caseExact: true, mutability: .readOnly),
            ], source: .record),
    ]

    package var schemas: [Schema] { [schema] + extensions.map(\.schema) }

    /// The extension with the URN, without regard to case.
    package func `extension`(_ urn: String) -> Schema? {
        extensions.first { $0.schema.id.equalsIgnoringASCIICase(urn) }?.schema
    }

    /// The attribute of the core schema, or the common attribute, with the name.
    package func coreAttribute(named name: String) -> Attribute? {
        schema.attribute(named: name)
            ?? Self.common.first { $0.name.equalsIgnoringASCIICase(name) }
    }

    /// The document as `/ResourceTypes` shows it.
    ///
    /// - Parameter base: The endpoint's base URL, without a trailing slash.
    package func json(base: String) -> JSON {
        [
            "schemas": [.string(Self.schemaURN)], "id": .string(name), "name": .string(name),
            "endpoint": .string(endpoint), "description": .string(description),
            "schema": .string(schema.id),
            "schemaExtensions": .array(
                extensions.map {
                    ["schema": .string($0.schema.id), "required": .bool($0.required)]
                }),
            "meta": [
                "resourceType": "ResourceType",
                "location": .string("\(base)/ResourceTypes/\(name)"),
            ],
        ]
    }
}
