import SCIM

/// Parses expressions.
///
///     expression = attribute / string / function "(" expression *("," expression) ")"
///
/// An attribute is what a PATCH path is (RFC 7644 §3.5.2, Figure 7), a string is JSON's. Blanks,
/// tabs and line ends may stand between.
struct ExpressionParser: ~Copyable {
    private let bytes: [UInt8]
    private let type: ResourceType
    private var position = 0
    private var nodes = 0
    private var depth = 0

    private init(_ text: String, _ type: ResourceType) {
        bytes = Array(text.utf8)
        self.type = type
    }

    static func parse(
        _ text: String,
        _ type: ResourceType
    ) throws(ExpressionError) -> Expression.Node {
        var parser = ExpressionParser(text, type)
        let limit = Expression.Limits.bytes
        guard parser.bytes.count <= limit else {
            throw ExpressionError("the expression is longer than \(limit) bytes", offset: limit)
        }
        let node = try parser.parseExpression()
        parser.skipBlanks()
        guard parser.peek == nil else { throw parser.error("expected the end") }
        return node
    }

    // MARK: Grammar rules

    private mutating func parseExpression() throws(ExpressionError) -> Expression.Node {
        skipBlanks()
        nodes += 1
        guard nodes <= Expression.Limits.nodes else {
            throw error("the expression has more than \(Expression.Limits.nodes) parts")
        }
        if peek == UInt8(ascii: "\"") { return .constant(try parseString()) }
        let start = position
        skipPath()
        guard position > start else { throw error("expected an attribute, a text or a function") }
        let word = text(from: start)
        let end = position
        skipBlanks()
        if take("(") { return try parseCall(word, start) }
        position = end
        return .attribute(try AttributeSelection(word, of: type, offset: start))
    }

    private mutating func parseCall(
        _ name: String,
        _ start: Int
    ) throws(ExpressionError) -> Expression.Node {
        guard let function = Function(named: name) else {
            let names = Function.allCases.map(\.rawValue).joined(separator: ", ")
            throw ExpressionError("there is no function \(name); there are \(names)", offset: start)
        }
        let arguments = try parseArguments()
        if let message = function.refusal(of: arguments) {
            throw ExpressionError(message, offset: start)
        }
        return .call(function, arguments)
    }

    private mutating func parseArguments() throws(ExpressionError) -> [Expression.Node] {
        depth += 1
        guard depth <= Expression.Limits.depth else {
            throw error("the expression has more than \(Expression.Limits.depth) levels")
        }
        var arguments = [try parseExpression()]
        skipBlanks()
        while take(",") {
            arguments.append(try parseExpression())
            skipBlanks()
        }
        guard take(")") else { throw error("expected \",\" or \")\"") }
        depth -= 1
        return arguments
    }

    private mutating func parseString() throws(ExpressionError) -> String {
        let start = position
        skipString()
        do throws(SyntaxError) {
            return try FilterParser.parseString(text(from: start))
        } catch {
            throw ExpressionError(error.message, offset: start + error.offset)
        }
    }

    // MARK: Bytes

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func error(_ message: String) -> ExpressionError {
        ExpressionError(message, offset: position)
    }

    private func text(from start: Int) -> String {
        String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, Self.isBlank(byte) { position += 1 }
    }

    /// Up to what can stand behind an attribute, outside of its brackets.
    private mutating func skipPath() {
        var isInBrackets = false
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\"") where isInBrackets:
                skipString()
                continue
            case UInt8(ascii: "["): isInBrackets = true
            case UInt8(ascii: "]"): isInBrackets = false
            case _ where !isInBrackets && Self.endsPath(byte): return
            default: break
            }
            position += 1
        }
    }

    /// Over a string with its quotes, as far as there is one.
    private mutating func skipString() {
        position += 1
        while let byte = peek {
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { break }
        }
        position = min(position, bytes.count)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte)
    }

    private static func endsPath(_ byte: UInt8) -> Bool {
        isBlank(byte) || "(),\"".utf8.contains(byte)
    }
}
