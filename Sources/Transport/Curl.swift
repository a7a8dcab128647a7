import Glibc

/// HTTP by the machine's `curl` program, which brings name service, TLS and the certificates that
/// this machine trusts.
package struct Curl {
    package struct Request {
        let method: String
        let url: String
        let headers: [String]
        let body: [String]
        let userAgent: String

        /// - Parameters:
        ///   - method: Such as `GET`.
        ///   - url: As curl takes it.
        ///   - headers: Each as `Name: value`.
        ///   - body: Its parts; curl puts `&` between them.
        ///   - userAgent: Who asks: `program/version`.
        package init(
            method: String = "GET",
            url: String,
            headers: [String] = [],
            body: [String] = [],
            userAgent: String
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.body = body
            self.userAgent = userAgent
        }
    }

    package enum Failure: Error {
        /// There is no curl on this machine.
        case missing
        /// The certificate of the server is not one that this machine trusts.
        case untrusted(String)
        /// Another reason, in curl's or the system's words.
        case failed(String)
    }

    private static let timeoutSeconds = 10
    private static let answerBytesMax = 1_048_576

    /// Sends a request; redirects are not followed.
    package static func send(_ request: Request) throws(Failure) -> HTTPAnswer {
        let result: ChildProcess.Result
        do throws(ChildProcess.Failure) {
            // The configuration comes on standard input: the arguments are for all to see.
            result = try ChildProcess.run(
                ["curl", "-q", "--config", "-"],
                input: Array(configuration(request).utf8),
                outputBytesMax: answerBytesMax,
                // curl minds the time itself; this is for one that hangs.
                secondsMax: 2 * timeoutSeconds
            )
        } catch {
            switch error {
            case .missing: throw .missing
            case .late: throw .failed("curl does not end")
            case .system(let code):
                throw .failed("curl cannot be started: \(String(cString: strerror(code)))")
            }
        }
        // A server that answers before it has read the body is heard all the same.
        if let answer = HTTPAnswer(result.output) { return answer }
        throw failure(result)
    }

    private static func failure(_ result: ChildProcess.Result) -> Failure {
        // Advice may follow the line that says what is wrong: `curl: (7) Failed to connect`.
        let lines = String(decoding: result.errors, as: UTF8.self).split(separator: "\n")
        let message = (lines.first { $0.hasPrefix("curl: (") } ?? lines.first).map(String.init)
        let text = message ?? "curl ended with status \(result.status)"
        // The statuses 51, 60 and 83 of curl(1).
        return [51, 60, 83].contains(result.status) ? .untrusted(text) : .failed(text)
    }

    /// In the form of curl's configuration files; only options that old versions have.
    static func configuration(_ request: Request) -> String {
        var lines = [
            "silent", "show-error", "include", "globoff",
            "connect-timeout = \(timeoutSeconds)", "max-time = \(timeoutSeconds)",
            "request = \(quoted(request.method))", "url = \(quoted(request.url))",
            // The body is sent without asking first, as most SCIM clients do.
            "header = \"Expect:\"", "user-agent = \(quoted(request.userAgent))",
        ]
        lines += request.headers.map { "header = \(quoted($0))" }
        lines += request.body.map { "data = \(quoted($0))" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for character in text.unicodeScalars {
            switch character {
            case "\"", "\\": quoted += "\\\(character)"
            case "\n", "\r", "\0": break
            default: quoted.unicodeScalars.append(character)
            }
        }
        return quoted + "\""
    }
}
