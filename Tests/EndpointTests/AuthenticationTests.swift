import Directory
import SCIM
import Testing

/// Who may do what (RFC 7644 §2).
struct AuthenticationTests {
    private let endpoint: TestEndpoint

    init() throws {
        endpoint = try TestEndpoint()
    }

    private func check(_ authorization: String?, _ status: Int) {
        let reply = endpoint.send("GET", "/Users", authorization: authorization)
        #expect(reply.status == status, "\(authorization ?? "none")")
        if status == 401 {
            #expect(reply["status"] == "401")
            #expect(reply.header("WWW-Authenticate")?.contains("Bearer realm") == true)
        }
    }

    @Test(arguments: [
        ("Bearer roster_test-secret", 200), ("bearer roster_test-secret", 200),
        ("Bearer  roster_test-secret", 200), ("roster_test-secret", 200),
        ("Basic dGVzdDpyb3N0ZXJfdGVzdC1zZWNyZXQ=", 200),  // test:roster_test-secret
        ("basic dGVzdDpyb3N0ZXJfdGVzdC1zZWNyZXQ=", 200),
        ("Basic b3RoZXI6cm9zdGVyX3Rlc3Qtc2VjcmV0", 401),  // other:roster_test-secret
        ("Basic cm9zdGVyX3Rlc3Qtc2VjcmV0", 401),  // roster_test-secret, without a name
        ("Basic !!!", 401), ("Bearer", 401), ("Bearer roster_test-secre", 401),
        ("Bearer roster_test-secret x", 401), ("Digest roster_test-secret", 401),
        ("Bearer roster_test-secret, Bearer other", 401), ("", 401),
    ])
    func judges(_ authorization: String, _ status: Int) {
        check(authorization, status)
    }

    @Test func tellsAMissingHeaderFromAWrongToken() {
        let missing = endpoint.send("GET", "/Users", authorization: nil)["detail"]?.string ?? ""
        #expect(missing.hasPrefix("Authorization header missing"))
        #expect(missing.contains("SetEnvIf Authorization"))
        let wrong = endpoint.send("GET", "/Users", authorization: "Bearer x")["detail"]?.string
        #expect(wrong == "the token is not valid")
    }

    @Test func severalTokensAreValidAtOnce() throws {
        try endpoint.addToken("second")
        check("Bearer second", 200)
        check("Bearer \(TestEndpoint.secret)", 200)
    }

    @Test func expiredAndRevokedTokensAreNotValid() throws {
        let past = Instant(microseconds: endpoint.now.microseconds - 1)
        try endpoint.addToken("past", expires: past)
        check("Bearer past", 401)
        try endpoint.addToken("now", expires: endpoint.now)
        check("Bearer now", 401)
        try endpoint.addToken(
            "future",
            expires: Instant(microseconds: endpoint.now.microseconds + 1)
        )
        check("Bearer future", 200)
        let id = try endpoint.addToken("revoked")
        let now = endpoint.now
        _ = try endpoint.store.write(within: .unlimited) { try $0.revokeToken(id, at: now) }
        check("Bearer revoked", 401)
    }

    @Test func readingTokensChangeNothing() throws {
        try endpoint.addToken("reader", rights: .read)
        let reader = "Bearer reader"
        let id = try endpoint.create(["userName": "ann"])
        let patch: JSON = [
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [["op": "replace", "path": "title", "value": "x"]],
        ]
        for (method, path, body) in [
            ("POST", "/Users", ["userName": "bob"] as JSON?), ("PUT", "/Users/\(id)", [:]),
            ("PATCH", "/Users/\(id)", patch), ("DELETE", "/Users/\(id)", nil),
        ] {
            let reply = endpoint.send(method, path, body, authorization: reader)
            #expect(reply.status == 403, "\(method)")
            #expect(reply["status"] == "403")
        }
        #expect(endpoint.send("GET", "/Users/\(id)", authorization: reader).status == 200)
    }

    @Test func useIsNotedOnceAnHour() throws {
        _ = endpoint.send("GET", "/Users")
        let tokens = try endpoint.store.read(within: .unlimited) { try $0.tokens() }
        #expect(tokens.first?.used == endpoint.now)
    }

    /// What is refused, and discovery: a token that is in use is not to look as if nobody used it.
    @Test(arguments: ["/Users/none", "/Schemas"])
    func useIsNotedWhateverIsAsked(path: String) throws {
        _ = endpoint.send("GET", path)
        let tokens = try endpoint.store.read(within: .unlimited) { try $0.tokens() }
        #expect(tokens.first?.used == endpoint.now)
    }

    @Test func onlyTheServiceProviderConfigIsPublic() {
        #expect(endpoint.send("GET", "/ServiceProviderConfig", authorization: nil).status == 200)
        #expect(endpoint.send("GET", "/Schemas", authorization: nil).status == 401)
        #expect(endpoint.send("GET", "/Nothing", authorization: nil).status == 404)
    }
}
