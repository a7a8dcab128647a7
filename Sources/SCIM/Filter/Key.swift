/// A value in the form in which filters compare it, sorts order it and the store indexes it.
package enum Key: Sendable, Hashable {
    /// Also a boolean, as 0 or 1, and an instant, in microseconds.
    case integer(Int64)
    case real(Double)
    /// Folded where case does not matter; compared byte by byte.
    case text(String)

    /// Whether the value counts as present: an empty string does not (RFC 7644 §3.4.2.2, `pr`).
    package var isPresent: Bool {
        if case .text(let text) = self { !text.isEmpty } else { true }
    }

    /// Whether `self` comes before `other`; numbers come before text, as in SQLite.
    package func precedes(_ other: Key) -> Bool {
        switch (self, other) {
        case (.integer(let a), .integer(let b)): a < b
        case (.text(let a), .text(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.text, _): false
        case (_, .text): true
        case (.real(let a), .real(let b)): a < b
        case (.integer(let a), .real(let b)): Self.compare(a, b) < 0
        case (.real(let a), .integer(let b)): Self.compare(b, a) > 0
        }
    }

    package func equals(_ other: Key) -> Bool {
        switch (self, other) {
        case (.integer(let a), .integer(let b)): a == b
        case (.real(let a), .real(let b)): a == b
        case (.text(let a), .text(let b)): a.isIdenticalText(to: b)
        case (.integer(let a), .real(let b)), (.real(let b), .integer(let a)):
            Self.compare(a, b) == 0
        case (.text, _), (_, .text): false
        }
    }

    /// Compares exactly, where converting the integer would round it.
    private static func compare(_ integer: Int64, _ real: Double) -> Int {
        if real >= 0x1p63 { return -1 }
        if real < -0x1p63 { return 1 }
        let whole = Int64(real.rounded(.towardZero))
        if integer != whole { return integer < whole ? -1 : 1 }
        let fraction = real - real.rounded(.towardZero)
        return fraction > 0 ? -1 : fraction < 0 ? 1 : 0
    }
}

extension Attribute {
    /// The comparable form of one stored value.
    ///
    /// - Returns: `nil` when the value is not of the attribute's type.
    package func key(of value: JSON) -> Key? {
        switch (type, value) {
        case (.string, .string(let text)), (.reference, .string(let text)),
            (.binary, .string(let text)):
            .text(comparesExactly ? text : text.caseFolded)
        case (.boolean, .bool(let flag)): .integer(flag ? 1 : 0)
        case (.integer, .integer(let number)), (.decimal, .integer(let number)): .integer(number)
        case (.decimal, .number(let number)): .real(number)
        case (.dateTime, .string(let text)):
            Instant(text).map { .integer($0.microseconds) }
        default: nil
        }
    }

    /// Whether a value that is absent counts as `false` (RFC 7643 §2.4, `primary`).
    package var absentMeansFalse: Bool { name == "primary" && type == .boolean }
}
