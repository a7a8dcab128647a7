/// Writes JSON text (RFC 8259): UTF-8, no white space, only what must be escaped is escaped.
///
/// Has memory of its own: a list is thousands of small pieces, and an `Array` asks of each whether
/// it shares its memory with others.
package struct JSONWriter: ~Copyable {
    private var buffer: UnsafeMutableBufferPointer<UInt8>
    private var count = 0

    /// - Parameter capacity: Expected length in bytes.
    package init(capacity: Int = 1024) {
        buffer = .allocate(capacity: max(capacity, 64))
    }

    deinit { buffer.deallocate() }

    /// What has been written.
    package var bytes: [UInt8] { Array(UnsafeBufferPointer(rebasing: buffer[..<count])) }

    private mutating func reserve(_ more: Int) {
        if count + more > buffer.count { grow(more) }
    }

    private mutating func grow(_ more: Int) {
        let larger = UnsafeMutableBufferPointer<UInt8>.allocate(
            capacity: max(count + more, 2 * buffer.count)
        )
        _ = larger.update(fromContentsOf: buffer[..<count])
        buffer.deallocate()
        buffer = larger
    }

    private mutating func append(_ byte: UInt8) {
        reserve(1)
        buffer[count] = byte
        count += 1
    }

    private mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        guard let from = text.baseAddress else { return }
        reserve(text.count)
        if let to = buffer.baseAddress { (to + count).update(from: from, count: text.count) }
        count += text.count
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
        append(UInt8(ascii: "{"))
        for (index, member) in object.members.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            append(string: member.name)
            append(UInt8(ascii: ":"))
            append(member.value)
        }
        append(UInt8(ascii: "}"))
    }

    private mutating func append(_ elements: [JSON]) {
        append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            append(element)
        }
        append(UInt8(ascii: "]"))
    }

    /// Appends text that is JSON already.
    package mutating func append(json: UnsafeBufferPointer<UInt8>) {
        append(json)
    }

    /// Appends an instant as a string, with its quotes.
    package mutating func append(_ instant: Instant) {
        append(UInt8(ascii: "\""))
        reserve(Instant.textCount)
        count += instant.write(into: UnsafeMutableBufferPointer(rebasing: buffer[count...]))
        append(UInt8(ascii: "\""))
    }

    /// Appends a piece of JSON syntax as it stands in the program.
    package mutating func append(literal: StaticString) {
        append(UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    private mutating func append(text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    /// Appends a string with its quotes.
    package mutating func append(string: String) {
        append(UInt8(ascii: "\""))
        append(fragment: string)
        append(UInt8(ascii: "\""))
    }

    /// Appends part of a string, without quotes.
    package mutating func append(fragment: String) {
        var text = fragment
        text.withUTF8 { utf8 in
            var start = 0
            while let index = utf8.firstToEscape(from: start) {
                append(UnsafeBufferPointer(rebasing: utf8[start..<index]))
                append(escaped: utf8[index])
                start = index + 1
            }
            append(UnsafeBufferPointer(rebasing: utf8[start...]))
        }
    }

    /// Appends a string with its quotes that has nothing to escape, such as a date.
    package mutating func append(plain text: String) {
        append(UInt8(ascii: "\""))
        append(text: text)
        append(UInt8(ascii: "\""))
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
            append(Self.hexadecimal(byte >> 4))
            append(Self.hexadecimal(byte & 0xF))
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The place of the first byte from `start` on that a JSON string holds only escaped:
    /// control characters, quotes and backslashes (RFC 8259 §7).
    fileprivate func firstToEscape(from start: Int) -> Int? {
        var index = start
        while index + 8 <= count {
            let bytes = UnsafeRawBufferPointer(self).loadUnaligned(
                fromByteOffset: index,
                as: UInt64.self
            )
            let found = bytes.littleEndian.bytesToEscape
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        return self[index...].firstIndex {
            $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\")
        }
    }
}

extension UInt64 {
    /// The high bit of each of eight bytes that must be escaped.
    ///
    /// Only the lowest of them is sure: a byte's borrow may set the bit of the byte above it.
    fileprivate var bytesToEscape: UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = self ^ (ones * 0x22)
        let backslashes = self ^ (ones * 0x5C)
        return
            ((self &- ones * 0x20) & ~self | (quotes &- ones) & ~quotes
            | (backslashes &- ones) & ~backslashes) & (ones * 0x80)
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
