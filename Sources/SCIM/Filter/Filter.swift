/// A filter as written, before it is bound to a resource type (RFC 7644 §3.4.2.2).
package indirect enum Filter: Sendable, Equatable {
    /// `title pr`
    case present(AttributePath)
    /// `userName eq "bjensen"`
    case comparison(AttributePath, ComparisonOperator, Literal)
    /// `emails[type eq "work" and value co "@example.com"]`
    case valuePath(AttributePath, Filter)
    /// `a and b and c`
    case and([Filter])
    /// `a or b or c`
    case or([Filter])
    /// `not (a)`
    case not(Filter)
}

/// The operators that compare (RFC 7644 §3.4.2.2, Table 3).
package enum ComparisonOperator: String, Sendable, CaseIterable {
    case eq, ne, co, sw, ew, gt, ge, lt, le
}

/// A value as written in a filter.
package enum Literal: Sendable, Equatable {
    case string(String)
    /// As written: `12`, `-1.5e3`
    case number(String)
    case boolean(Bool)
    case null
    /// A word without quotes, where the parser accepts such: `bjensen`
    case bare(String)
}

/// The target of a PATCH operation (RFC 7644 §3.5.2, Figure 7).
package struct PatchPath: Sendable, Equatable {
    /// The attribute, such as `emails` or `name.givenName`.
    package var path: AttributePath
    /// The value filter: `type eq "work"` of `emails[type eq "work"].value`.
    package var filter: Filter?
    /// The name behind the value filter: `value` of `emails[type eq "work"].value`.
    package var subAttribute: String?

    package init(path: AttributePath, filter: Filter? = nil, subAttribute: String? = nil) {
        self.path = path
        self.filter = filter
        self.subAttribute = subAttribute
    }
}

extension Filter {
    /// The filter in the grammar of RFC 7644, with every group in parentheses that needs them.
    package var text: String {
        switch self {
        case .present(let path): "\(path.text) pr"
        case .comparison(let path, let comparison, let literal):
            "\(path.text) \(comparison.rawValue) \(literal.text)"
        case .valuePath(let path, let filter): "\(path.text)[\(filter.text)]"
        case .and(let terms):
            terms.map { $0.isDisjunction ? "(\($0.text))" : $0.text }.joined(separator: " and ")
        case .or(let terms): terms.map(\.text).joined(separator: " or ")
        case .not(let filter): "not (\(filter.text))"
        }
    }

    /// Comparisons, and tests of presence.
    var termsCount: Int {
        switch self {
        case .present, .comparison: 1
        case .valuePath(_, let inner), .not(let inner): inner.termsCount
        case .and(let terms), .or(let terms): terms.reduce(0) { $0 + $1.termsCount }
        }
    }

    private var isDisjunction: Bool {
        if case .or = self { true } else { false }
    }
}

extension Literal {
    package var text: String {
        switch self {
        case .string(let value): String(decoding: JSON.string(value).text, as: UTF8.self)
        case .number(let text), .bare(let text): text
        case .boolean(let flag): flag ? "true" : "false"
        case .null: "null"
        }
    }
}

extension Filter {
    /// Reads a filter that a person typed.
    ///
    /// - Throws: `invalidFilter`, with the place where it goes wrong.
    package init(typed text: String) throws(SCIMError) {
        do {
            self = try FilterParser.parse(text)
        } catch {
            throw .invalidFilter("\(error.message), at character \(error.offset + 1)")
        }
    }
}
