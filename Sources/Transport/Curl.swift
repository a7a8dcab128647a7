import Glibc

/// HTTP by the machine's `curl` program, which brings name service, TLS and the certificates that
/// this machine trusts.
package struct Curl {
    package struct Request {
        let method: String
        let url: String
        let headers: [String]
        let body: Body
        let userAgent: String
        /// `HOST:PORT` to go to, whatever the URL says: the name in the URL stays that of the
        /// `Host` field and of the certificate.
        package var connectTo: String?
        /// What the whole request may take.
        package var millisecondsMax = 10_000
        /// How long the answer may be, with its header; what lies beyond is not read.
        package var answerBytesMax = 1_048_576

        enum Body {
            /// curl puts `&` between parts.
            case parts([String])
            /// As they are.
            case bytes([UInt8])
        }

        /// - Parameters:
        ///   - method: Such as `GET`.
        ///   - url: As curl takes it.
        ///   - headers: Each as `Name: value`.
        ///   - body: Its parts, of 60,000 bytes at most; curl puts `&` between them.
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
            self.body = .parts(body)
            self.userAgent = userAgent
        }

        /// A request with a body that is sent as it is, byte for byte.
        ///
        /// The other parameters are those of a request without one.
        package init(
            method: String = "POST",
            url: String,
            headers: [String],
            bytes: [UInt8],
            userAgent: String
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.body = .bytes(bytes)
            self.userAgent = userAgent
        }
    }

    package enum Failure: Error {
        /// There is no curl on this machine.
        case missing
        /// The certificate of the server is not one that this machine trusts.
        case untrusted(String)
        /// No whole answer came in time.
        case late(String)
        /// Another reason, in curl's or the system's words.
        case failed(String)
    }

    /// Beyond what the request may take: curl minds that time itself, and this is for one that hangs.
    private static let graceMilliseconds = 2_000

    /// Sends a request; redirects are not followed.
    ///
    /// - Returns: What came, where the answer breaks off too.
    package static func send(_ request: Request) throws(Failure) -> HTTPAnswer {
        let result: ChildProcess.Result
        do throws(ChildProcess.Failure) {
            // The configuration comes on standard input: the arguments are for all to see.
            result = try ChildProcess.run(
                ["curl", "-q", "--config", "-"],
                input: Array(configuration(request).utf8),
                more: request.body.bytes,
                outputBytesMax: request.answerBytesMax,
                millisecondsMax: request.millisecondsMax + graceMilliseconds
            )
        } catch {
            switch error {
            case .missing: throw .missing
            case .late: throw .late("curl does not end")
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
        // Statuses of curl(1).
        return switch result.status {
        case 28: .late(text)
        case 51, 60, 83: .untrusted(text)
        default: .failed(text)
        }
    }

    /// In the form of curl's configuration files; only options that old versions have.
    static func configuration(_ request: Request) -> String {
        let time = seconds(request.millisecondsMax)
        var lines = [
            "silent", "show-error", "include", "globoff",
            "connect-timeout = \(time)", "max-time = \(time)",
            "request = \(quoted(request.method))", "url = \(quoted(request.url))",
            // The body is sent without asking first, as most SCIM clients do.
            "header = \"Expect:\"", "user-agent = \(quoted(request.userAgent))",
        ]
        // The two empty fields mean every host and port of a URL.
        if let other = request.connectTo { lines.append("connect-to = \(quoted("::" + other))") }
        lines += request.headers.map { "header = \(quoted($0))" }
        switch request.body {
        case .parts(let parts): lines += parts.map { "data = \(quoted($0))" }
        // Not in here, where a line ends at 100 kB in many versions of curl.
        case .bytes: lines.append("data-binary = \"@/proc/self/fd/3\"")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `1.500` of 1500; never 0, which means no limit to curl.
    private static func seconds(_ milliseconds: Int) -> String {
        let milliseconds = max(milliseconds, 1)
        // The first digit is not shown: it keeps the zeros behind it.
        let thousandths = String(1_000 + milliseconds % 1_000).dropFirst()
        return "\(milliseconds / 1_000).\(thousandths)"
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

extension Curl.Request.Body {
    /// What goes to curl beside its configuration.
    fileprivate var bytes: [UInt8] {
        if case .bytes(let bytes) = self { bytes } else { [] }
    }
}
