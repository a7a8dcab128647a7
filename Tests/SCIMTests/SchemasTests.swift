import SCIM
import Testing

/// What a body must say in `schemas` (RFC 7643 §3).
struct SchemasTests {
    private static let enterprise = Schema.enterpriseUser.id

    @Test(
        arguments: [
            nil, [], "x", [1], ["urn:x"], [.string(Schema.group.id)], [.string(Self.enterprise)],
            [.string(Schema.user.id), .string(Schema.user.id)],
            [.string(Schema.user.id), "urn:x"],
        ] as [JSON?]
    )
    func strictBodiesNameTheirSchemas(schemas: JSON?) throws {
        var body: JSONObject = ["userName": "a"]
        body["schemas"] = schemas
        let error = #expect(throws: SCIMError.self) {
            try ResourceType.user.checkSchemas(of: .object(body))
        }
        #expect(error?.scimType == .invalidSyntax)
        body["schemas"] = [.string(Self.enterprise), .string(Schema.user.id.uppercased())]
        try ResourceType.user.checkSchemas(of: .object(body))
    }
}
