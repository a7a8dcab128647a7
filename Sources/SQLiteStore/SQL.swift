/// A piece of SQL with the values for its placeholders.
///
/// What stands in the program is SQL, what is interpolated becomes a bound value: a `String` does
/// not compile as SQL.
struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// The text in UTF-8: composed of many pieces for each request, of which a `String` would check
    /// every one.
    private(set) var utf8: [UInt8]
    private(set) var values: [SQLValue]

    init(stringLiteral literal: StaticString) {
        utf8 = literal.withUTF8Buffer { Array($0) }
        values = []
    }

    init(stringInterpolation interpolation: Interpolation) {
        utf8 = interpolation.utf8
        values = interpolation.values
    }

    struct Interpolation: StringInterpolationProtocol {
        fileprivate var utf8: [UInt8] = []
        fileprivate var values: [SQLValue] = []

        init(literalCapacity: Int, interpolationCount: Int) {
            utf8.reserveCapacity(literalCapacity + 24 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: StaticString) {
            literal.withUTF8Buffer { utf8.append(contentsOf: $0) }
        }

        mutating func appendInterpolation(_ sql: SQL) {
            utf8.append(contentsOf: sql.utf8)
            values.append(contentsOf: sql.values)
        }

        mutating func appendInterpolation(_ value: some SQLValueConvertible) {
            utf8.append(UInt8(ascii: "?"))
            values.append(value.sqlValue)
        }

        /// Part of a name, or another number that is no value.
        mutating func appendInterpolation(literal number: Int) {
            utf8.append(contentsOf: String(number).utf8)
        }

        /// A number as it stands in a partial index's condition, which SQLite compares as text.
        mutating func appendInterpolation(class valueClass: ValueClass) {
            utf8.append(UInt8(ascii: "0") + UInt8(valueClass.rawValue))
        }
    }
}

extension SQL {
    fileprivate mutating func append(_ other: SQL) {
        utf8.append(contentsOf: other.utf8)
        values.append(contentsOf: other.values)
    }

    /// A statement's text, to find what was prepared of it.
    struct Text: Hashable {
        let utf8: [UInt8]

        func hash(into hasher: inout Hasher) {
            utf8.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    var text: String { String(decoding: utf8, as: UTF8.self) }
}

extension [SQL] {
    func joined(_ separator: SQL) -> SQL {
        guard let first else { return "" }
        return dropFirst().reduce(into: first) { joined, part in
            joined.append(separator)
            joined.append(part)
        }
    }
}

/// A value as SQLite has it.
enum SQLValue: Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    /// Text as its bytes.
    case utf8([UInt8])
    case blob([UInt8])
}

/// What can be bound to a placeholder.
protocol SQLValueConvertible {
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLValueConvertible {
    var sqlValue: SQLValue { self }
}

extension Int64: SQLValueConvertible {
    var sqlValue: SQLValue { .integer(self) }
}

extension Int: SQLValueConvertible {
    var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension String: SQLValueConvertible {
    var sqlValue: SQLValue { .text(self) }
}

extension [UInt8]: SQLValueConvertible {
    var sqlValue: SQLValue { .blob(self) }
}

extension Optional: SQLValueConvertible where Wrapped: SQLValueConvertible {
    var sqlValue: SQLValue { self?.sqlValue ?? .null }
}
