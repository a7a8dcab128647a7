import Testing

@testable import Gateway

struct GatewayTests {
    private func check(
        _ environment: [String: String],
        listening: Set<Int32>,
        _ expected: Gateway.Mode
    ) {
        let mode = Gateway.mode(
            processID: 42,
            isListening: { listening.contains($0) },
            environment: { environment[$0] }
        )
        #expect(mode == expected)
    }

    @Test func listenerOnDescriptor0IsFastCGI() {
        check([:], listening: [0], .fastCGI(listener: 0))
        check(["GATEWAY_INTERFACE": "CGI/1.1"], listening: [0], .fastCGI(listener: 0))
    }

    @Test func gatewayInterfaceIsCGI() {
        check(["GATEWAY_INTERFACE": "CGI/1.1"], listening: [], .cgi)
        check(["GATEWAY_INTERFACE": ""], listening: [], .cgi)
        check(
            ["GATEWAY_INTERFACE": "CGI/1.1", "LISTEN_FDS": "1", "LISTEN_PID": "42"],
            listening: [3],
            .cgi
        )
    }

    @Test func activationIsFastCGIForThisProcessOnly() {
        check(["LISTEN_FDS": "1", "LISTEN_PID": "42"], listening: [3], .fastCGI(listener: 3))
        check(["LISTEN_FDS": "2", "LISTEN_PID": "42"], listening: [3, 4], .fastCGI(listener: 3))
        check(["LISTEN_FDS": "1", "LISTEN_PID": "41"], listening: [3], .commandLine)
        check(["LISTEN_FDS": "0", "LISTEN_PID": "42"], listening: [3], .commandLine)
        check(["LISTEN_FDS": "x", "LISTEN_PID": "42"], listening: [3], .commandLine)
        check(["LISTEN_FDS": "1", "LISTEN_PID": "42"], listening: [], .commandLine)
        check(["LISTEN_FDS": "1"], listening: [3], .commandLine)
    }

    @Test func anythingElseIsTheCommandLine() {
        check([:], listening: [], .commandLine)
        check(["REQUEST_METHOD": "GET"], listening: [], .commandLine)
    }
}
