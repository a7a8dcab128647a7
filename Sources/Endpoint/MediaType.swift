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
        let ranges = accept.split(separator: ",").map { range in
            range.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
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
}
