/// The resource types that an endpoint serves.
package struct ResourceTypes: Sendable {
    /// In the order in which discovery lists them.
    package let all: [ResourceType]

    /// - Precondition: No two types share a name or an endpoint.
    package init(_ all: [ResourceType]) {
        precondition(Set(all.map(\.name)).count == all.count, "two types of one name")
        precondition(Set(all.map(\.endpoint)).count == all.count, "two types at one endpoint")
        self.all = all
    }

    /// Users and groups (RFC 7643 §4).
    package static let standard = ResourceTypes([.user, .group])

    /// The type with exactly this name.
    package func named(_ name: String) -> ResourceType? {
        all.first { $0.name == name }
    }

    /// The schemas of all types, each once.
    package var schemas: [Schema] {
        var schemas: [Schema] = []
        for schema in all.flatMap(\.schemas) where !schemas.contains(where: { $0 === schema }) {
            schemas.append(schema)
        }
        return schemas
    }

    /// The attributes of any type whose value is the id of a resource of the given type.
    package func references(
        to target: ResourceType
    ) -> [(type: ResourceType, reference: AttributeReference)] {
        all.flatMap { type in
            type.references.filter { reference in
                let url = reference.attribute?.subAttribute(named: "$ref")
                return url?.referenceTypes.contains(target.name) == true
            }.map { (type, $0) }
        }
    }
}

/// Where the resources of an endpoint are found.
package struct Links: Sendable {
    /// The endpoint's base URL, without a trailing slash.
    package let base: String
    package let types: ResourceTypes

    package init(base: String, types: ResourceTypes) {
        self.base = base
        self.types = types
    }

    /// The URL of a resource: `https://example.org/scim/v2/Users/2819c223`.
    package func url(of id: String, _ type: ResourceType) -> String {
        // A list needs hundreds: memory of the right size, filled once.
        let count = base.utf8.count + type.endpoint.utf8.count + 1 + id.utf8.count
        return String(unsafeUninitializedCapacity: count) { text in
            var end = 0
            for var part in [base, type.endpoint, "/", id] {
                end = part.withUTF8 { text[end...].update(fromContentsOf: $0) }
            }
            return end
        }
    }

    /// The URL of a resource of the type with the name.
    package func url(of id: String, typeNamed name: String) -> String {
        types.named(name).map { url(of: id, $0) } ?? ""
    }
}
