import Gateway

/// The cookies that a browser sends, and those that it is to keep.
struct Cookies {
    private let sent: [(name: String, value: String)]
    private let path: String
    private let isSecure: Bool
    private var kept: [(name: String, value: String)] = []

    /// - Parameters:
    ///   - request: That brings cookies.
    ///   - base: Of the console: nowhere else are its cookies sent.
    init(_ request: Request, base: String) {
        sent = (request.header("Cookie") ?? "").split(separator: ";").compactMap { pair in
            let pair = pair.drop { $0 == " " }
            guard let equals = pair.firstIndex(of: "=") else { return nil }
            return (String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
        }
        path = base
        isSecure = request.origin?.hasPrefix("https:") ?? false
    }

    subscript(name: String) -> String? { sent.first { $0.name == name }?.value }

    /// Has the browser keep a cookie until it is closed: never for scripts, and never with requests
    /// that other sites bring about.
    mutating func keep(_ name: String, _ value: String) {
        kept.append((name, "\(name)=\(value); \(attributes)"))
    }

    mutating func forget(_ name: String) {
        kept.append((name, "\(name)=; Max-Age=0; \(attributes)"))
    }

    private var attributes: String {
        "Path=\(path); HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
    }

    /// The header fields, of each name the last.
    var fields: [(name: String, value: String)] {
        kept.indices.filter { index in
            !kept[(index + 1)...].contains { $0.name == kept[index].name }
        }
        .map { ("Set-Cookie", kept[$0].value) }
    }
}
