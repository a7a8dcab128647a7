import SCIM

extension Rewrite {
    /// `"True"` and `"false"` as text, in any case, where the schema says boolean.
    ///
    /// Entra ID sends `active` so, and selects by `roles[primary eq "True"]`. Other text stays.
    static let booleanText = Rewrite(
        "booleanText",
        of: .texts,
        value: { value, attribute, _ in
            guard attribute.type == .boolean else { return nil }
            return value.string.flatMap(boolean).map(JSON.bool)
        },
        literal: { literal, attribute in
            switch literal {
            case .string(let text) where attribute.type == .boolean,
                .bare(let text) where attribute.type == .boolean:
                boolean(text).map(Literal.boolean)
            default: nil
            }
        }
    )

    /// White space in base64, as where a certificate was broken into lines; RFC 7643 §2.3.6 has
    /// none.
    static let base64Spaces = Rewrite("base64Spaces", of: .texts) { value, attribute, _ in
        guard attribute.type == .binary, let text = value.string else { return nil }
        let kept = text.unicodeScalars.filter { !$0.properties.isWhitespace }
        return kept.count == text.unicodeScalars.count ? nil : .string(String(kept))
    }

    private static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true": true
        case "false": false
        default: nil
        }
    }

    /// Numbers for text: `"employeeNumber": 417`, and in filters where values come without
    /// quotes, `userName eq 4711`.
    ///
    /// Integers only in values: of other numbers it is not known how they were written.
    static let numberAsText = Rewrite(
        "numberAsText",
        of: .numbers,
        value: { value, attribute, _ in
            guard attribute.type == .string, let number = value.integer else { return nil }
            return .string(String(number))
        },
        literal: { literal, attribute in
            guard attribute.type == .string else { return nil }
            return switch literal {
            case .number(let text): .string(text)
            case .boolean(let flag): .string(flag ? "true" : "false")
            case .string, .bare, .null: nil
            }
        }
    )

    /// Dates in filters as they arrive from templates and from URLs: `2015-10-10`, which means its
    /// midnight, and `…T14:38:21 02:00`, whose plus sign was not encoded.
    static let looseInstants = Rewrite(
        "looseInstants",
        of: .none,
        value: { _, _, _ in nil },
        literal: { literal, attribute in
            guard attribute.type == .dateTime else { return nil }
            return switch literal {
            case .string(let text), .bare(let text): instant(text).map(Literal.string)
            case .number, .boolean, .null: nil
            }
        }
    )

    /// - Returns: `nil` for what is a date and time already, and for what is none anyway.
    private static func instant(_ text: String) -> String? {
        if Instant(text) != nil { return nil }
        let withPlus = String(text.map { $0 == " " ? "+" : $0 })
        return [text + "T00:00:00Z", withPlus].first { Instant($0) != nil }
    }
}
