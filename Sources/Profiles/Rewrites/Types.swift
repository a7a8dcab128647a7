import SCIM

extension Rewrite {
    /// `"True"` and `"false"` as text, in any case, where the schema says boolean.
    ///
    /// Entra ID sends `active` so, and selects by `roles[primary eq "True"]`. Other text stays.
    static let booleanText = Rewrite(
        "booleanText",
        values: ValueChange { value, place in
            guard place.attribute.type == .boolean else { return nil }
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

    private static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true": true
        case "false": false
        default: nil
        }
    }

    /// `"active": 1`, as templates and databases have it: 1 and 0 are true and false.
    static let booleanNumber = Rewrite(
        "booleanNumber",
        values: ValueChange { value, place in
            guard place.attribute.type == .boolean else { return nil }
            switch value {
            case 0: return false
            case 1: return true
            default: return nil
            }
        }
    )

    /// A certificate as a file holds it, between the lines BEGIN and END (RFC 7468).
    ///
    /// People paste it so. What they enclose is what RFC 7643 §4.1.2 wants.
    static let pemArmour = Rewrite(
        "pemArmour",
        values: ValueChange { value, place in
            guard place.attribute.type == .binary, let text = value.string else { return nil }
            return withoutArmour(text).map(JSON.string)
        }
    )

    /// - Returns: `nil` when the text is not one block of one kind.
    private static func withoutArmour(_ text: String) -> String? {
        let dashes = "-----"
        let parts = text.split(separator: dashes, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[1].hasPrefix("BEGIN "), parts[3].hasPrefix("END "),
            parts[1].dropFirst("BEGIN ".count) == parts[3].dropFirst("END ".count),
            parts[0].allSatisfy(\.isWhitespace), parts[4].allSatisfy(\.isWhitespace)
        else { return nil }
        return String(parts[2])
    }

    /// White space at the ends of the lines into which base64 was broken, also where the line
    /// breaks became spaces; RFC 7643 §2.3.6 has none.
    ///
    /// Within a line, a space is what was left of a plus sign: there it stays, and is refused.
    static let base64Lines = Rewrite(
        "base64Lines",
        values: ValueChange { value, place in
            guard place.attribute.type == .binary, let text = value.string else { return nil }
            return joined(text).map(JSON.string)
        }
    )

    /// - Returns: `nil` for text without white space, and where some of it ends no line.
    private static func joined(_ text: String) -> String? {
        let isSpace = { (byte: UInt8) in [0x09, 0x0A, 0x0D, 0x20].contains(byte) }
        guard text.utf8.contains(where: isSpace) else { return nil }
        let isBreak = { (byte: UInt8) in byte == 0x0A || byte == 0x0D }
        let lines = text.utf8.split(whereSeparator: isBreak).map { line in
            line.split(whereSeparator: isSpace)
        }.filter { !$0.isEmpty }
        if lines.allSatisfy({ $0.count == 1 }) || areLines(lines.flatMap(\.self)) {
            return lines.flatMap(\.self).map { String(Substring($0)) }.joined()
        }
        return nil
    }

    /// Whether pieces have the lengths of lines: all but the last one the same, which holds whole
    /// groups of four characters.
    private static func areLines(_ pieces: [Substring.UTF8View]) -> Bool {
        guard let length = pieces.first?.count, let last = pieces.last else { return false }
        return length % 4 == 0 && last.count <= length
            && pieces.dropLast().allSatisfy { $0.count == length }
    }

    /// Numbers for text: `"employeeNumber": 417`, and in filters where values come without
    /// quotes, `userName eq 4711`.
    ///
    /// Integers only in values: of other numbers it is not known how they were written.
    static let numberAsText = Rewrite(
        "numberAsText",
        values: ValueChange { value, place in
            guard place.attribute.type == .string, let number = value.integer else { return nil }
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
