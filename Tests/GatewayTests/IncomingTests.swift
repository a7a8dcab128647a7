import Testing

@testable import Gateway

struct IncomingTests {
    private let limits = RequestLimits(pathBytes: 10)

    private func incoming(
        _ method: String?,
        _ target: String,
        body: Result<[UInt8], RequestFault> = .success([])
    ) -> Incoming {
        let variables = Variables(
            (method.map { [("REQUEST_METHOD", $0)] } ?? []) + [("REQUEST_URI", target)]
        )
        return Incoming(variables: variables, body: body, limits: limits)
    }

    @Test func takesWholeRequests() throws {
        let request = try incoming("PATCH", "/Users?a", body: .success([1, 2])).request.get()
        #expect(request.method == "PATCH")
        #expect(request.path == "/Users")
        #expect(request.query == "a")
        #expect(request.body == [1, 2])
    }

    @Test(
        arguments: [
            ("GET", "/Users", "GET", "/Users", .bodyUnreadable),
            ("GET", "/Users/1234?x", "GET", "/Users/123", .pathTooLong(limitBytes: 10)),
            ("GET", "http://h/Users/1234", "GET", "/Users/123", .pathTooLong(limitBytes: 10)),
            ("GET", "*", "GET", nil, .malformedTarget),
            ("GET", "/\n", "GET", nil, .malformedTarget),
            ("G T", "/Users", "", "/Users", .malformedMethod),
            (nil, "/Users", "", "/Users", .malformedMethod),
        ] as [(String?, String, String, String?, RequestFault)]
    )
    func namesWhatItKnowsOfFaultyRequests(
        method: String?,
        target: String,
        logged: String,
        path: String?,
        fault: RequestFault
    ) {
        let incoming = incoming(method, target, body: .failure(.bodyUnreadable))
        #expect(incoming.method == logged)
        #expect(incoming.path == path)
        #expect(throws: fault) { try incoming.request.get() }
    }
}
