import SCIM
import Testing

/// Where a URN ends and an attribute begins (RFC 7644 §3.10).
struct AttributePathTests {
    private static let core = Schema.user.id
    private static let enterprise = Schema.enterpriseUser.id

    @Test(
        arguments: [
            ("userName", "userName"),
            ("\(core):userName", "\(core) userName"),
            ("\(core):name.givenName", "\(core) name givenName"),
            (core.uppercased() + ":ACTIVE", "\(core) ACTIVE"),
            ("\(enterprise):manager.value", "\(enterprise) manager value"),
            (enterprise, enterprise),
            // Nothing that the type has.
            ("urn:example:1.0:Thing:a.b", "urn:example:1.0:Thing:a.b"),
            ("\(core)s:userName", "\(core)s:userName"),
            ("\(core).active", "\(core).active"),
        ] as [(String, String)]
    )
    func splits(_ text: String, _ expected: String) throws {
        let path = ResourceType.user.split(try FilterParser.parseAttributePath(text))
        let parts = [path.urn, path.attribute.isEmpty ? nil : path.attribute, path.subAttribute]
        #expect(parts.compactMap(\.self).joined(separator: " ") == expected)
        #expect(path.text.equalsIgnoringASCIICase(text))
    }

    @Test(arguments: [
        "\(core):", "\(core)", "\(core):name.", "\(core):.name", "\(core):name..givenName",
        "\(core):a:b", "\(enterprise):manager.value.x", "urn:example:1.0:userName",
    ])
    func resolvesNothingElse(_ text: String) {
        let path = AttributePath(urn: text, attribute: "")
        #expect(ResourceType.user.resolve(path)?.name == nil)
    }
}
