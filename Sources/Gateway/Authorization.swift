/// What the Authorization header field held, as far as the web server passed it on.
package enum Authorization: Sendable, Equatable {
    /// Nothing, or nothing but blanks: a rewrite rule that copies an absent field sets it to `""`.
    case absent
    /// `Bearer …` or `Basic …`, without blanks around it; the scheme's case is as sent.
    case value(String)
    /// There is a comma: two header fields that the web server joined. No token contains one.
    case ambiguous

    /// Reads HTTP_AUTHORIZATION, or what internal redirects made of its name.
    ///
    /// A client cannot set any of these names: its header fields all get `HTTP_` in front.
    init(variables: Variables) {
        guard let field = variables.redirectedValue(named: "HTTP_AUTHORIZATION") else {
            self = .absent
            return
        }
        let value = Self.trimmed(field)
        if value.isEmpty {
            self = .absent
        } else if !value.bytesSatisfy({ $0 != UInt8(ascii: ",") }) {
            self = .ambiguous
        } else {
            self = .value(value)
        }
    }

    private static func trimmed(_ field: String) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        guard field.utf8.first.map(isBlank) == true || field.utf8.last.map(isBlank) == true else {
            return field
        }
        let bytes = field.utf8.drop(while: isBlank)
        guard let last = bytes.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(Substring(bytes[...last]))
    }
}
