import CFastCGI
import Foundation
import Testing

@testable import Gateway

/// Real records over a real socket.
struct FastCGIResponderTests {
    private let limits = RequestLimits(bodyBytes: 100_000, headerBytes: 8192)

    private func get(_ variables: [(String, String)] = []) -> [(String, String)] {
        [("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/Users")] + variables
    }

    private func post(_ variables: [(String, String)] = []) -> [(String, String)] {
        [("REQUEST_METHOD", "POST"), ("REQUEST_URI", "/Users")] + variables
    }

    /// Sends one request to a responder that describes what it got.
    private func check(
        _ variables: [(String, String)],
        body: [UInt8] = [],
        expected: String
    ) throws {
        try withResponder(limits: limits, handle: describe) { path in
            let answer = try Records.exchange(
                with: path,
                Records.begin() + Records.parameters(variables) + Records.stream(.stdin, body)
            )
            #expect(answer.text.hasSuffix("\r\n\r\n" + expected))
            #expect(answer.isEnded)
        }
    }

    @Test func answersInCGIForm() throws {
        try withResponder(limits: limits, handle: describe) { path in
            let answer = try Records.exchange(
                with: path,
                Records.begin() + Records.parameters(get()) + Records.stream(.stdin, [])
            )
            #expect(
                answer.text == """
                    Status: 200 OK\r\nContent-Type: text/plain\r\n\
                    Cache-Control: no-store\r\nContent-Length: 12\r\n\r\n\
                    GET /Users 0
                    """
            )
            #expect(answer.isEnded)
        }
    }

    @Test func answersHeadWithoutBody() throws {
        try check([("REQUEST_METHOD", "HEAD"), ("REQUEST_URI", "/")], expected: "")
    }

    @Test(arguments: [0, 1, 8184, 8192, 70_000, 99_999])
    func answersOfAnyLengthArriveWhole(count: Int) throws {
        let body = (0..<count).map { UInt8(ascii: "a") + UInt8($0 % 26) }
        let handle: @Sendable (Incoming) -> Answer = { _ in
            Answer(Response(status: 200, contentType: "text/plain", body: body))
        }
        try withResponder(limits: limits, handle: handle) { path in
            let answer = try Records.exchange(
                with: path,
                Records.begin() + Records.parameters(get()) + Records.stream(.stdin, [])
            )
            #expect(answer.output.suffix(count) == body[...])
            #expect(answer.isEnded)
        }
    }

    @Test func trap06RepeatedParametersLastWins() throws {
        try check(
            get([("REQUEST_URI", "/Groups"), ("REQUEST_METHOD", "PUT")]),
            expected: "PUT /Groups 0"
        )
    }

    @Test func trap07BodyOverTheLimitIsReadToItsEnd() throws {
        let body = [UInt8](repeating: 1, count: 3_000_000)
        try check(
            post([("CONTENT_LENGTH", "3000000")]),
            body: body,
            expected: "bodyTooLarge(limitBytes: 100000)"
        )
        try check(post(), body: body, expected: "bodyTooLarge(limitBytes: 100000)")
    }

    @Test func bodyLimitIsInclusive() throws {
        let body = [UInt8](repeating: 1, count: 100_000)
        try check(post([("CONTENT_LENGTH", "100000")]), body: body, expected: "POST /Users 100000")
        try check(
            post([("CONTENT_LENGTH", "100001")]),
            body: body + [1],
            expected: "bodyTooLarge(limitBytes: 100000)"
        )
    }

    @Test(arguments: ["", "-1"])
    func bodyOfUnknownLengthIsReadToItsEnd(length: String) throws {
        try check(
            post([("CONTENT_LENGTH", length), ("HTTP_TRANSFER_ENCODING", "chunked")]),
            body: [UInt8](repeating: 1, count: 70_000),
            expected: "POST /Users 70000"
        )
    }

    @Test(arguments: [0, 6, 8])
    func trap09BodyOfAnotherLengthIsRefused(count: Int) throws {
        try check(
            post([("CONTENT_LENGTH", "7")]),
            body: [UInt8](repeating: 1, count: count),
            expected: "bodyIncomplete(expectedBytes: 7, receivedBytes: \(count))"
        )
    }

    @Test(arguments: [
        (nil, "bodyUnreadable"),
        ("4", "bodyIncomplete(expectedBytes: 4, receivedBytes: 3)"),
        ("3", "bodyUnreadable"),
    ])
    func trap09AbortedUploadIsRefused(length: String?, expected: String) throws {
        try withResponder(limits: limits, handle: describe) { path in
            let answer = try Records.exchange(
                with: path,
                Records.begin()
                    + Records.parameters(post(length.map { [("CONTENT_LENGTH", $0)] } ?? []))
                    + Records.record(.stdin, [1, 2, 3]) + Records.record(.abortRequest, [])
            )
            #expect(answer.text.hasSuffix(expected))
        }
    }

    @Test func headersOverTheLimitAreRefused() throws {
        try check(
            get([("HTTP_X", String(repeating: "x", count: 9000))]),
            expected: "headersTooLarge(limitBytes: 8192)"
        )
    }

    @Test func trap11ConnectionIsClosedAlsoWhenItMayBeKept() throws {
        try withResponder(limits: limits, handle: describe) { path in
            let answer = try Records.exchange(
                with: path,
                Records.begin(flags: 1) + Records.parameters(get()) + Records.stream(.stdin, []),
                until: .end
            )
            #expect(answer.isEnded)
            #expect(answer.isClosed)
        }
    }

    @Test func secondRequestOnAConnectionIsRefused() throws {
        try withResponder(limits: limits, handle: describe) { path in
            let answer = try Records.exchange(
                with: path,
                Records.begin() + Records.parameters(get()) + Records.begin(request: 2)
                    + Records.stream(.stdin, [])
            )
            #expect(answer.text.hasSuffix("GET /Users 0"))
            // FCGI_END_REQUEST with FCGI_CANT_MPX_CONN for the second.
            let refusal = answer.records.first { $0.kind == .endRequest && $0.request == 2 }
            #expect(refusal?.content[4] == 1)
        }
    }

    @Test(arguments: [2, 3])
    func otherRolesAreEndedAtOnce(role: UInt8) throws {
        try withResponder(limits: limits, handle: describe) { path in
            let answer = try Records.exchange(
                with: path,
                Records.begin(role: role) + Records.parameters(get())
            )
            #expect(answer.isEnded)
            #expect(answer.output == [])
            try expectAlive(path)
        }
    }

    @Test(arguments: [
        Records.begin(role: 9),
        Records.begin() + Records.record(.stdin, [1]),
        Records.begin() + Records.record(.parameters, [0xFF, 0xFF]),
        Array("GET / HTTP/1.1\r\n\r\n".utf8),
        [1, 1, 0],
        [],
    ])
    func rubbishLeavesTheResponderWell(rubbish: [UInt8]) throws {
        try withResponder(limits: limits, handle: describe) { path in
            _ = try Records.exchange(with: path, rubbish, until: .end)
            try expectAlive(path)
        }
    }

    @Test func tellsItsValues() throws {
        let question = Records.pair("FCGI_MAX_CONNS", "") + Records.pair("FCGI_MPXS_CONNS", "")
        try withResponder(limits: limits, handle: describe) { path in
            let answer = try Records.exchange(
                with: path,
                Records.record(.getValues, question, request: 0)
                    + Records.begin() + Records.parameters(get()) + Records.stream(.stdin, [])
            )
            let values = answer.records.first { $0.kind == .getValuesResult }
            #expect(
                values?.content
                    == Records.pair("FCGI_MAX_CONNS", "1") + Records.pair("FCGI_MPXS_CONNS", "0")
            )
            #expect(answer.text.hasSuffix("GET /Users 0"))
        }
    }

    @Test func clientThatLeavesDoesNoHarm() throws {
        try withResponder(limits: limits, handle: describe) { path in
            for _ in 0..<10 {
                _ = try Records.exchange(
                    with: path,
                    Records.begin() + Records.parameters(get()) + Records.stream(.stdin, []),
                    until: .sent
                )
            }
            try expectAlive(path)
        }
    }

    @Test func peerHasTheWholeAnswerBeforeTheRestIsDone() throws {
        let received = DispatchSemaphore(value: 0)
        let isReceived = Flag()
        let handle: @Sendable (Incoming) -> Answer = { incoming in
            Answer(
                describe(incoming).response,
                afterwards: {
                    // Not for ever: an answer that comes behind this is to fail, not to hang.
                    isReceived.value = received.wait(timeout: .now() + 10) == .success
                }
            )
        }
        try withResponder(limits: limits, handle: handle) { path in
            let answer = try Records.exchange(
                with: path,
                Records.begin() + Records.parameters(get()) + Records.stream(.stdin, [])
            )
            #expect(answer.text.hasSuffix("GET /Users 0"))
            #expect(answer.isEnded)
            received.signal()
        }
        #expect(isReceived.value)
    }

    @Test func requestIsAbandonedWhenItsPeerCloses() throws {
        let begun = DispatchSemaphore(value: 0)
        let (wasAbandoned, isAbandoned) = (Flag(), Flag())
        let handle: @Sendable (Incoming) -> Answer = { incoming in
            guard case .success(let request) = incoming.request else { return describe(incoming) }
            wasAbandoned.value = request.isAbandoned
            begun.signal()
            for _ in 0..<1_000 where !request.isAbandoned { usleep(10_000) }
            isAbandoned.value = request.isAbandoned
            return describe(incoming)
        }
        try withResponder(limits: limits, handle: handle) { path in
            let bytes = Records.begin() + Records.parameters(get()) + Records.stream(.stdin, [])
            try Records.withConnection(to: path) { connection in
                try Records.send(bytes, on: connection)
                #expect(begun.wait(timeout: .now() + 10) == .success)
            }
        }
        #expect(!wasAbandoned.value)
        #expect(isAbandoned.value)
    }

    @Test func brokenListenerEndsTheLoop() throws {
        let socket = try ListeningSocket()
        let stop = eventfd(0, Int32(EFD_CLOEXEC))
        defer { close(stop) }
        let responder = try #require(
            FastCGIResponder(listener: socket.descriptor, stop: stop, limits: limits)
        )
        shutdown(socket.descriptor, Int32(SHUT_RDWR))
        #expect(!responder.run(handle: describe))
    }

    @Test func needsAListener() {
        #expect(FastCGIResponder(listener: -1, stop: 0, limits: limits) == nil)
    }

    private func expectAlive(_ path: String) throws {
        let answer = try Records.exchange(
            with: path,
            Records.begin() + Records.parameters(get()) + Records.stream(.stdin, [])
        )
        #expect(answer.text.hasSuffix("GET /Users 0"))
    }
}

/// Answers with what arrived: method, path and length of the body, or the fault.
private func describe(_ incoming: Incoming) -> Answer {
    let text =
        switch incoming.request {
        case .success(let request): "\(request.method) \(request.path) \(request.body.count)"
        case .failure(let fault): "\(fault)"
        }
    return Answer(Response(status: 200, contentType: "text/plain", body: Array(text.utf8)))
}
