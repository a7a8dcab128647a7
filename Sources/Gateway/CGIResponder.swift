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

    /// Reads the request, has it handled and writes the answer.
    ///
    /// - Parameters:
    ///   - environment: The process's.
    ///   - handle: Called once.
    /// - Returns: Whether the answer could be written.
    func run(environment: Variables.Strings, handle: (Incoming) -> Response) -> Bool {
        let variables = Variables(copying: environment, limits: limits)
        let body = readBody(announced: BodyReader.announcedBytes(variables))
        let incoming = Incoming(
            variables: variables,
            body: body,
            limits: limits,
            peer: Peer(descriptor: output)
        )
        let response = handle(incoming)
        return write(response.head() + response.sentBody(method: incoming.method))
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
