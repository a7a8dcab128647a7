/// A piece of SQL with the values for its placeholders.
///
/// What stands in the program is SQL, what is interpolated becomes a bound value: a `String` does
/// not compile as SQL.
struct SQL: Sendable, ExpressibleByStringInterpolation {
    private(set) var text: String
    private(set) var values: [SQLValue]

    init(stringLiteral literal: StaticString) {
        text = literal.description
        values = []
    }

    init(stringInterpolation interpolation: Interpolation) {
        text = interpolation.text
        values = interpolation.values
    }

    struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var values: [SQLValue] = []

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: StaticString) {
            literal.withUTF8Buffer { text.append(String(decoding: $0, as: UTF8.self)) }
        }

        mutating func appendInterpolation(_ sql: SQL) {
            text.append(sql.text)
            values.append(contentsOf: sql.values)
        }

        mutating func appendInterpolation(_ value: some SQLValueConvertible) {
            text.append("?")
            values.append(value.sqlValue)
        }

        /// A number as it stands in a partial index's condition, which SQLite compares as text.
        mutating func appendInterpolation(class valueClass: ValueClass) {
            text.append(String(valueClass.rawValue))
        }
    }
}

extension [SQL] {
    func joined(_ separator: SQL) -> SQL {
        guard let first else { return "" }
        return dropFirst().reduce(first) { "\($0)\(separator)\($1)" }
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
