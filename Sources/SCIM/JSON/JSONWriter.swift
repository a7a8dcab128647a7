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

    /// Appends a member behind another, with the comma between.
    package mutating func append(following member: JSONObject.Member) {
        bytes.append(UInt8(ascii: ","))
        append(string: member.name)
        bytes.append(UInt8(ascii: ":"))
        append(member.value)
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
        bytes.append(contentsOf: text.utf8)
    }

    /// Appends a string with its quotes.
    package mutating func append(string: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = string
        text.withUTF8 { utf8 in
            guard let first = utf8.firstIndex(where: Self.mustEscape) else {
                return bytes.append(contentsOf: utf8)
            }
            append(utf8, escapingFrom: first)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ utf8: UnsafeBufferPointer<UInt8>, escapingFrom first: Int) {
        bytes.append(contentsOf: utf8[..<first])
        for byte in utf8[first...] {
            if Self.mustEscape(byte) { append(escaped: byte) } else { bytes.append(byte) }
        }
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
