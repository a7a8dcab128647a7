/// The request target's path and query, as the client sent them.
///
/// From REQUEST_URI, the one variable that is raw under every web server: PATH_INFO is decoded, with
/// its slashes merged, or absent.
struct RequestTarget: Equatable {
    /// Still percent-encoded; begins with `/`.
    let path: String
    /// Still percent-encoded, after the first `?`; nil when there is none.
    let query: String?

    /// Reads the target from the variables of a request.
    ///
    /// - Throws: `malformedTarget`, `pathTooLong`, `queryTooLong`.
    init(variables: Variables, limits: RequestLimits) throws(RequestFault) {
        if let target = variables.value(named: "REQUEST_URI") {
            try self.init(target, limits: limits)
        } else {
            let decoded =
                (variables.value(named: "SCRIPT_NAME") ?? "")
                + (variables.value(named: "PATH_INFO") ?? "")
            try self.init(
                path: Self.percentEncoded(decoded),
                query: variables.value(named: "QUERY_STRING"),
                limits: limits
            )
        }
    }

    /// Reads an origin-form or absolute-form target (RFC 9112 §3.2).
    ///
    /// - Throws: `malformedTarget`, `pathTooLong`, `queryTooLong`.
    init(_ target: String, limits: RequestLimits) throws(RequestFault) {
        var target = String(Self.originForm(of: target[...]))
        let (path, query) = target.withUTF8 { bytes -> (String, String?) in
            guard let question = bytes.firstIndex(of: UInt8(ascii: "?")) else {
                return (String(decoding: bytes, as: UTF8.self), nil)
            }
            return (
                String(decoding: bytes[..<question], as: UTF8.self),
                String(decoding: bytes[(question + 1)...], as: UTF8.self)
            )
        }
        try self.init(path: path, query: query, limits: limits)
    }

    private init(path: String, query: String?, limits: RequestLimits) throws(RequestFault) {
        guard path.utf8.first == UInt8(ascii: "/") else { throw .malformedTarget }
        guard Self.isClean(path), Self.isClean(query ?? "") else { throw .malformedTarget }
        if path.utf8.count > limits.pathBytes {
            throw .pathTooLong(limitBytes: limits.pathBytes)
        }
        if let query, query.utf8.count > limits.queryBytes {
            throw .queryTooLong(limitBytes: limits.queryBytes)
        }
        self.path = path
        self.query = query
    }

    /// What a log may show of the path: printable, and cut where it is too long.
    static func loggedPath(
        of target: Result<RequestTarget, RequestFault>,
        variables: Variables,
        limits: RequestLimits
    ) -> String? {
        if case .success(let target) = target { return target.path }
        guard case .failure(let fault) = target, fault != .malformedTarget,
            let whole = variables.value(named: "REQUEST_URI")
        else { return nil }
        let path = originForm(of: whole[...]).utf8.prefix { $0 != UInt8(ascii: "?") }
        return String(decoding: path.prefix(limits.pathBytes), as: UTF8.self)
    }

    /// Takes scheme and authority off an absolute-form target; Apache leaves them on.
    private static func originForm(of target: Substring) -> Substring {
        guard target.utf8.first != UInt8(ascii: "/") else { return target }
        let afterScheme = target.utf8.drop(while: isSchemeByte)
        guard afterScheme.startIndex != target.startIndex,
            afterScheme.starts(with: "://".utf8)
        else { return target }
        let rest = afterScheme.dropFirst(3).drop { byte in
            byte != UInt8(ascii: "/") && byte != UInt8(ascii: "?")
        }
        return rest.first == UInt8(ascii: "/") ? Substring(rest) : "/" + Substring(rest)
    }

    /// U+FFFD stands for bytes that were not UTF-8 by the time a variable is a `String`; nobody
    /// sends it in earnest.
    private static func isClean(_ part: String) -> Bool {
        part.bytesSatisfy(isTargetByte)
            && (part.bytesSatisfy { $0 < 0x80 } || !part.unicodeScalars.contains("\u{FFFD}"))
    }

    /// Encodes a decoded path again, so that a `%` in it is not decoded twice.
    private static func percentEncoded(_ path: String) -> String {
        var encoded: [UInt8] = []
        encoded.append(percentEncoding: path, except: isPathByte)
        return String(decoding: encoded, as: UTF8.self)
    }
}
