/// A JSON value (RFC 8259).
///
/// Objects keep the order of their members.
package enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// A number that was written with a fraction or an exponent.
    case number(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

extension JSON {
    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    package var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    package var array: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    package var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// Whether the value is one of the spellings of "unassigned": `null`, `[]` or an object
    /// without any assigned member (RFC 7643 §2.5).
    package var isUnassigned: Bool {
        switch self {
        case .null: true
        case .array(let elements): elements.allSatisfy(\.isUnassigned)
        case .object(let object): object.members.allSatisfy(\.value.isUnassigned)
        case .bool, .integer, .number, .string: false
        }
    }

    /// What kind of value this is, for an error's `detail`.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSON: Equatable {
    /// Compares strings code point by code point, unlike `String.==`, so that a change from one
    /// Unicode normal form to another is a change; the order of members does not matter.
    package static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a.isIdenticalText(to: b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(nilLiteral: ()) { self = .null }
    package init(dictionaryLiteral members: (String, JSON)...) {
        self = .object(JSONObject(members.map { .init(name: $0.0, value: $0.1) }))
    }
}
