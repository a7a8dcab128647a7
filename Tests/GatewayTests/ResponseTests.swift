import Testing

@testable import Gateway

struct ResponseTests {
    private func check(_ response: Response, _ lines: [String]) {
        let expected = (lines + ["", ""]).joined(separator: "\r\n")
        #expect(
            String(decoding: response.head(bodyBytes: response.body.count), as: UTF8.self)
                == expected
        )
    }

    @Test func writesStatusTypeFieldsAndLength() {
        check(
            Response(
                status: 200,
                contentType: "application/scim+json",
                headers: [("ETag", "W/\"1\"")],
                body: Array("{}".utf8)
            ),
            [
                "Status: 200 OK", "Content-Type: application/scim+json", "ETag: W/\"1\"",
                "Cache-Control: no-store", "Content-Length: 2",
            ]
        )
    }

    @Test func writesLengthOfEmptyBody() {
        check(
            Response(status: 500),
            [
                "Status: 500 Internal Server Error", "Cache-Control: no-store",
                "Content-Length: 0",
            ]
        )
    }

    @Test(arguments: [204, 304])
    func someStatusesHaveNoBody(status: Int) {
        let response = Response(
            status: status,
            contentType: "text/plain",
            headers: [("ETag", "W/\"1\"")],
            body: [1]
        )
        check(
            response,
            [
                "Status: \(status) \(Response.reasonPhrase(of: status))", "ETag: W/\"1\"",
                "Cache-Control: no-store",
            ]
        )
        #expect(response.sentBody(method: "GET") == [])
    }

    @Test func headHasTheLengthOfGetAndNoBody() {
        let response = Response(status: 200, contentType: "text/plain", body: [1, 2, 3])
        check(
            response,
            [
                "Status: 200 OK", "Content-Type: text/plain", "Cache-Control: no-store",
                "Content-Length: 3",
            ]
        )
        #expect(response.sentBody(method: "HEAD") == [])
        #expect(response.sentBody(method: "GET") == [1, 2, 3])
    }

    @Test(arguments: 200...599)
    func trap02EveryStatusHasAReasonPhrase(status: Int) {
        #expect(!Response.reasonPhrase(of: status).isEmpty)
    }

    @Test(arguments: [
        ("Location", 201, true), ("location", 303, true), ("Location", 200, false),
        ("LOCATION", 409, false), ("Location", 204, false),
    ])
    func trap01LocationOnlyWhereItIsNoRedirectUnawares(
        name: String,
        status: Int,
        expected: Bool
    ) {
        #expect(Response.isAllowed(header: name, status: status) == expected)
    }

    @Test(arguments: [
        ("ETag", true), ("WWW-Authenticate", true), ("Content-Location", true), ("X-A", true),
        ("Connection", false), ("Keep-Alive", false), ("transfer-encoding", false),
        ("Date", false), ("Server", false), ("X-Accel-Redirect", false), ("x-accel-expires", false),
        ("X-Sendfile", false), ("Status", false), ("Content-Length", false),
        ("Cache-Control", false), ("", false),
        ("A B", false), ("A:", false), ("A\r\nB", false),
    ])
    func fieldsOfTheWebServerAreNotSent(name: String, expected: Bool) {
        #expect(Response.isAllowed(header: name, status: 200) == expected)
    }

    @Test func valuesBeginNoLineOfTheirOwn() {
        check(
            Response(status: 401, headers: [("WWW-Authenticate", "Bearer\r\nLocation: /\u{0}x")]),
            [
                "Status: 401 Unauthorized", "WWW-Authenticate: Bearer  Location: / x",
                "Cache-Control: no-store", "Content-Length: 0",
            ]
        )
    }

    @Test func refusesMistakes() async {
        await #expect(processExitsWith: .failure) {
            _ = Response(status: 200, headers: [("Location", "/scim/v2/Users/1")]).head(
                bodyBytes: 0
            )
        }
        await #expect(processExitsWith: .failure) { _ = Response(status: 99).head(bodyBytes: 0) }
        await #expect(processExitsWith: .failure) {
            _ = Response(status: 200, body: [1]).head(bodyBytes: 0)
        }
    }
}
