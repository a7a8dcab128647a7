import Gateway
import TestSupport

/// What the console answered, as a browser reads it.
struct WebPage {
    let status: Int
    let text: String
    private let headers: [(name: String, value: String)]
    /// The elements' opening and closing tags, in their order.
    let tags: [Tag]

    /// The way of an element into and out of a page.
    struct Tag {
        /// Lower case; with `/` in front where it closes.
        let name: String
        let attributes: [String: String]
        /// Whether it has no closing tag.
        let isAlone: Bool
        /// What stands between it and the next tag.
        let text: String

        subscript(attribute: String) -> String? { attributes[attribute] }
    }

    init(_ answer: Answer) {
        status = answer.response.status
        headers = answer.response.headers
        var bytes = answer.response.body
        answer.rest? {
            bytes += $0
            return true
        }
        text = String(decoding: bytes, as: UTF8.self)
        tags = Self.tags(text)
    }

    func header(_ name: String) -> String? { headers.last { $0.name == name }?.value }

    /// The text as people read it, blanks in a row as one.
    var words: String {
        let hidden = ["title", "style", "script"]
        let words = tags.filter { !hidden.contains($0.name) }.map(\.text).joined(separator: " ")
        return words.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The text of the only `h1`.
    var heading: String { elementText("h1") }

    func elementText(_ name: String) -> String {
        guard let start = tags.firstIndex(where: { $0.name == name }) else { return "" }
        let end = tags[start...].firstIndex { $0.name == "/" + name } ?? tags.endIndex
        return tags[start..<end].map(\.text).joined()
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Where the links lead.
    var links: [String] { tags.filter { $0.name == "a" }.compactMap { $0["href"] } }

    func contains(_ text: String) -> Bool { words.contains(text) }

    /// The tag of the element with the id.
    func element(_ id: String) -> Tag? { tags.first { $0["id"] == id } }

    // MARK: Forms

    struct Form {
        let action: String
        let method: String
        /// What is sent where nobody changes anything.
        var fields: [(name: String, value: String)] = []
        var names: Set<String> = []
    }

    var forms: [Form] {
        var forms: [Form] = []
        var select: String?
        for tag in tags {
            if tag.name == "form" {
                forms.append(Form(action: tag["action"] ?? "", method: tag["method"] ?? "get"))
            }
            guard !forms.isEmpty else { continue }
            let isPicked = tag["checked"] != nil || tag["selected"] != nil
            switch tag.name {
            case "select": select = tag["name"]
            case "option":
                guard let select else { break }
                forms[forms.count - 1].names.insert(select)
                let isFirst = !forms[forms.count - 1].fields.contains { $0.name == select }
                if isPicked || isFirst {
                    forms[forms.count - 1].fields.removeAll { $0.name == select }
                    forms[forms.count - 1].fields.append((select, tag["value"] ?? ""))
                }
            case "input", "textarea", "button":
                guard let name = tag["name"] else { break }
                forms[forms.count - 1].names.insert(name)
                let isBox = tag["type"] == "radio" || tag["type"] == "checkbox"
                guard tag.name != "button", !isBox || isPicked else { break }
                let value = tag.name == "textarea" ? tag.text : tag["value"] ?? ""
                forms[forms.count - 1].fields.append((name, value))
            default: break
            }
        }
        return forms
    }

    /// The form with the address, below `/scim/admin`.
    func form(_ action: String) throws -> Form {
        let whole = action.hasPrefix("/scim/") ? action : "/scim/admin" + action
        guard let form = forms.first(where: { $0.action == whole }) else {
            throw TestError("there is no form for \(action), only \(forms.map(\.action))")
        }
        return form
    }

    /// The forms that change something, but for signing out.
    var changes: [String] {
        forms.filter { $0.method == "post" && $0.action != "/scim/admin/sign-out" }.map(\.action)
    }

    // MARK: Reading

    private static let entities = [
        ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
    ]

    private static func plain(_ text: some StringProtocol) -> String {
        var plain = String(text)
        for (entity, character) in entities {
            plain = plain.split(separator: entity, omittingEmptySubsequences: false)
                .joined(separator: character)
        }
        return plain
    }

    private static func tags(_ html: String) -> [Tag] {
        html.split(separator: "<").compactMap { piece in
            guard let end = piece.firstIndex(of: ">"), piece.first != "!" else { return nil }
            let head = piece[..<end]
            let name = head.prefix { !$0.isWhitespace }.lowercased()
            return Tag(
                name: name.count > 1 && name.last == "/" ? String(name.dropLast()) : name,
                attributes: attributes(head.dropFirst(name.count)),
                isAlone: head.last == "/" || void.contains(name),
                text: plain(piece[piece.index(after: end)...])
            )
        }
    }

    private static func attributes(_ text: Substring) -> [String: String] {
        var attributes: [String: String] = [:]
        var rest = text[...]
        while let start = rest.firstIndex(where: { !$0.isWhitespace && $0 != "/" }) {
            rest = rest[start...]
            let name = rest.prefix { !$0.isWhitespace && $0 != "=" && $0 != "/" }
            rest = rest.dropFirst(name.count)
            var value = ""
            if rest.hasPrefix("=\"") {
                let content = rest.dropFirst(2).prefix { $0 != "\"" }
                value = plain(content)
                rest = rest.dropFirst(content.count + 3)
            }
            attributes[String(name)] = value
        }
        return attributes
    }
}

extension WebPage: CustomStringConvertible {
    var description: String { "\(status) \(words)" }
}

extension WebPage {
    private static let void: Set<String> = ["input", "meta", "link", "br"]

    /// What keeps people from finding their way, and browsers from reading the page.
    var faults: [String] {
        balanceFaults + headingFaults + fieldFaults + idFaults + tableFaults
    }

    private var balanceFaults: [String] {
        var open: [String] = []
        for tag in tags where !tag.isAlone {
            guard tag.name.hasPrefix("/") else {
                open.append(tag.name)
                continue
            }
            guard open.popLast() == String(tag.name.dropFirst()) else {
                return ["<\(tag.name)> closes what is not open"]
            }
        }
        return open.map { "<\($0)> is not closed" }
    }

    private var headingFaults: [String] {
        let levels = tags.compactMap { tag in
            tag.name.count == 2 && tag.name.first == "h" ? tag.name.last?.wholeNumberValue : nil
        }
        var faults = levels.filter { $0 == 1 }.count == 1 ? [] : ["not one h1: \(levels)"]
        for (level, next) in zip(levels, levels.dropFirst()) where next > level + 1 {
            faults.append("h\(next) follows h\(level)")
        }
        return faults
    }

    private var fieldFaults: [String] {
        let labels = Set(tags.filter { $0.name == "label" }.compactMap { $0["for"] })
        var isInLabel = false
        var faults: [String] = []
        for tag in tags {
            if tag.name == "label" { isInLabel = true }
            if tag.name == "/label" { isInLabel = false }
            guard ["input", "select", "textarea"].contains(tag.name), tag["type"] != "hidden"
            else { continue }
            if !isInLabel, !labels.contains(tag["id"] ?? ""), tag["aria-label"] == nil {
                faults.append("\(tag.name) \(tag["name"] ?? "") has no label")
            }
        }
        return faults
    }

    private var idFaults: [String] {
        var ids: Set<String> = []
        var faults = tags.compactMap { $0["id"] }.filter { !ids.insert($0).inserted }
            .map { "the id \($0) is there twice" }
        for tag in tags {
            for name in ["aria-describedby", "aria-labelledby", "for"] {
                for id in (tag[name] ?? "").split(separator: " ") where !ids.contains(String(id)) {
                    faults.append("\(name) names \(id), which is not there")
                }
            }
        }
        return faults
    }

    private var tableFaults: [String] {
        tags.filter { $0.name == "th" && $0["scope"] == nil }.map { "th \($0.text) has no scope" }
    }
}
