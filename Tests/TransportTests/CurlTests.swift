import Testing

@testable import Transport

struct CurlTests {
    /// A value stays one option, whatever it holds: a line of its own would be an option of its own.
    @Test(arguments: [
        ("a\nurl = \"http://other/\"", #""aurl = \"http://other/\"""#),
        ("a\r\nb", #""ab""#),
        ("a\0b", #""ab""#),
        (#"\" b"#, #""\\\" b""#),
        ("ü", "\"ü\""),
    ])
    func quotes(value: String, quoted: String) {
        let request = Curl.Request(
            method: value,
            url: value,
            headers: [value],
            body: [value],
            userAgent: value
        )
        let lines = Curl.configuration(request).split(separator: "\n")
        for name in ["request", "url", "header", "data", "user-agent"] {
            #expect(lines.contains("\(name) = \(quoted)"))
        }
        #expect(lines.filter { $0.hasPrefix("url") }.count == 1)
    }

    @Test(arguments: [
        (1, "0.001"), (0, "0.001"), (90, "0.090"), (3_000, "3.000"), (61_234, "61.234"),
    ])
    func saysHowLongItMayTake(milliseconds: Int, seconds: String) {
        var request = Curl.Request(url: "http://localhost/", userAgent: "test/1")
        request.millisecondsMax = milliseconds
        let lines = Curl.configuration(request).split(separator: "\n")
        #expect(lines.contains("max-time = \(seconds)"))
        #expect(lines.contains("connect-timeout = \(seconds)"))
    }

    // MARK: With a real server

    private func post(_ body: [UInt8], to server: LittleServer) -> Curl.Request {
        Curl.Request(
            url: "http://127.0.0.1:\(server.port)/?roster=events",
            headers: ["Content-Type: application/json", "webhook-id: msg_1"],
            bytes: body,
            userAgent: "test/1"
        )
    }

    /// Whatever curl's own options mean by it.
    @Test(arguments: [
        "", "@/etc/hostname", "@-", "=x", "a&b", "\"", "\\", "\\n", "a\nb\r\nc\td\u{B}\u{C}",
        "\0\u{1}\u{7F}",
        "\n", "\"\nurl = \"http://localhost:1/\"\n", "\u{E9}\u{1F600}\u{2028}",
        #"{"a":"\u00e9\n"}"#,
    ])
    func sendsABodyAsItIs(text: String) throws {
        let server = try LittleServer()
        let answer = try Curl.send(post(Array(text.utf8), to: server))
        #expect(answer.status == 204)
        let (header, body) = try server.request()
        #expect(header[0] == "POST /?roster=events HTTP/1.1")
        #expect(header.contains("Content-Type: application/json"))
        #expect(header.contains("webhook-id: msg_1"))
        #expect(header.contains("Content-Length: \(text.utf8.count)"))
        #expect(body == Array(text.utf8))
    }

    @Test func sendsAMebibyteOfAnyBytes() throws {
        let server = try LittleServer()
        let body = (0..<1_048_576).map { _ in UInt8.random(in: 0...255) }
        #expect(try Curl.send(post(body, to: server)).status == 204)
        #expect(try server.request().body == body)
    }

    @Test func goesElsewhereUnderTheSameName() throws {
        let server = try LittleServer()
        var request = Curl.Request(url: "http://www.example.com/path", userAgent: "test/1")
        request.connectTo = "127.0.0.1:\(server.port)"
        #expect(try Curl.send(request).status == 204)
        let header = try server.request().header
        #expect(header[0] == "GET /path HTTP/1.1")
        #expect(header.contains("Host: www.example.com"))
    }

    /// The server says something after a while: where nobody ends the request before, that is seen.
    @Test func endsARequestThatTakesTooLong() throws {
        let server = try LittleServer(silence: 5_000)
        var request = post([], to: server)
        request.millisecondsMax = 250
        #expect {
            try Curl.send(request)
        } throws: {
            if case Curl.Failure.late(let text) = $0 { text.contains("(28)") } else { false }
        }
    }

    @Test(arguments: [1_000, 100_000])
    func readsNoMoreThanAsked(answerBytesMax: Int) throws {
        let header = "HTTP/1.1 200 OK\r\n\r\n"
        let server = try LittleServer(answer: header + String(repeating: "x", count: 3_000_000))
        var request = post([], to: server)
        request.answerBytesMax = answerBytesMax
        #expect(try Curl.send(request).body.count == answerBytesMax - header.utf8.count)
    }
}
