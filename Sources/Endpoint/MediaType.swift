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
