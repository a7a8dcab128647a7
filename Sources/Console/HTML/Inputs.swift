/// A field of a form, with its label, its help and what is wrong with it.
struct Field {
    enum Kind {
        case text
        case search
        case date
        case number
        case password
        case area
        /// One of several: the values, and what is shown for each.
        case choice([(value: String, title: HTML)])
    }

    /// Its name and its id.
    let name: HTML
    let label: HTML
    var kind = Kind.text
    var value = ""
    var help: HTML?
    var error: String?
    /// The id of a text elsewhere that explains it.
    var explanation: HTML?
    /// More attributes, such as `required`.
    var attributes: HTML = ""
    /// `long` for two columns of a row of filters.
    var classes: HTML = ""

    init(
        _ name: HTML,
        _ label: HTML,
        _ kind: Kind = .text,
        value: String = "",
        help: HTML? = nil,
        error: String? = nil,
        explanation: HTML? = nil,
        attributes: HTML = "",
        classes: HTML = ""
    ) {
        self.name = name
        self.label = label
        self.kind = kind
        self.value = value
        self.help = help
        self.error = error
        self.explanation = explanation
        self.attributes = attributes
        self.classes = classes
    }

    var html: HTML {
        """
        <div class="\(classes.utf8.isEmpty ? "row" : "row \(classes)" as HTML)">
        <label for="\(name)">\(label)</label>
        \(help.map { "<p class=\"help\" id=\"\(name)-help\">\($0)</p>\n" })\(input)\
        \(error.map { "\n<p class=\"error\" id=\"\(name)-error\">\($0)</p>" as HTML })
        </div>

        """
    }

    private var input: HTML {
        switch kind {
        case .text: single("text")
        case .search: single("search")
        case .date: single("date")
        case .number: single("text\" inputmode=\"numeric")
        case .password: single("password")
        case .area:
            "<textarea id=\"\(name)\" name=\"\(name)\" rows=\"4\"\(described) \(attributes)>\(value)</textarea>"
        case .choice(let choices):
            """
            <select id="\(name)" name="\(name)"\(described) \(attributes)>\
            \(choices.map { option($0.value, $0.title) })</select>
            """
        }
    }

    private func single(_ type: HTML) -> HTML {
        """
        <input id="\(name)" name="\(name)" type="\(type)" value="\(value)"\(described) \(attributes)>
        """
    }

    private func option(_ value: String, _ title: HTML) -> HTML {
        let mark: HTML = value == self.value ? " selected" : ""
        return "<option value=\"\(value)\"\(mark)>\(title)</option>"
    }

    private var described: HTML {
        var ids: [HTML] = []
        if help != nil { ids.append("\(name)-help") }
        if let explanation { ids.append(explanation) }
        if error != nil { ids.append("\(name)-error") }
        let invalid: HTML = error == nil ? "" : " aria-invalid=\"true\""
        return ids.isEmpty ? invalid : " aria-describedby=\"\(ids.joined(" "))\"\(invalid)"
    }
}

/// Several answers of which one, or some, are picked.
struct Choices {
    enum Kind {
        case one
        case some
    }

    struct Choice {
        let value: String
        let title: HTML
        /// What follows from it.
        var consequence: HTML?
        var isPicked: Bool

        init(_ value: String, _ title: HTML, _ consequence: HTML? = nil, isPicked: Bool) {
            self.value = value
            self.title = title
            self.consequence = consequence
            self.isPicked = isPicked
        }
    }

    let name: HTML
    let legend: HTML
    let kind: Kind
    let choices: [Choice]

    init(_ name: HTML, _ legend: HTML, _ kind: Kind = .one, _ choices: [Choice]) {
        self.name = name
        self.legend = legend
        self.kind = kind
        self.choices = choices
    }

    var html: HTML {
        """
        <fieldset>
        <legend>\(legend)</legend>
        \(choices.map { Self.box(name, kind, $0) })</fieldset>

        """
    }

    /// One box by itself.
    static func box(_ name: HTML, _ kind: Kind, _ choice: Choice) -> HTML {
        let type: HTML = kind == .one ? "radio" : "checkbox"
        let mark: HTML = choice.isPicked ? " checked" : ""
        return """
            <label class="check"><input type="\(type)" name="\(name)" value="\(choice.value)"\
            \(mark)><span><b>\(choice.title)</b>\(choice.consequence.map { "<small>\($0)</small>" })\
            </span></label>

            """
    }
}
