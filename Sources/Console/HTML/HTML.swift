/// A piece of a page.
///
/// What stands in the program is markup; what is interpolated is escaped, so that it is text or
/// part of a quoted attribute's value, whatever is in it. A `String` does not compile as HTML.
struct HTML: Sendable, ExpressibleByStringInterpolation {
    private(set) var utf8: [UInt8]

    init(stringLiteral literal: StaticString) {
        utf8 = literal.withUTF8Buffer { Array($0) }
    }

    init(stringInterpolation interpolation: Interpolation) {
        utf8 = interpolation.utf8
    }

    /// Text, escaped.
    init(_ text: String) {
        var interpolation = Interpolation(literalCapacity: 0, interpolationCount: 1)
        interpolation.appendInterpolation(text)
        utf8 = interpolation.utf8
    }

    struct Interpolation: StringInterpolationProtocol {
        fileprivate var utf8: [UInt8] = []

        init(literalCapacity: Int, interpolationCount: Int) {
            utf8.reserveCapacity(literalCapacity + 32 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: StaticString) {
            literal.withUTF8Buffer { utf8.append(contentsOf: $0) }
        }

        mutating func appendInterpolation(_ html: HTML) {
            utf8.append(contentsOf: html.utf8)
        }

        /// Nothing for `nil`.
        mutating func appendInterpolation(_ html: HTML?) {
            if let html { utf8.append(contentsOf: html.utf8) }
        }

        mutating func appendInterpolation(_ pieces: [HTML]) {
            for piece in pieces { utf8.append(contentsOf: piece.utf8) }
        }

        mutating func appendInterpolation(_ number: Int) {
            utf8.append(contentsOf: String(number).utf8)
        }

        mutating func appendInterpolation(_ text: String) {
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "&"): appendLiteral("&amp;")
                case UInt8(ascii: "<"): appendLiteral("&lt;")
                case UInt8(ascii: ">"): appendLiteral("&gt;")
                case UInt8(ascii: "\""): appendLiteral("&quot;")
                case UInt8(ascii: "'"): appendLiteral("&#39;")
                // A page that is XML as well may not have it, and no reader has a use for it.
                case 0: break
                default: utf8.append(byte)
                }
            }
        }
    }
}

extension HTML {
    static func += (left: inout HTML, right: HTML) {
        left.utf8.append(contentsOf: right.utf8)
    }
}

/// A literal within a literal is a `String` where nothing says otherwise (`as HTML`), and would show
/// what HTML is made of.
extension DefaultStringInterpolation {
    @available(*, deprecated, message: "the literal around it is no HTML: add `as HTML`")
    mutating func appendInterpolation(_ html: HTML) {}

    @available(*, deprecated, message: "the literal around it is no HTML: add `as HTML`")
    mutating func appendInterpolation(_ html: HTML?) {}

    @available(*, deprecated, message: "the literal around it is no HTML: add `as HTML`")
    mutating func appendInterpolation(_ pieces: [HTML]) {}
}

extension [HTML] {
    func joined(_ separator: HTML) -> HTML {
        guard let first else { return "" }
        return dropFirst().reduce(into: first) { joined, piece in
            joined += separator
            joined += piece
        }
    }
}
