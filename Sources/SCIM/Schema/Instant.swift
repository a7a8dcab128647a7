/// A point in time, in microseconds since 1970-01-01T00:00:00Z.
package struct Instant: Sendable, Comparable {
    package let microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    package init(milliseconds: Int64) {
        microseconds = milliseconds * 1_000
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The instant some seconds later.
    package func adding(seconds: Int) -> Instant {
        Instant(microseconds: microseconds + Int64(seconds) * 1_000_000)
    }

    /// Reads an `xsd:dateTime` (RFC 7643 §2.3.5): date and time, any fraction of a second, any
    /// offset; UTC where no offset is given.
    ///
    /// Digits below a microsecond are dropped.
    ///
    /// - Returns: `nil` when the text is no such date.
    package init?(_ text: String) {
        var scanner = Scanner(bytes: Array(text.utf8))
        guard let date = scanner.date(), scanner.takeAny("Tt"), let time = scanner.time(),
            let offset = scanner.offset(), scanner.isAtEnd
        else { return nil }
        microseconds = (date * 86_400 + time.seconds - offset) * 1_000_000 + time.microseconds
    }

    /// The instant as `2024-05-13T04:42:34.000Z`.
    package var text: String {
        String(unsafeUninitializedCapacity: Self.textCount) { write(into: $0) }
    }

    /// Bytes of the text.
    static let textCount = 24

    /// Writes the text to the beginning of the buffer.
    ///
    /// - Returns: Its bytes.
    func write(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let milliseconds = microseconds.flooredQuotient(1_000)
        let days = milliseconds.flooredQuotient(86_400_000)
        let rest = milliseconds - days * 86_400_000
        let (year, month, day) = Self.civil(fromDays: days)
        var text = FieldWriter(buffer: buffer)
        text.append(year, digits: 4, end: "-")
        text.append(month, digits: 2, end: "-")
        text.append(day, digits: 2, end: "T")
        text.append(rest / 3_600_000, digits: 2, end: ":")
        text.append(rest / 60_000 % 60, digits: 2, end: ":")
        text.append(rest / 1_000 % 60, digits: 2, end: ".")
        text.append(rest % 1_000, digits: 3, end: "Z")
        return text.position
    }

    /// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
    ///
    /// Years begin in March here, so that the leap day is the last of its year.
    fileprivate static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let era = shifted.flooredQuotient(400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : -((-self + divisor - 1) / divisor)
    }
}

/// Numbers of fixed width, one behind the other, each with the character that ends it.
private struct FieldWriter {
    let buffer: UnsafeMutableBufferPointer<UInt8>
    var position = 0

    mutating func append(_ number: Int64, digits: Int, end: Unicode.Scalar) {
        var number = number
        var index = position + digits
        while index > position {
            index -= 1
            buffer[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10)
            number /= 10
        }
        position += digits
        buffer[position] = UInt8(ascii: end)
        position += 1
    }
}

private struct Scanner {
    let bytes: [UInt8]
    var position = 0

    var isAtEnd: Bool { position == bytes.count }

    mutating func takeAny(_ characters: String) -> Bool {
        guard position < bytes.count, characters.utf8.contains(bytes[position]) else {
            return false
        }
        position += 1
        return true
    }

    mutating func number(digits: Int, in range: ClosedRange<Int64>) -> Int64? {
        guard position + digits <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + digits] {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        guard range.contains(value) else { return nil }
        position += digits
        return value
    }

    /// Days since 1970-01-01.
    mutating func date() -> Int64? {
        guard let year = number(digits: 4, in: 0...9999), takeAny("-"),
            let month = number(digits: 2, in: 1...12), takeAny("-"),
            let day = number(digits: 2, in: 1...31)
        else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length: Int64 =
            switch month {
            case 2: isLeap ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        return day <= length ? Instant.days(year: year, month: month, day: day) : nil
    }

    mutating func time() -> (seconds: Int64, microseconds: Int64)? {
        guard let hour = number(digits: 2, in: 0...24), takeAny(":"),
            let minute = number(digits: 2, in: 0...59), takeAny(":"),
            let second = number(digits: 2, in: 0...60),
            let microseconds = takeAny(".") ? fraction() : 0
        else { return nil }
        if hour == 24, minute + second + microseconds > 0 { return nil }
        return (hour * 3_600 + minute * 60 + second, microseconds)
    }

    private mutating func fraction() -> Int64? {
        let start = position
        var value: Int64 = 0
        var digits = 0
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
            if digits < 6 {
                value = value * 10 + Int64(bytes[position] - 0x30)
                digits += 1
            }
            position += 1
        }
        guard position > start else { return nil }
        for _ in digits..<6 { value *= 10 }
        return value
    }

    /// Seconds east of UTC.
    mutating func offset() -> Int64? {
        if isAtEnd || takeAny("Zz") { return 0 }
        let isWest = position < bytes.count && bytes[position] == UInt8(ascii: "-")
        guard takeAny("+-"), let hours = number(digits: 2, in: 0...14), takeAny(":"),
            let minutes = number(digits: 2, in: 0...(hours == 14 ? 0 : 59))
        else { return nil }
        return (isWest ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }
}
