/// A state, shown by colour, sign and word.
enum Mood: Sendable {
    case good, warn, bad, wait, off

    var name: HTML {
        switch self {
        case .good: "good"
        case .warn: "warn"
        case .bad: "bad"
        case .wait: "wait"
        case .off: "off"
        }
    }

    var icon: HTML {
        switch self {
        case .good: Icon.good
        case .warn: Icon.warn
        case .bad: Icon.bad
        case .wait: Icon.wait
        case .off: Icon.off
        }
    }

    /// A word with the state's sign.
    func badge(_ text: HTML) -> HTML {
        "<span class=\"badge \(name)\">\(icon)\(text)</span>"
    }

    /// What is wrong, what it means, and what to do about it.
    ///
    /// - Parameters:
    ///   - heading: A sentence without its full stop.
    ///   - text: Sentences.
    ///   - actions: Buttons and links; `nil` for none.
    ///   - role: `alert` or `status`, where it answers what the reader has just done.
    /// - Returns: A banner.
    func banner(_ heading: HTML, _ text: HTML, actions: HTML? = nil, role: HTML? = nil) -> HTML {
        """
        <div class="banner \(name)"\(role.map { " role=\"\($0)\"" })>
        \(icon)
        <h2>\(heading)</h2>
        <p>\(text)</p>
        \(actions.map { "<p class=\"actions\">\($0)</p>" })
        </div>

        """
    }
}

/// A station on the way of a change.
struct Station {
    let mood: Mood
    let name: HTML
    let text: HTML

    /// The way, from left to right.
    static func way(_ label: HTML, _ stations: [Station]) -> HTML {
        let items: [HTML] = stations.map { station in
            """
            <li class="\(station.mood.name)">\(station.mood.icon)<b>\(station.name)</b>\
            <small>\(station.text)</small></li>

            """
        }
        return "<ol class=\"path\" aria-label=\"\(label)\">\(items)</ol>"
    }
}

/// A table whose rows become cards on a phone.
struct Listing {
    struct Column {
        let title: HTML
        /// Before the value, on a phone; a short word.
        let label: HTML
        let classes: HTML

        init(_ title: HTML, label: HTML? = nil, classes: HTML = "") {
            self.title = title
            self.label = label ?? title
            self.classes = classes
        }

        /// Of numbers.
        static func right(_ title: HTML, label: HTML? = nil) -> Column {
            Column(title, label: label, classes: "right num")
        }

        /// Of buttons and links.
        static let actions = Column("", label: "")
    }

    enum Row {
        /// The first cell names the row.
        case cells([HTML])
        /// A heading over the rows that follow.
        case heading(HTML)
    }

    let caption: HTML
    /// Whether the caption is for screen readers only.
    var isCaptionHidden = false
    let columns: [Column]
    var rows: [Row] = []

    var html: HTML {
        let captionClass: HTML = isCaptionHidden ? " class=\"hide\"" : ""
        return """
            <table class="stack">
            <caption\(captionClass)>\(caption)</caption>
            <thead><tr>\(columns.map(Self.head))</tr></thead>
            <tbody>
            \(rows.map(row))</tbody>
            </table>

            """
    }

    private static func head(_ column: Column) -> HTML {
        column.title.utf8.isEmpty
            ? "<td></td>" : "<th scope=\"col\"\(HTML.classes(column.classes))>\(column.title)</th>"
    }

    private func row(_ row: Row) -> HTML {
        switch row {
        case .heading(let text):
            return """
                <tr class="day"><th colspan="\(columns.count)" scope="rowgroup">\(text)</th></tr>

                """
        case .cells(let cells):
            let rest: [HTML] = zip(columns, cells).dropFirst().map { column, cell in
                column.label.utf8.isEmpty
                    ? "<td>\(cell)</td>"
                    : "<td data-label=\"\(column.label)\"\(HTML.classes(column.classes))>\(cell)</td>"
            }
            return "<tr><th scope=\"row\">\(cells.first)</th>\(rest)</tr>\n"
        }
    }
}

