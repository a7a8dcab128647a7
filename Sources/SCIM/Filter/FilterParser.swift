/// Why and where a filter or path does not follow the grammar.
package struct SyntaxError: Error, Sendable, Equatable {
    package let message: String
    /// Bytes from the start of the text.
    package let offset: Int
}

/// Parses filters and PATCH paths (RFC 7644 §3.4.2.2, Figure 1; §3.5.2, Figure 7).
///
/// Names and operators are matched without regard to case; `not` may be followed by any number
/// of spaces (erratum 7319); a value path may be followed by a sub-attribute and a comparison,
/// which the grammar forgets and clients send.
package struct FilterParser: ~Copyable {
    /// What the parser accepts as a value.
    package enum Values: Sendable {
        /// JSON values only, as the grammar says.
        case json
        /// Also text without quotes, up to the next connective, bracket or the end.
        case bareWords
    }

    private let bytes: [UInt8]
    private let values: Values
    private let limits: Limits
    private var position = 0
    private var nodes = 0
    private var depth = 0

    private init(_ text: String, _ values: Values, _ limits: Limits) {
        bytes = Array(text.utf8)
        self.values = values
        self.limits = limits
    }

    /// Parses a filter: at most `Limits.filterBytes`, with at most `Limits.filterNodes` nodes and
    /// `Limits.filterDepth` levels.
    ///
    /// - Throws: `SyntaxError` with the offset of the first byte that does not fit.
    package static func parse(
        _ text: String,
        values: Values = .json,
        limits: Limits = .standard
    ) throws(SyntaxError) -> Filter {
        var parser = FilterParser(text, values, limits)
        try parser.checkLength(limits.filterBytes, "filter")
        parser.skipSpaces()
        if parser.isAtEnd { throw parser.error("the filter is empty") }
        let filter = try parser.parseFilter()
        parser.skipSpaces()
        guard parser.isAtEnd else { throw parser.error("expected \"and\", \"or\" or the end") }
        return filter
    }

    /// Parses a PATCH operation's `path`, within the limits of a filter.
    ///
    /// - Throws: `SyntaxError`, as for a filter.
    package static func parsePatchPath(
        _ text: String,
        values: Values = .json,
        limits: Limits = .standard
    ) throws(SyntaxError) -> PatchPath {
        var parser = FilterParser(text, values, limits)
        try parser.checkLength(limits.filterBytes, "path")
        var result = PatchPath(path: try parser.parseAttrPath())
        if parser.take("[") {
            parser.isInsideValuePath = true
            result.filter = try parser.parseFilter()
            try parser.expect("]")
            if parser.take(".") { result.subAttribute = try parser.parseName() }
        }
        guard parser.isAtEnd else { throw parser.error("expected the end of the path") }
        return result
    }

    /// Parses an attribute's name in `attributes`, `sortBy` and the like.
    ///
    /// - Throws: `SyntaxError`, as for a filter.
    package static func parseAttributePath(_ text: String) throws(SyntaxError) -> AttributePath {
        var parser = FilterParser(text, .json, .standard)
        let path = try parser.parseAttrPath()
        guard parser.isAtEnd else { throw parser.error("expected the end of the name") }
        return path
    }

    /// Parses a JSON string with its quotes, as it stands in filters (RFC 8259 §7).
    ///
    /// - Throws: `SyntaxError`, as for a filter.
    package static func parseString(_ text: String) throws(SyntaxError) -> String {
        var parser = FilterParser(text, .json, .standard)
        guard parser.peek == UInt8(ascii: "\"") else { throw parser.error("expected a string") }
        let string = try parser.parseString()
        guard parser.isAtEnd else { throw parser.error("expected the end of the string") }
        return string
    }

    // MARK: Grammar rules

    private mutating func parseFilter() throws(SyntaxError) -> Filter {
        var terms = [try parseConjunction()]
        while takeKeyword("or") { terms.append(try parseConjunction()) }
        return terms.count == 1 ? terms[0] : .or(terms)
    }

    private mutating func parseConjunction() throws(SyntaxError) -> Filter {
        var terms = [try parseTerm()]
        while takeKeyword("and") { terms.append(try parseTerm()) }
        return terms.count == 1 ? terms[0] : .and(terms)
    }

    private mutating func parseTerm() throws(SyntaxError) -> Filter {
        skipSpaces()
        nodes += 1
        if nodes > limits.filterNodes {
            throw error("the filter has more than \(limits.filterNodes) terms")
        }
        if takeNot() { return .not(try parseGroup()) }
        if peek == UInt8(ascii: "(") { return try parseGroup() }
        return try parseAttrExp()
    }

    private mutating func parseGroup() throws(SyntaxError) -> Filter {
        try expect("(")
        let filter = try nested { parser throws(SyntaxError) in try parser.parseFilter() }
        skipSpaces()
        try expect(")")
        return filter
    }

    private mutating func nested(
        _ body: (inout FilterParser) throws(SyntaxError) -> Filter
    ) throws(SyntaxError) -> Filter {
        depth += 1
        if depth > limits.filterDepth {
            throw error("the filter has more than \(limits.filterDepth) levels")
        }
        let filter = try body(&self)
        depth -= 1
        return filter
    }

    private mutating func parseAttrExp() throws(SyntaxError) -> Filter {
        let path = try parseAttrPath()
        guard take("[") else { return try parseOperator(path) }
        if isInsideValuePath { throw error("value paths cannot be nested") }
        isInsideValuePath = true
        let filter = try nested { parser throws(SyntaxError) in try parser.parseFilter() }
        skipSpaces()
        try expect("]")
        isInsideValuePath = false
        guard take(".") else { return .valuePath(path, filter) }
        let comparison = try parseOperator(AttributePath(attribute: try parseName()))
        return .valuePath(path, .and([filter, comparison]))
    }

    private var isInsideValuePath = false

    private mutating func parseOperator(_ path: AttributePath) throws(SyntaxError) -> Filter {
        guard takeSpaces() else { throw error("expected a space and an operator") }
        let start = position
        let word = takeLetters().lowercased()
        if word == "pr" { return .present(path) }
        guard let comparison = ComparisonOperator(rawValue: word) else {
            position = start
            throw error("expected one of eq, ne, co, sw, ew, gt, ge, lt, le, pr")
        }
        guard takeSpaces() else { throw error("expected a space and a value") }
        return .comparison(path, comparison, try parseCompValue())
    }

    private mutating func parseAttrPath() throws(SyntaxError) -> AttributePath {
        let start = position
        while let byte = peek, Self.isPathByte(byte) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        position = start
        guard
            text.hasPrefixIgnoringASCIICase("urn:")
                || text.hasPrefixIgnoringASCIICase("http")
                    && text.contains(":")
        else { return try parsePlainPath(length: text.utf8.count) }
        return try parseURNPath(text)
    }

    /// A URN has dots and digits of its own: where it ends and the attribute begins, only a
    /// resource type knows (`ResourceType.resolve`).
    private mutating func parseURNPath(_ text: String) throws(SyntaxError) -> AttributePath {
        position += text.utf8.count
        if text.utf8.last == UInt8(ascii: ":") {
            throw error("expected the name of an attribute")
        }
        return AttributePath(urn: text, attribute: "")
    }

    private mutating func parsePlainPath(length: Int) throws(SyntaxError) -> AttributePath {
        let end = position + length
        var path = AttributePath(attribute: try parseName())
        if take(".") { path.subAttribute = try parseName() }
        guard position == end else { throw error("unexpected character in the attribute's name") }
        return path
    }

    private mutating func parseName() throws(SyntaxError) -> String {
        let start = position
        while let byte = peek, Self.isNameByte(byte) { position += 1 }
        guard position > start, Self.isNameStart(bytes[start]) else {
            position = start
            throw error("expected the name of an attribute")
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func parseCompValue() throws(SyntaxError) -> Literal {
        if peek == UInt8(ascii: "\"") { return .string(try parseString()) }
        let start = position
        while let byte = peek, !Self.endsWord(byte) { position += 1 }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        if let literal = Self.jsonLiteral(word), endsValue { return literal }
        position = start
        guard case .bareWords = values else {
            throw error("expected a JSON value: a string in quotes, a number, true, false, null")
        }
        return try parseBareValue()
    }

    private static func jsonLiteral(_ word: String) -> Literal? {
        switch word.lowercased() {
        case "true": .boolean(true)
        case "false": .boolean(false)
        case "null": .null
        default: isJSONNumber(word) ? .number(word) : nil
        }
    }

    // MARK: Values

    /// Whether a connective with a term behind it, a closing bracket or the end follows.
    private var endsValue: Bool {
        let next = index(behindSpacesAt: position)
        guard next < bytes.count else { return true }
        if bytes[next] == UInt8(ascii: ")") || bytes[next] == UInt8(ascii: "]") { return true }
        guard next > position else { return false }
        return ["and", "or"].contains { connective in
            let end = next + connective.utf8.count
            return follows(connective, at: next) && startsTerm(at: end)
        }
    }

    /// Whether a group or an attribute with an operator stands behind a connective.
    ///
    /// Without that look ahead, the name `Sales and Marketing` would end in the middle.
    private func startsTerm(at index: Int) -> Bool {
        var next = self.index(behindSpacesAt: index)
        guard next < bytes.count else { return false }
        if bytes[next] == UInt8(ascii: "(") { return true }
        guard next > index else { return false }
        let name = next
        while next < bytes.count, Self.isPathByte(bytes[next]) { next += 1 }
        guard next > name, next < bytes.count else { return false }
        if bytes[next] == UInt8(ascii: "[") { return true }
        let word = self.index(behindSpacesAt: next)
        if follows("not", at: name), word < bytes.count, bytes[word] == UInt8(ascii: "(") {
            return true
        }
        return word > next
            && (ComparisonOperator.allCases.map { $0.rawValue + " " } + ["pr"]).contains {
                follows($0, at: word)
            }
    }

    private func index(behindSpacesAt index: Int) -> Int {
        var next = index
        while next < bytes.count, bytes[next] == UInt8(ascii: " ") { next += 1 }
        return next
    }

    private mutating func parseBareValue() throws(SyntaxError) -> Literal {
        let start = position
        while position < bytes.count, !endsValue {
            // Whether spaces end the value is known at the first of them.
            position = max(index(behindSpacesAt: position), position + 1)
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        let isWord = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") }
        // A value in other quotes would match nothing, and a client that finds nothing creates.
        guard isWord, let first = text.unicodeScalars.first, !Self.isQuote(first) else {
            position = start
            throw error("expected a value, without quotes or in double quotes")
        }
        return .bare(text)
    }

    private mutating func parseString() throws(SyntaxError) -> String {
        let start = position
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    position = start
                    throw error("the string is not valid UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): try parseEscape(into: &text)
            case 0..<0x20:
                position -= 1
                throw error("a control character in a string must be escaped")
            default: text.append(byte)
            }
        }
        position = start
        throw error("the string has no closing quote")
    }

    private mutating func parseEscape(into text: inout [UInt8]) throws(SyntaxError) {
        guard let byte = peek else { throw error("expected an escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): try parseUnicodeEscape(into: &text)
        default:
            position -= 1
            throw error("unknown escape in a string")
        }
    }

    private mutating func parseUnicodeEscape(into text: inout [UInt8]) throws(SyntaxError) {
        let start = position
        var code = UInt32(try parseHexadecimal())
        if (0xD800..<0xDC00).contains(code) {
            guard take("\\"), take("u") else { throw error("a surrogate without its second half") }
            let lowStart = position
            let low = UInt32(try parseHexadecimal())
            guard (0xDC00..<0xE000).contains(low) else {
                position = lowStart
                throw error("a surrogate without its second half")
            }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else {
            position = start
            throw error("a surrogate without its first half")
        }
        text.append(contentsOf: UTF8.encode(scalar).map(Array.init) ?? [])
    }

    private mutating func parseHexadecimal() throws(SyntaxError) -> UInt16 {
        let digits = bytes[position..<min(position + 4, bytes.count)]
        guard digits.count == 4, digits.allSatisfy(Self.isHexadecimal),
            let code = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw error("expected four hexadecimal digits") }
        position += 4
        return code
    }

    // MARK: Bytes

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private var isAtEnd: Bool { position >= bytes.count }

    private func error(_ message: String) -> SyntaxError {
        SyntaxError(message: message, offset: position)
    }

    private func checkLength(_ limit: Int, _ what: String) throws(SyntaxError) {
        if bytes.count > limit {
            throw SyntaxError(message: "the \(what) is longer than \(limit) bytes", offset: limit)
        }
    }

    private mutating func skipSpaces() {
        while peek == UInt8(ascii: " ") { position += 1 }
    }

    private mutating func takeSpaces() -> Bool {
        let start = position
        skipSpaces()
        return position > start
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(SyntaxError) {
        skipSpaces()
        guard take(character) else { throw error("expected \"\(character)\"") }
    }

    private mutating func takeLetters() -> String {
        let start = position
        while let byte = peek, (0x61...0x7A).contains(byte.asciiLowercased) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Takes a connective with a space on either side; behind it a group may follow at once.
    private mutating func takeKeyword(_ keyword: String) -> Bool {
        let start = position
        let end = { (next: UInt8?) in next == UInt8(ascii: " ") || next == UInt8(ascii: "(") }
        if takeSpaces() || start > 0 && Self.isCloser(bytes[start - 1]),
            takeLetters().lowercased() == keyword, end(peek)
        {
            return true
        }
        position = start
        return false
    }

    private mutating func takeNot() -> Bool {
        let start = position
        if takeLetters().lowercased() == "not" {
            skipSpaces()
            if peek == UInt8(ascii: "(") { return true }
        }
        position = start
        return false
    }

    private func follows(_ text: String, at index: Int) -> Bool {
        index + text.utf8.count <= bytes.count
            && zip(bytes[index...], text.utf8).allSatisfy { $0.asciiLowercased == $1 }
    }

    private static func isCloser(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "\"")
    }

    private static func isNameStart(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte.asciiLowercased) || byte == UInt8(ascii: "$")
    }

    /// RFC 7643 §2.1; the filter grammar leaves out the dollar sign that `$ref` needs.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        isNameStart(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_")
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        isNameByte(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "%")
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: ")") || byte == UInt8(ascii: "]")
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte.asciiLowercased)
    }

    /// Quotation marks, but for the one that JSON has: as they come from a word processor, or from
    /// a page that was copied.
    package static func isQuote(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "'", "`", "\u{B4}", "\u{FF02}", "\u{FF07}": true
        default:
            [.initialPunctuation, .finalPunctuation].contains(scalar.properties.generalCategory)
                || ("\u{201A}"..."\u{201E}").contains(scalar)
        }
    }

    /// The `number` rule of RFC 8259 §6.
    private static func isJSONNumber(_ text: String) -> Bool {
        var rest = Substring(text).utf8
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        if rest.first == UInt8(ascii: "0") {
            rest.removeFirst()
        } else if !dropDigits(from: &rest) {
            return false
        }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard dropDigits(from: &rest) else { return false }
        }
        if rest.first?.asciiLowercased == UInt8(ascii: "e") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
                rest.removeFirst()
            }
            guard dropDigits(from: &rest) else { return false }
        }
        return rest.isEmpty
    }

    /// - Returns: `false` when there is no digit.
    private static func dropDigits(from text: inout Substring.UTF8View) -> Bool {
        let rest = text.drop { (0x30...0x39).contains($0) }
        defer { text = rest }
        return rest.startIndex > text.startIndex
    }
}
