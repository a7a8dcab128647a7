import SCIM

/// A canonical resource as it was sent, taken apart into what is kept in different places.
package struct SentResource {
    package let type: ResourceType
    /// What the document holds.
    private let rest: JSONObject
    package let externalId: String?
    /// Clear text.
    let password: String?
    /// `nil` when the resource type has no members.
    let members: [String]?

    /// Takes the body of a POST or PUT.
    ///
    /// - Throws: `invalidSyntax` and `invalidValue`, as `ResourceType.canonical`.
    package init(_ body: JSON, type: ResourceType) throws(SCIMError) {
        self.init(canonical: try type.canonical(body), type: type)
    }

    init(canonical resource: JSONObject, type: ResourceType) {
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
        self.rest = rest
        self.type = type
    }

    /// What the document of the resource with the id holds; not yet completed.
    package func document(id: String) -> JSONObject {
        var document = rest
        document["id"] = .string(id)
        return document
    }
}
