import Endpoint
import Gateway
import Glibc
import SCIM

/// The log: one line a request, without secrets and without the values of query parameters,
/// which hold personal data.
final class RequestLog {
    private var file: (path: String, descriptor: Int32)?

    func append(
        _ incoming: Incoming, _ answer: Answer, _ requestID: String, microseconds: Int64
    ) {
        var request: Request?
        if case .success(let whole) = incoming.request { request = whole }
        var line = "\(currentInstant().text) \(answer.client ?? "-") "
        line += "\(incoming.method.isEmpty ? "-" : incoming.method) \(incoming.path ?? "-")"
        line += Self.parameterNames(request?.query)
        line += " \(answer.response.status) \(Self.milliseconds(microseconds))ms \(requestID)"
        if !answer.rewrites.isEmpty {
            line += " rewrites=\(answer.rewrites.joined(separator: ","))"
        }
        if let cause = answer.cause { line += " cause=\"\(Self.printable(cause))\"" }
        write(line + "\n", to: Settings.value(Settings.log, request))
    }

    /// `?filter&count` of `?filter=userName%20eq…&count=1`.
    private static func parameterNames(_ query: String?) -> String {
        guard let query, !query.isEmpty else { return "" }
        let names = query.split(separator: "&").prefix(16).map { pair in
            String(pair.prefix { $0 != "=" }.prefix(32))
        }
        return names.isEmpty ? "" : "?" + printable(names.joined(separator: "&"))
    }

    private static func milliseconds(_ microseconds: Int64) -> String {
        "\(microseconds / 1_000).\(microseconds / 100 % 10)"
    }

    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value < 0x20 || $0 == "\"" ? " " : $0 }))
    }

    private func write(_ line: String, to path: String?) {
        let descriptor = path.map(descriptor) ?? 2
        let bytes = Array(line.utf8)
        // One write a line: lines of several processes do not mix.
        _ = Glibc.write(descriptor, bytes, bytes.count)
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
