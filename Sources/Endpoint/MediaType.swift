import SCIM

/// The media type of an answer (RFC 7644 §3.1, §3.8).
enum MediaType: String, Sendable {
    case scim = "application/scim+json"
    /// For clients that accept nothing else.
    case json = "application/json"

    /// - Parameter accept: The field's value.
    /// - Throws: 406 when the client takes neither.
    init(accepting accept: String?) throws(SCIMError) {
        guard let accept else {
            self = .scim
            return
        }
        let ranges = accept.split(separator: ",").compactMap(Self.range)
        if !Set(ranges).isDisjoint(with: ["*/*", "application/*", MediaType.scim.rawValue]) {
            self = .scim
        } else if ranges.contains(MediaType.json.rawValue) {
            self = .json
        } else {
            throw SCIMError(
                status: 406,
                detail: "answers are \(Self.scim.rawValue) or \(Self.json.rawValue)"
            )
        }
    }

    /// The range of `type/subtype;q=…`, in small letters.
    ///
    /// - Returns: `nil` when its weight is 0: not acceptable (RFC 9110 §12.4.2).
    private static func range(_ text: Substring) -> String? {
        let parts = text.lowercased().filter { $0 != " " && $0 != "\t" }.split(separator: ";")
        let isRefused = parts.dropFirst().contains { parameter in
            parameter.hasPrefix("q=")
                && parameter.dropFirst(2).allSatisfy { $0 == "0" || $0 == "." }
        }
        return isRefused ? nil : parts.first.map(String.init)
    }
}

extension MediaType {
    /// Checks what is said of a body.
    ///
    /// - Parameters:
    ///   - contentType: The field's value; without one, the body is taken for JSON.
    ///   - contentEncoding: The field's value.
    ///   - rigour: Whether another media type is passed over: clients exist that send none that
    ///     fits (RFC 7644 §3.8).
    /// - Throws: 415, with the coding that would do (RFC 9110 §15.5.16) or the media types.
    static func check(
        contentType: String?,
        contentEncoding: String?,
        _ rigour: Rigour
    ) throws(SCIMError) {
        let codings = (contentEncoding ?? "").split(separator: ",")
            .map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
        if let coding = codings.first(where: { !$0.isEmpty && $0 != "identity" }) {
            throw SCIMError(
                status: 415,
                detail: "a body cannot have the content coding \(coding.prefix(32)); send it plain",
                headers: [("Accept-Encoding", "identity")]
            )
        }
        guard rigour == .strict, let contentType else { return }
        let type = contentType.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        guard [MediaType.scim, .json].contains(where: { $0.rawValue == type }) else {
            throw SCIMError(
                status: 415,
                detail: "a body is \(MediaType.scim.rawValue) or \(MediaType.json.rawValue)"
            )
        }
    }
}
