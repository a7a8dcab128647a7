import SCIM

/// A canonical resource, taken apart into what is kept in different places.
struct State {
    private let resource: JSONObject
    let externalId: String?
    private let password: String?
    /// `nil` when the resource type has no members.
    let members: [String]?

    init(_ resource: JSONObject, type: ResourceType) {
        var rest = resource
        externalId = rest["externalId"]?.string
        rest["externalId"] = nil
        password = rest["password"]?.string
        rest["password"] = nil
        if let membership = type.membership {
            members = Patch.memberIDs(rest[membership.name])
            rest[membership.name] = nil
        } else {
            members = nil
        }
        self.resource = rest
    }

    func document(id: String) -> JSONObject {
        var document = resource
        document["id"] = .string(id)
        return document
    }

    /// The hash of the password, where one was sent.
    func passwordHash(_ limits: Limits) throws(SCIMError) -> String? {
        guard let password else { return nil }
        return try Password.hash(password, limits: limits)
    }
}

extension ResourceType {
    /// The attribute that is kept as membership rows.
    package var membership: Attribute? {
        schema.attributes.first { $0.source == .members }
    }

    /// Attributes whose value is the id of a resource of the type.
    package func references(to target: ResourceType) -> [AttributeReference] {
        schemas.flatMap { schema in
            schema.attributes.filter { attribute in
                attribute.source == .document && attribute.isComplex && !attribute.multiValued
                    && attribute.subAttribute(named: "$ref")?.referenceTypes.contains(target.name)
                        == true
            }.map {
                AttributeReference(
                    schema: schema.id,
                    isExtension: schema.id != self.schema.id,
                    attribute: $0
                )
            }
        }
    }
}

extension JSONObject {
    /// The resource without an attribute, and without its extension where nothing else is in it.
    func removing(_ reference: AttributeReference, in type: ResourceType) -> JSONObject {
        var resource = self
        resource.set(nil, at: reference, in: type)
        return resource
    }
}
