/// A page of the manual, as far as Markdown is used there: headings, paragraphs, lists, tables, code,
/// bold and italic text, links.
struct Markdown {
    enum Block {
        case heading(level: Int, String)
        case paragraph(String)
        case list(isOrdered: Bool, [[Block]])
        case table(header: [String], rows: [[String]])
        /// Its language is empty where none is named.
        case code(language: String, String)
    }

    let blocks: [Block]

    init(_ text: String) {
        var parser = BlockParser(text.split(separator: "\n", omittingEmptySubsequences: false))
        blocks = parser.blocks()
    }
}

/// Reads lines that stand one below the other.
private struct BlockParser {
    private let lines: [Substring]
    private var index = 0

    init(_ lines: [Substring]) {
        self.lines = lines
    }

    mutating func blocks() -> [Markdown.Block] {
        var blocks: [Markdown.Block] = []
        while index < lines.count {
            let line = lines[index]
            if line.isBlank {
                index += 1
            } else if let fence = line.fence {
                blocks.append(fenced(fence))
            } else if line.hasPrefix("    ") {
                blocks.append(indented())
            } else if let level = line.headingLevel {
                index += 1
                blocks.append(.heading(level: level, String(line.dropFirst(level + 1))))
            } else if line.hasPrefix("|") {
                blocks.append(table())
            } else if let item = line.item {
                blocks.append(list(isOrdered: item.isOrdered))
            } else {
                blocks.append(paragraph())
            }
        }
        return blocks
    }

    private mutating func fenced(_ language: Substring) -> Markdown.Block {
        index += 1
        let start = index
        while index < lines.count, lines[index].fence == nil { index += 1 }
        let code = lines[start..<index].joined(separator: "\n")
        index += 1
        return .code(language: String(language), code)
    }

    private mutating func indented() -> Markdown.Block {
        let start = index
        while index < lines.count, lines[index].hasPrefix("    ") { index += 1 }
        let code = lines[start..<index].map { $0.dropFirst(4) }
        return .code(language: "", code.joined(separator: "\n"))
    }

    private mutating func paragraph() -> Markdown.Block {
        let start = index
        index += 1
        while index < lines.count, lines[index].goesOn { index += 1 }
        return .paragraph(lines[start..<index].joined(separator: " "))
    }

    private mutating func table() -> Markdown.Block {
        let start = index
        while index < lines.count, lines[index].hasPrefix("|") { index += 1 }
        let rows = lines[start..<index].map(\.cells)
        // The second line only rules off the first.
        return .table(header: rows[0], rows: Array(rows.dropFirst(2)))
    }

    /// Items, each with what is indented below it.
    private mutating func list(isOrdered: Bool) -> Markdown.Block {
        var items: [[Markdown.Block]] = []
        while index < lines.count, let item = lines[index].item, item.isOrdered == isOrdered {
            var inner = [lines[index].dropFirst(item.width)]
            index += 1
            while index < lines.count, lines[index].indentation >= item.width {
                inner.append(lines[index].dropFirst(item.width))
                index += 1
            }
            var parser = BlockParser(inner)
            items.append(parser.blocks())
        }
        return .list(isOrdered: isOrdered, items)
    }
}

extension Substring {
    fileprivate var isBlank: Bool { utf8.allSatisfy { $0 == 0x20 } }

    fileprivate var indentation: Int { utf8.prefix { $0 == 0x20 }.count }

    /// What stands behind three backticks.
    fileprivate var fence: Substring? { hasPrefix("```") ? dropFirst(3) : nil }

    /// 1 to 6.
    fileprivate var headingLevel: Int? {
        let level = utf8.prefix { $0 == UInt8(ascii: "#") }.count
        return (1...6).contains(level) && dropFirst(level).hasPrefix(" ") ? level : nil
    }

    /// Whether it begins an item of a list, and how wide the mark is.
    fileprivate var item: (isOrdered: Bool, width: Int)? {
        if hasPrefix("- ") { return (false, 2) }
        let digits = utf8.prefix { (0x30...0x39).contains($0) }.count
        return (1...3).contains(digits) && dropFirst(digits).hasPrefix(". ")
            ? (true, digits + 2) : nil
    }

    /// Whether it belongs to the paragraph before it.
    fileprivate var goesOn: Bool {
        !isBlank && fence == nil && headingLevel == nil && item == nil && !hasPrefix("|")
    }

    /// Of a table's row, without blanks around them.
    fileprivate var cells: [String] {
        var cells = split(separator: "|", omittingEmptySubsequences: false).dropFirst()
        if cells.last?.isBlank == true { cells = cells.dropLast() }
        return cells.map { String($0.trimmed) }
    }

    private var trimmed: Substring {
        var text = self
        while text.utf8.first == 0x20 { text = text.dropFirst() }
        while text.utf8.last == 0x20 { text = text.dropLast() }
        return text
    }
}

/// What stands within a line.
extension HTML {
    /// - Parameters:
    ///   - text: Of a paragraph, a heading or a cell.
    ///   - link: Where a link leads; `nil` shows its text alone.
    /// - Returns: Markup; whatever else the text holds is escaped.
    static func inline(_ text: String, _ link: (String) -> String?) -> HTML {
        inline(text[...], link)
    }

    private static func inline(_ text: Substring, _ link: (String) -> String?) -> HTML {
        var html: HTML = ""
        var rest = text
        while let mark = rest.firstIndex(where: { $0 == "`" || $0 == "*" || $0 == "[" }) {
            html += HTML(String(rest[..<mark]))
            let (piece, end) = piece(rest[mark...], link)
            html += piece
            rest = rest[end...]
        }
        return "\(html)\(String(rest))"
    }

    /// What begins with a mark, and where it ends; a mark that nothing closes is text.
    private static func piece(
        _ text: Substring,
        _ link: (String) -> String?
    ) -> (HTML, Substring.Index) {
        if let (code, end) = text.enclosed("`", "`") {
            return ("<code>\(String(code))</code>", end)
        }
        if let (bold, end) = text.enclosed("**", "**") {
            return ("<b>\(inline(bold, link))</b>", end)
        }
        if let (italic, end) = text.enclosed("*", "*"), italic.first != " " {
            return ("<i>\(inline(italic, link))</i>", end)
        }
        if let (label, after) = text.enclosed("[", "]"),
            let (target, end) = text[after...].enclosed("(", ")")
        {
            let shown = inline(label, link)
            guard let path = link(String(target)) else { return (shown, end) }
            return ("<a href=\"\(path)\">\(shown)</a>", end)
        }
        return (HTML(String(text.prefix(1))), text.index(after: text.startIndex))
    }
}

extension Substring {
    /// What stands between two marks, if it begins with the first, and where it goes on.
    fileprivate func enclosed(
        _ open: String,
        _ close: String
    ) -> (content: Substring, end: Index)? {
        guard hasPrefix(open) else { return nil }
        let inner = dropFirst(open.count)
        var rest = inner.dropFirst()
        while !rest.isEmpty {
            if rest.hasPrefix(close) {
                return (inner[..<rest.startIndex], rest.dropFirst(close.count).startIndex)
            }
            rest = rest.dropFirst()
        }
        return nil
    }
}

extension String {
    /// Without marks, for places that take text only.
    var withoutMarks: String { filter { !"`*".contains($0) } }
}
