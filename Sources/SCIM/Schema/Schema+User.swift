extension Schema {
    /// The core User (RFC 7643 §4.1, §8.7.1).
    package static let user = Schema(
        id: "urn:ietf:params:scim:schemas:core:2.0:User",
        name: "User",
        description: "User Account",
        attributes: userAttributes
    )

    private static let userAttributes: [Attribute] = [
        Attribute(
            name: "userName",
            description: "The name by which the service provider identifies the user.",
            required: true,
            uniqueness: .server,
            indexed: true
        ),
        Attribute(
            name: "name",
            type: .complex,
            description: "The components of the user's name.",
            subAttributes: [
                Attribute(name: "formatted", description: "The full name for display."),
                Attribute(name: "familyName", description: "The family name."),
                Attribute(name: "givenName", description: "The given name."),
                Attribute(name: "middleName", description: "The middle names."),
                Attribute(name: "honorificPrefix", description: "Titles before the name."),
                Attribute(name: "honorificSuffix", description: "Suffixes after the name."),
            ]
        ),
        Attribute(
            name: "displayName",
            description: "The name of the user for display.",
            indexed: true
        ),
        Attribute(name: "nickName", description: "The casual way to address the user."),
        Attribute(
            name: "profileUrl",
            type: .reference,
            description: "The user's page on line.",
            referenceTypes: ["external"]
        ),
        Attribute(name: "title", description: "The user's title, such as \"Vice President\"."),
        Attribute(
            name: "userType",
            description: "The relationship of the user to the organization."
        ),
        Attribute(
            name: "preferredLanguage",
            description: "The user's language, as in Accept-Language."
        ),
        Attribute(
            name: "locale",
            description: "The user's location for formats, such as en-US."
        ),
        Attribute(name: "timezone", description: "The user's time zone, such as Europe/Paris."),
        Attribute(
            name: "active",
            type: .boolean,
            description: "Whether the user may use the service.",
            defaultValue: true
        ),
        Attribute(
            name: "password",
            description: "The user's password in clear text, to be set.",
            mutability: .writeOnly,
            returned: .never
        ),
        plural(
            "emails",
            "E-mail addresses.",
            types: ["work", "home", "other"],
            value: Attribute(name: "value", description: "The e-mail address.", indexed: true)
        ),
        plural(
            "phoneNumbers",
            "Telephone numbers.",
            types: ["work", "home", "mobile", "fax", "pager", "other"],
            value: Attribute(name: "value", description: "The telephone number.")
        ),
        plural(
            "ims",
            "Instant messaging addresses.",
            types: ["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
            value: Attribute(name: "value", description: "The address.")
        ),
        plural(
            "photos",
            "URLs of photos of the user.",
            types: ["photo", "thumbnail"],
            value: Attribute(
                name: "value",
                type: .reference,
                description: "The URL of a photo.",
                referenceTypes: ["external"]
            )
        ),
        Attribute(
            name: "addresses",
            type: .complex,
            multiValued: true,
            description: "Physical mailing addresses.",
            subAttributes: [
                Attribute(name: "formatted", description: "The full address for display."),
                Attribute(name: "streetAddress", description: "Street, house number, box."),
                Attribute(name: "locality", description: "The city."),
                Attribute(name: "region", description: "The state or region."),
                Attribute(name: "postalCode", description: "The postal code."),
                Attribute(name: "country", description: "The country."),
                Attribute(
                    name: "type",
                    description: "What the address is for.",
                    canonicalValues: ["work", "home", "other"]
                ),
                primary,
            ]
        ),
        Attribute(
            name: "groups",
            type: .complex,
            multiValued: true,
            description: "The groups to which the user belongs.",
            mutability: .readOnly,
            subAttributes: [
                Attribute(
                    name: "value",
                    description: "The id of the group.",
                    caseExact: true,
                    mutability: .readOnly,
                    holdsID: true
                ),
                Attribute(
                    name: "$ref",
                    type: .reference,
                    description: "The URL of the group.",
                    mutability: .readOnly,
                    referenceTypes: ["Group"]
                ),
                Attribute(
                    name: "display",
                    description: "The displayName of the group.",
                    mutability: .readOnly
                ),
                Attribute(
                    name: "type",
                    description: "How the membership came about.",
                    mutability: .readOnly,
                    canonicalValues: ["direct", "indirect"]
                ),
            ],
            source: .memberships
        ),
        plural(
            "entitlements",
            "Things the user is entitled to.",
            types: [],
            value: Attribute(name: "value", description: "The entitlement.")
        ),
        plural(
            "roles",
            "Roles of the user.",
            types: [],
            value: Attribute(name: "value", description: "The role.")
        ),
        plural(
            "x509Certificates",
            "Certificates of the user.",
            types: [],
            value: Attribute(
                name: "value",
                type: .binary,
                description: "A DER certificate in base64.",
                caseExact: true
            )
        ),
    ]

    private static let primary = Attribute(
        name: "primary",
        type: .boolean,
        description: "Whether this is the preferred value."
    )

    /// A multi-valued attribute with the default sub-attributes (RFC 7643 §2.4).
    private static func plural(
        _ name: String,
        _ description: String,
        types: [String],
        value: Attribute
    ) -> Attribute {
        Attribute(
            name: name,
            type: .complex,
            multiValued: true,
            description: description,
            subAttributes: [
                value,
                Attribute(name: "display", description: "A name for display."),
                Attribute(
                    name: "type",
                    description: "What the value is for.",
                    canonicalValues: types
                ),
                primary,
            ]
        )
    }
}
