import Gateway
import Glibc
import SCIM

/// The log: one line a request, without secrets and without the values of query parameters,
/// which hold personal data.
final class RequestLog {
    private var file: (path: String, descriptor: Int32)?

    /// Appends a request's line to the log file at the path, or to standard error for `nil`.
    func append(
        _ incoming: Incoming,
        _ answer: Answer,
        _ requestID: String,
        microseconds: Int64,
        to path: String?
    ) {
        var line = Line()
        line.append(currentInstant().text)
        line.append(field: answer.client ?? "-")
        line.append(field: incoming.method.isEmpty ? "-" : incoming.method)
        line.append(" ")
        line.append(printable: incoming.path ?? "-")
        if case .success(let request) = incoming.request, let query = request.query {
            line.append(parameterNamesOf: query)
        }
        line.append(field: String(answer.response.status))
        line.append(field: String(microseconds / 1_000))
        line.append(".")
        line.append(String(microseconds / 100 % 10))
        line.append("ms")
        line.append(field: requestID)
        if !answer.rewrites.isEmpty {
            line.append(field: "rewrites=\(answer.rewrites.joined(separator: ","))")
        }
        if let cause = answer.cause { line.append(field: "cause=\"\(Self.printable(cause))\"") }
        line.append("\n")
        line.write(to: path.map(descriptor) ?? 2)
    }

    /// The text without what could end a line, a quotation or a terminal's mode.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: " "
                    default: scalar == "\"" ? " " : scalar
                    }
                }
            )
        )
    }

    /// The log file's descriptor, or standard error's when the file cannot be opened.
    private func descriptor(_ path: String) -> Int32 {
        if let file, file.path == path { return file.descriptor }
        if let file { close(file.descriptor) }
        file = nil
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return 2 }
        file = (path, descriptor)
        return descriptor
    }
}

/// A line as bytes: every request writes one, and strings grow slowly.
private struct Line {
    private var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(256) }

    mutating func append(_ text: String) { bytes.append(text: text) }

    mutating func append(field: String) {
        bytes.append(UInt8(ascii: " "))
        bytes.append(text: field)
    }

    /// Appends text with every byte percent-encoded that is not visible ASCII.
    mutating func append(printable text: String) {
        bytes.append(percentEncoding: text) { (0x21...0x7E).contains($0) }
    }

    /// Appends `?filter&count` of `filter=userName%20eq…&count=1`: up to 16 names.
    ///
    /// What is no name that the endpoint knows may be anything, a value or a secret too: `other`.
    mutating func append(parameterNamesOf query: String) {
        var separator = "?"
        for pair in query.utf8.split(separator: UInt8(ascii: "&"), maxSplits: 16).prefix(16) {
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            bytes.append(text: separator)
            let known = Self.knownParameters.first { $0.utf8.elementsEqual(name) }
            bytes.append(text: known ?? "other")
            separator = "&"
        }
    }

    private static let knownParameters = [
        "filter", "startIndex", "count", "sortBy", "sortOrder", "attributes", "excludedAttributes",
        "cursor",
    ]

    /// One write a line: lines of several processes do not mix.
    func write(to descriptor: Int32) {
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }
}
