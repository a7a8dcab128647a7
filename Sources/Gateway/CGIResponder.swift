import CFastCGI
import Glibc

/// Answers the one request of a CGI process (RFC 3875).
///
/// argv is not looked at: a query string without `=` arrives there, so a client writes it.
struct CGIResponder {
    let limits: RequestLimits
    /// Where the body comes from.
    var input: Int32 = 0
    /// Where the answer goes.
    var output: Int32 = 1

    /// Reads the request, has it handled, writes the answer and does what is left to be done.
    ///
    /// - Parameters:
    ///   - environment: The process's.
    ///   - handle: Called once.
    /// - Returns: Whether the answer could be written.
    func run(environment: Variables.Strings, handle: (Incoming) -> Answer) -> Bool {
        let variables = Variables(copying: environment, limits: limits)
        let body = readBody(announced: BodyReader.announcedBytes(variables))
        let incoming = Incoming(
            variables: variables,
            body: body,
            limits: limits,
            peer: Peer(descriptor: output, endOfInput: .isNothing)
        )
        let answer = handle(incoming)
        var isWritten = true
        answer.send(method: incoming.method) { bytes in
            isWritten = isWritten && write(bytes)
            return isWritten
        }
        if let afterwards = answer.afterwards {
            endOutput()
            afterwards()
        }
        return isWritten
    }

    /// Ends the output: web servers may hold the answer back until then.
    ///
    /// The number stays taken, lest the next file that is opened gets it, and what is printed.
    private func endOutput() {
        let nothing = open("/dev/null", O_WRONLY | O_CLOEXEC)
        if nothing < 0 || dup2(nothing, output) < 0 { close(output) }
        if nothing >= 0 { close(nothing) }
    }

    /// Reads as much as was announced and no more: the web server need not end the stream there.
    private func readBody(announced: Int?) -> Result<[UInt8], RequestFault> {
        var rest = announced ?? .max
        return BodyReader().read(announced: announced, limitBytes: limits.bodyBytes) { buffer in
            var count = 0
            repeat {
                count = read(input, buffer.baseAddress, min(buffer.count, rest))
            } while count < 0 && errno == EINTR
            rest -= max(count, 0)
            return count
        }
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let count = Glibc.write(output, part.baseAddress, part.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
    }
}
