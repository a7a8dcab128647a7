import SCIM

/// What a field of another system is made of: `first(displayName, name.formatted, userName)`.
package struct Expression: Sendable {
    package indirect enum Node: Sendable {
        /// `emails[type eq "work"].value`
        case attribute(AttributeSelection)
        /// `"text"`
        case constant(String)
        /// `lower(userName)`
        case call(Function, [Node])
    }

    package let root: Node

    /// The bounds on what may be written.
    package enum Limits {
        /// Bytes of the text.
        package static let bytes = 1_024
        /// Levels of functions within each other.
        package static let depth = 8
        /// Attributes, texts and functions together; also the terms of one value filter.
        package static let nodes = 50
    }

    /// Parses an expression and binds it to a resource type.
    ///
    /// - Parameters:
    ///   - text: At most `Limits.bytes`.
    ///   - type: Of the resources that it is made of.
    /// - Throws: `ExpressionError` for what does not follow the grammar, for unknown functions and
    ///   attributes, and beyond a limit.
    package init(_ text: String, of type: ResourceType = .user) throws(ExpressionError) {
        root = try ExpressionParser.parse(text, type)
        // The canonical text is what is kept, and must be read again.
        guard self.text.utf8.count <= Limits.bytes else {
            throw ExpressionError(
                "the expression is longer than \(Limits.bytes) bytes once its names are complete",
                offset: 0
            )
        }
    }

    /// The values for a resource: none, one, or several of which the first is the preferred one.
    ///
    /// Empty texts, and those that are nothing but blanks, are no values.
    package func values(of resource: JSONObject) -> [String] { root.values(of: resource) }

    /// The one value for a resource: of several the one that is primary, else the first.
    package func value(of resource: JSONObject) -> String? { values(of: resource).first }

    /// The canonical text: names as the schemas write them, a blank behind each comma.
    package var text: String { root.text }

    /// The attributes that it is made of.
    package var references: [AttributeReference] { root.references }
}

extension Expression.Node {
    fileprivate func values(of resource: JSONObject) -> [String] {
        switch self {
        case .attribute(let selection): selection.values(of: resource)
        case .constant(let text): [text].filter(\.isValue)
        case .call(let function, let arguments):
            function.apply(to: arguments) { $0.values(of: resource) }.filter(\.isValue)
        }
    }

    fileprivate var text: String {
        switch self {
        case .attribute(let selection): selection.text
        case .constant(let text): Literal.string(text).text
        case .call(let function, let arguments):
            "\(function.rawValue)(\(arguments.map(\.text).joined(separator: ", ")))"
        }
    }

    fileprivate var references: [AttributeReference] {
        switch self {
        case .attribute(let selection): [selection.reference]
        case .constant: []
        case .call(_, let arguments): arguments.flatMap(\.references)
        }
    }
}

extension String {
    /// Whether there is anything to see.
    var isValue: Bool { !unicodeScalars.allSatisfy(\.properties.isWhitespace) }
}

/// Why and where an expression is none.
package struct ExpressionError: Error, Sendable, Equatable {
    /// For whoever wrote the expression.
    package let message: String
    /// Bytes from the start of the text.
    package let offset: Int

    init(_ message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }

    /// Both: `at byte 6: expected ")"`.
    package var text: String { "at byte \(offset): \(message)" }
}
