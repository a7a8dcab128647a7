/// Writes JSON text (RFC 8259): UTF-8, no white space, only what must be escaped is escaped.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8]

    /// - Parameter capacity: Expected length in bytes.
    package init(capacity: Int = 1024) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    package mutating func append(_ value: JSON) {
        switch value {
        case .null: append(literal: "null")
        case .bool(let flag): append(literal: flag ? "true" : "false")
        case .integer(let number): append(text: String(number))
        // Swift writes a Double with the fewest digits that read back as the same number.
        case .number(let number): append(text: number.description)
        case .string(let text): append(string: text)
        case .array(let elements): append(elements)
        case .object(let object): append(object)
        }
    }

    package mutating func append(_ object: JSONObject) {
        bytes.append(UInt8(ascii: "{"))
        for (index, member) in object.members.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(string: member.name)
            bytes.append(UInt8(ascii: ":"))
            append(member.value)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func append(_ elements: [JSON]) {
        bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(element)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    /// Appends text that is JSON already.
    package mutating func append(json: some Sequence<UInt8>) {
        bytes.append(contentsOf: json)
    }

    /// Appends a piece of JSON syntax as it stands in the program.
    package mutating func append(literal: StaticString) {
        literal.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func append(text: String) {
        var text = text
        text.withUTF8 { bytes.append(contentsOf: $0) }
    }

    /// Appends a string with its quotes.
    package mutating func append(string: String) {
        bytes.append(UInt8(ascii: "\""))
        append(fragment: string)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends part of a string, without quotes.
    package mutating func append(fragment: String) {
        var text = fragment
        text.withUTF8 { utf8 in
            let first = Self.firstToEscape(utf8)
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[..<first]))
            for byte in utf8[first...] {
                if Self.mustEscape(byte) { append(escaped: byte) } else { bytes.append(byte) }
            }
        }
    }

    /// Appends a string with its quotes that has nothing to escape, such as a date.
    package mutating func append(plain text: String) {
        bytes.append(UInt8(ascii: "\""))
        append(text: text)
        bytes.append(UInt8(ascii: "\""))
    }

    /// The place of the first byte that must be escaped; the end where there is none.
    private static func firstToEscape(_ utf8: UnsafeBufferPointer<UInt8>) -> Int {
        let raw = UnsafeRawBufferPointer(utf8)
        var index = 0
        // Most text has nothing to escape, and eight bytes are looked at in the time of one.
        while index + 8 <= raw.count {
            let word = raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if mayNeedEscape(word) { break }
            index += 8
        }
        while index < raw.count, !mustEscape(raw[index]) { index += 1 }
        return index
    }

    /// Whether one of eight bytes must be escaped.
    private static func mayNeedEscape(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        // A byte that borrows from above is less than what is taken from it.
        let hasControl = (word &- 0x20 * ones) & ~word & highs
        let quotes = word ^ (UInt64(UInt8(ascii: "\"")) * ones)
        let slashes = word ^ (UInt64(UInt8(ascii: "\\")) * ones)
        let hasQuote = (quotes &- ones) & ~quotes & highs
        let hasSlash = (slashes &- ones) & ~slashes & highs
        return hasControl | hasQuote | hasSlash != 0
    }

    private static func mustEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append(literal: "\\\"")
        case UInt8(ascii: "\\"): append(literal: "\\\\")
        case UInt8(ascii: "\n"): append(literal: "\\n")
        case UInt8(ascii: "\r"): append(literal: "\\r")
        case UInt8(ascii: "\t"): append(literal: "\\t")
        default:
            append(literal: "\\u00")
            bytes.append(Self.hexadecimal(byte >> 4))
            bytes.append(Self.hexadecimal(byte & 0xF))
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}

extension JSON {
    /// The value as JSON text.
    package var text: [UInt8] {
        var writer = JSONWriter()
        writer.append(self)
        return writer.bytes
    }
}
