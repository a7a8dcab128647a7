import SCIM

/// A departure from the grammar of filters, found in the text before it is parsed, and how it is
/// brought back.
package struct FilterRepair: Sendable {
    /// For the log and the audit trail, as a rewrite's.
    let name: String
    /// Given the text and the values that the profile takes; `nil` when it is not concerned.
    let repaired: @Sendable (String, FilterParser.Values) -> Filter?

    /// A filter that was percent-encoded twice: `userName%20eq%20%22bjensen%22`.
    ///
    /// Only where what was sent is no filter and what it encodes is one. midPoint's connector
    /// encodes ids so.
    static let doubleEncoding = FilterRepair(name: "doubleEncoding") { text, values in
        guard text.utf8.contains(UInt8(ascii: "%")), !isFilter(text),
            let decoded = text.percentDecoded, decoded != text
        else { return nil }
        return try? FilterParser.parse(decoded, values: .json)
    }

    /// A value without quotes that looks like grammar: `displayName Eq Sales (EMEA)`.
    ///
    /// WSO2 Identity Server sends one comparison and never quotes, so that all behind the operator
    /// is the value.
    static let unquotedRest = FilterRepair(name: "unquotedRest") { text, values in
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard (try? FilterParser.parse(text, values: values)) == nil, parts.count == 3,
            parts[1].lowercased() == "eq", let rest = parts.last,
            let first = rest.unicodeScalars.first, first != "\"", !FilterParser.isQuote(first),
            let path = try? FilterParser.parseAttributePath(String(parts[0]))
        else { return nil }
        return .comparison(path, .eq, .string(String(rest)))
    }

    private static func isFilter(_ text: String) -> Bool {
        (try? FilterParser.parse(text, values: .json)) != nil
    }
}
