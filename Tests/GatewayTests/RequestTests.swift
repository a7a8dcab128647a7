import Testing

@testable import Gateway

struct RequestTests {
    private func request(_ variables: [(name: String, value: String)]) -> Request {
        Request(method: "GET", path: "/", variables: variables)
    }

    private static let redirected = (1...6).map {
        String(repeating: "REDIRECT_", count: $0) + "HTTP_AUTHORIZATION"
    }

    @Test(
        arguments: [
            ([("HTTP_AUTHORIZATION", "Bearer abc")], Authorization.value("Bearer abc")),
            ([("HTTP_AUTHORIZATION", " \tbearer  abc \t")], .value("bearer  abc")),
            ([("HTTP_AUTHORIZATION", ""), (redirected[0], "Bearer r")], .value("Bearer r")),
            (
                [("HTTP_AUTHORIZATION", "Bearer h"), (redirected[0], "Bearer r")],
                .value("Bearer h")
            ),
            ([(redirected[1], "Bearer rr")], .value("Bearer rr")),
            ([(redirected[4], "Bearer 5")], .value("Bearer 5")),
            ([(redirected[5], "Bearer 6")], .absent),
            ([("HTTP_AUTHORIZATION", "Bearer a, Bearer b")], .ambiguous),
            ([("HTTP_AUTHORIZATION", ",")], .ambiguous),
            // What a client can send: its names all begin with HTTP_.
            (
                [("HTTP_HTTP_AUTHORIZATION", "x"), ("HTTP_REDIRECT_HTTP_AUTHORIZATION", "x")],
                .absent
            ),
            ([("Authorization", "Bearer abc")], .absent),
        ] as [([(String, String)], Authorization)]
    )
    func choosesAuthorization(variables: [(String, String)], expected: Authorization) {
        #expect(request(variables.map { (name: $0.0, value: $0.1) }).authorization == expected)
    }

    @Test(arguments: ["", " ", "\t "])
    func trap04EmptyAuthorizationIsAbsent(value: String) {
        let variables = [("HTTP_AUTHORIZATION", value), (Self.redirected[0], value)]
        #expect(request(variables.map { (name: $0.0, value: $0.1) }).authorization == .absent)
    }

    @Test func readsHeadersAndVariables() {
        let request = request([
            ("CONTENT_TYPE", "application/scim+json"), ("CONTENT_LENGTH", "5"),
            ("HTTP_CONTENT_TYPE", "no"), ("HTTP_ACCEPT", ""), ("HTTP_X", "1"),
            ("REDIRECT_ROSTER_DATABASE", "/db"), ("HTTP_ROSTER_DATABASE", "/evil"),
        ])
        #expect(request.header("content-type") == "application/scim+json")
        #expect(request.header("Content-Length") == "5")
        #expect(request.header("Accept") == nil)
        #expect(request.header("X") == "1")
        #expect(request.variable("ROSTER_DATABASE") == "/db")
        #expect(request.variable("CONTENT_ENCODING") == nil)
    }

    @Test func variablesThatAClientCanSetAreOutOfReach() async {
        await #expect(processExitsWith: .failure) {
            _ = Request(method: "GET", path: "/").variable("HTTP_ROSTER_DATABASE")
        }
    }

    @Test(arguments: [
        ("ex.com", "http://ex.com"),
        ("EX-1.com:8443", "http://EX-1.com:8443"),
        ("127.0.0.1", "http://127.0.0.1"),
        ("[::1]", "http://[::1]"),
        ("[::ffff:1.2.3.4]:443", "http://[::ffff:1.2.3.4]:443"),
        ("", nil), (":80", nil), ("ex.com:", nil), ("ex.com:123456", nil), ("ex.com:8a", nil),
        ("ex.com/x", nil), ("a\"b<c>", nil), ("ex_1.com", nil), ("ex.com ", nil), ("ü.com", nil),
        ("user@ex.com", nil), ("[::1", nil), ("[]", nil), ("[1.2.3.4]", nil), ("[::1]x", nil),
        ("[::g]", nil), ("::1", nil),
    ])
    func formsOrigin(host: String, origin: String?) {
        #expect(request([("HTTP_HOST", host)]).origin == origin)
    }

    @Test func hostIsAtMostAsLongAsAName() {
        let name = String(repeating: "a", count: 255)
        #expect(request([("HTTP_HOST", "\(name):65535")]).origin == "http://\(name):65535")
        #expect(request([("HTTP_HOST", "\(name)a:65535")]).origin == nil)
    }

    @Test(
        arguments: [
            ("on", nil, "https"), ("ON", "http", "https"), ("1", nil, "https"),
            ("off", nil, "http"),
            ("", "https", "https"), (nil, "https", "https"), (nil, "http", "http"),
            (nil, "gopher", "http"), (nil, nil, "http"),
        ] as [(String?, String?, String)]
    )
    func tellsScheme(https: String?, scheme: String?, expected: String) {
        let origin = request([
            ("HTTP_HOST", "ex.com"), ("HTTP_X_FORWARDED_PROTO", "https"),
            ("HTTPS", https ?? ""), ("REQUEST_SCHEME", scheme ?? ""),
        ]).origin
        #expect(origin == "\(expected)://ex.com")
    }

    @Test func hasNoOriginWithoutHost() {
        #expect(request([("SERVER_NAME", "ex.com")]).origin == nil)
    }
}
