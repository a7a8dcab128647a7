import Testing

@testable import Gateway

struct RequestTargetTests {
    private let limits = RequestLimits(pathBytes: 24, queryBytes: 30)

    private func check(
        _ variables: [(name: String, value: String)],
        path: String,
        query: String?
    ) throws {
        let target = try RequestTarget(variables: Variables(variables), limits: limits)
        #expect(target.path == path)
        #expect(target.query == query)
    }

    @Test(arguments: [
        ("/scim/v2/Users", "/scim/v2/Users", nil),
        ("/scim/v2/Users?", "/scim/v2/Users", ""),
        ("/Users?a=1?b#c", "/Users", "a=1?b#c"),
        ("/", "/", nil),
        ("//Users/./../x", "//Users/./../x", nil),
        ("http://host:8080/Users?x", "/Users", "x"),
        ("https://host", "/", nil),
        ("https://host?x", "/", "x"),
        ("https://host?x=/y", "/", "x=/y"),
        ("/http://host/Users", "/http://host/Users", nil),
        ("/Üsers?ü", "/Üsers", "ü"),
        ("/12345678901234567890abcd", nil, nil),
        ("*", nil, nil),
        ("host:443", nil, nil),
        ("://host/", nil, nil),
        ("Users", nil, nil),
        ("/a b", nil, nil),
        ("/a\nb", nil, nil),
        ("/a\u{7F}b", nil, nil),
        ("/a?b\u{1}", nil, nil),
        ("/a\u{FFFD}", nil, nil),
    ])
    func readsTarget(target: String, path: String?, query: String?) throws {
        guard let path else {
            #expect(throws: RequestFault.self) {
                try RequestTarget(variables: Variables([("REQUEST_URI", target)]), limits: limits)
            }
            return
        }
        try check([("REQUEST_URI", target)], path: path, query: query)
    }

    @Test(arguments: [
        "/Users/a%2Fb", "/Users/a%252Fb", "/Users/a%3Fb", "/Users/%00", "/Users/%2e%2e",
        "/Users/a%25b", "/Users/+;:@%20",
    ])
    func trap03PathStaysAsSent(path: String) throws {
        try check(
            [
                ("SCRIPT_NAME", "/scim.fcgi"), ("PATH_INFO", "/decoded/twice"),
                ("QUERY_STRING", "other"), ("REQUEST_URI", "\(path)?a%20b"),
            ],
            path: path,
            query: "a%20b"
        )
    }

    @Test func fallsBackToDecodedPathAndEncodesItAgain() throws {
        try check(
            [("SCRIPT_NAME", "/v2"), ("PATH_INFO", "/a b/%2F?ü"), ("QUERY_STRING", "x=1")],
            path: "/v2/a%20b/%252F%3F%C3%BC",
            query: "x=1"
        )
    }

    @Test func emptyQueryStringOfFallbackIsNone() throws {
        try check(
            [("REQUEST_URI", ""), ("PATH_INFO", "/Users"), ("QUERY_STRING", "")],
            path: "/Users",
            query: nil
        )
    }

    @Test func limitsAreInclusive() throws {
        let path = "/" + String(repeating: "p", count: 23)
        let query = String(repeating: "q", count: 30)
        try check([("REQUEST_URI", "\(path)?\(query)")], path: path, query: query)
        #expect(throws: RequestFault.pathTooLong(limitBytes: 24)) {
            try RequestTarget("\(path)p?\(query)", limits: limits)
        }
        #expect(throws: RequestFault.queryTooLong(limitBytes: 30)) {
            try RequestTarget("\(path)?\(query)q", limits: limits)
        }
    }
}
