extension Schema {
    /// The core Group (RFC 7643 §4.2, §8.7.1).
    ///
    /// `displayName` is required (erratum 5368) and unique: identity providers look groups up by
    /// it and would otherwise take over one another's.
    package static let group = Schema(
        id: "urn:ietf:params:scim:schemas:core:2.0:Group",
        name: "Group",
        description: "Group",
        attributes: [
            Attribute(
                name: "displayName",
                description: "The name of the group.",
                required: true,
                uniqueness: .server,
                indexed: true
            ),
            Attribute(
                name: "members",
                type: .complex,
                multiValued: true,
                description: "The members of the group.",
                subAttributes: [
                    Attribute(
                        name: "value",
                        description: "The id of the member.",
                        required: true,
                        caseExact: true,
                        mutability: .immutable,
                        holdsID: true
                    ),
                    Attribute(
                        name: "$ref",
                        type: .reference,
                        description: "The URL of the member.",
                        mutability: .immutable,
                        referenceTypes: ["User", "Group"]
                    ),
                    Attribute(
                        name: "type",
                        description: "The resource type of the member.",
                        mutability: .immutable,
                        canonicalValues: ["User", "Group"]
                    ),
                ],
                source: .members
            ),
        ]
    )
}

extension ResourceType {
    package static let user = ResourceType(
        name: "User",
        endpoint: "/Users",
        description: "User Account",
        schema: .user,
        extensions: [.init(schema: .enterpriseUser, required: false)]
    )

    package static let group = ResourceType(
        name: "Group",
        endpoint: "/Groups",
        description: "Group",
        schema: .group,
        extensions: []
    )
}
