import Glibc
import Testing

@testable import Gateway

struct CGIResponderTests {
    /// The web server's ends of the program's standard input and output.
    private func withPipes(_ body: (_ input: [Int32], _ output: [Int32]) throws -> Void) throws {
        var input: [Int32] = [-1, -1]
        var output: [Int32] = [-1, -1]
        try #require(pipe(&input) == 0)
        try #require(pipe(&output) == 0)
        close(input[1])
        defer { for end in [input[0], output[0], output[1]] { close(end) } }
        try body(input, output)
    }

    private func readToTheEnd(_ descriptor: Int32) -> String {
        // An output that nobody ends is to fail the test, not to hang it.
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var buffer = [UInt8](repeating: 0, count: 4_096)
        var text = ""
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count <= 0 { return text + (count == 0 ? "END" : "OPEN") }
            text += String(decoding: buffer[..<count], as: UTF8.self)
        }
    }

    @Test func outputHasEndedBeforeTheRestIsDone() throws {
        try withPipes { input, output in
            var seen = ""
            let responder = CGIResponder(
                limits: RequestLimits(),
                input: input[0],
                output: output[1]
            )
            let environment = Strings(["REQUEST_METHOD=GET", "REQUEST_URI=/Users"])
            let isWritten = responder.run(environment: environment.pointers) { _ in
                let response = Response(status: 200, contentType: "text/plain", body: [0x78])
                return Answer(response, afterwards: { seen = readToTheEnd(output[0]) })
            }
            #expect(isWritten)
            #expect(seen.hasPrefix("Status: 200 OK\r\n"))
            #expect(seen.hasSuffix("\r\n\r\nxEND"))
        }
    }
}

/// Texts in the form of `environ`, freed with the object.
private final class Strings {
    let pointers: Variables.Strings

    init(_ texts: [String]) {
        pointers = .allocate(capacity: texts.count + 1)
        for (index, text) in texts.enumerated() { (pointers + index).initialize(to: strdup(text)) }
        (pointers + texts.count).initialize(to: nil)
    }

    deinit {
        var pointer = pointers
        while let text = pointer.pointee {
            free(text)
            pointer += 1
        }
        pointers.deallocate()
    }
}