extension HTML {
    /// The attribute; nothing where there are none.
    static func classes(_ names: HTML) -> HTML? {
        names.utf8.isEmpty ? nil : " class=\"\(names)\""
    }

    /// A box of a page.
    static func card(_ content: HTML, id: HTML? = nil) -> HTML {
        "<section class=\"card\"\(id.map { " id=\"\($0)\"" })>\n\(content)\n</section>\n"
    }

    /// A box of a page that has no heading of its own.
    static func card(labelled label: HTML, _ content: HTML) -> HTML {
        "<section class=\"card\" aria-label=\"\(label)\">\n\(content)\n</section>\n"
    }

    /// Names with values.
    static func facts(_ facts: [(name: HTML, value: HTML)]) -> HTML {
        let items: [HTML] = facts.map { "<dt>\($0.name)</dt><dd>\($0.value)</dd>\n" }
        return "<dl class=\"facts\">\n\(items)</dl>"
    }

    /// Figures, each with its word.
    static func stats(_ stats: [(name: HTML, value: HTML)]) -> HTML {
        let items: [HTML] = stats.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>\n" }
        return "<dl class=\"stats\">\n\(items)</dl>"
    }

    /// Several views of one list.
    static func tabs(_ label: HTML, _ tabs: [(title: HTML, path: String, isCurrent: Bool)]) -> HTML
    {
        let items: [HTML] = tabs.map { tab in
            let mark: HTML = tab.isCurrent ? " aria-current=\"true\"" : ""
            return "<li><a href=\"\(tab.path)\"\(mark)>\(tab.title)</a></li>\n"
        }
        return "<ul class=\"tabs\" aria-label=\"\(label)\">\n\(items)</ul>\n"
    }

    /// The filters in use: each link leads to the page without it.
    static func chips(_ chips: [(text: HTML, pathWithout: String)]) -> HTML? {
        if chips.isEmpty { return nil }
        let items: [HTML] = chips.map { chip in
            """
            <li><a href="\(chip.pathWithout)">\(chip.text) <span aria-hidden="true">×</span>\
            <span class="hide"> remove this filter</span></a></li>

            """
        }
        return "<ul class=\"chips\" aria-label=\"Filters in use\">\n\(items)</ul>\n"
    }

    /// JSON or another text as it is.
    static func code(_ label: HTML, _ text: String) -> HTML {
        "<pre tabindex=\"0\" role=\"region\" aria-label=\"\(label)\"><code>\(text)</code></pre>"
    }

    /// What to read only when it is wanted; never a fault.
    static func details(_ summary: HTML, _ content: HTML) -> HTML {
        "<details>\n<summary>\(summary)</summary>\n\(content)\n</details>\n"
    }

    /// A value to copy.
    static func value(_ id: HTML, _ label: HTML, _ value: String, help: HTML? = nil) -> HTML {
        """
        <div class="row">
        <label for="\(id)">\(label)</label>
        <div class="value">
        <input id="\(id)" value="\(value)" readonly spellcheck="false"\
        \(help.map { _ in " aria-describedby=\"\(id)-help\"" })>
        <button type="button" data-copy="\(id)" hidden>Copy<span class="hide"> \(label)</span>\
        </button>
        </div>
        \(help.map { "<p class=\"help\" id=\"\(id)-help\">\($0)</p>" })
        </div>

        """
    }
}

/// An entry of a history.
struct Event {
    let mood: Mood
    let text: HTML
    let note: HTML

    static func timeline(_ events: [Event]) -> HTML {
        let items: [HTML] = events.map { event in
            """
            <li class="\(event.mood.name)"><p>\(event.text)</p><p class="soft">\(event.note)</p></li>

            """
        }
        return "<ol class=\"timeline\">\n\(items)</ol>"
    }
}
