extension Schema {
    /// The enterprise extension of User (RFC 7643 §4.3, §8.7.1).
    package static let enterpriseUser = Schema(
        id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        name: "EnterpriseUser",
        description: "Enterprise User",
        attributes: [
            Attribute(
                name: "employeeNumber",
                description: "The organization's number of the user.",
                indexed: true
            ),
            Attribute(name: "costCenter", description: "The cost center."),
            Attribute(name: "organization", description: "The organization."),
            Attribute(name: "division", description: "The division."),
            Attribute(name: "department", description: "The department."),
            Attribute(
                name: "manager",
                type: .complex,
                description: "The user's manager.",
                subAttributes: [
                    Attribute(
                        name: "value",
                        description: "The id of the manager.",
                        caseExact: true,
                        indexed: true,
                        holdsID: true
                    ),
                    Attribute(
                        name: "$ref",
                        type: .reference,
                        description: "The URL of the manager.",
                        referenceTypes: ["User"]
                    ),
                    Attribute(
                        name: "displayName",
                        description: "The displayName of the manager.",
                        mutability: .readOnly
                    ),
                ]
            ),
        ]
    )
}
