import Delivery
import Directory
import SCIM

/// `/mapping`: where each thing goes, with which value for somebody real, and what is not used.
struct MappingList {
    private let chosen: ChosenSite
    private let samples: MappingSamples
    private let titles: FieldTitles

    init(_ chosen: ChosenSite) throws {
        self.chosen = chosen
        samples = try MappingSamples(chosen, chosen.visit.query["sample"])
        titles = FieldTitles(chosen.fieldsOfMapping)
    }

    private var visit: Visit { chosen.visit }

    func sheet() -> Sheet {
        Sheet(
            "Mapping",
            .mapping,
            """
            <h1>Mapping</h1>
            <p>What the provider sends, and the field in WordPress where it goes. What the provider \
            clears is cleared; what is not in the list is never touched.</p>
            \(Notice(visit)?.banner)
            \(chosen.tabs(.mapping))
            \(sampleForm())
            \(HTML.card(labelled: "Fields", "\(table())\(add())"))
            \(unused())
            """
        )
    }

    private func sampleForm() -> HTML {
        let typed = visit.query["sample"]
        let site: HTML? =
            chosen.tabs(.mapping) == nil
            ? nil : "<input type=\"hidden\" name=\"site\" value=\"\(chosen.receiver.name)\">"
        let isFound = typed == nil || typed.map { $0 == samples.person?.id } == true
        let person = samples.person.map { person -> HTML in
            """
            <span class="soft">\(isFound ? nil : "Shown: ")<a \
            href="\(visit.path(Href("users", person.id)))">\(person.name)</a></span>
            """
        }
        return """
            <form method="get" action="\(visit.path(Href("mapping")))" class="actions">\(site)\
            <label for="sample">Show the values of</label> <input id="sample" name="sample" \
            value="\(typed ?? samples.person?.userName ?? "")" class="short"> <button>Show</button> \
            \(person)</form>

            """
    }

    // MARK: Fields

    private func table() -> HTML {
        var table = Listing(
            caption: "Fields that Roster keeps up to date",
            columns: [
                .init("Field in WordPress", label: "Field"), .init("Comes from", label: "From"),
                .init("Sent"), .init("Becomes"), .init("Set by"), .actions,
            ]
        )
        table.rows = chosen.site.mapping.entries.map { .cells(row($0)) }
        return table.html
    }

    private func row(_ entry: Mapping.Entry) -> [HTML] {
        let target = entry.target.text
        let value = samples.values?.values[target]
        let title = titles.title(target)
        let column = chosen.site.mapping.columns.contains { "meta:\($0.key)" == target }
        let notes: [HTML] =
            [titles.origin(target), column ? "shown in the Users list" : nil].compactMap(\.self)
        let isOwn = chosen.site.rows[target] != nil
        return [
            "\(title)\(notes.isEmpty ? nil : "<small>\(notes.joined(", "))</small>" as HTML)",
            "<code>\(entry.expression.text)</code>",
            sent(value, entry),
            value?.becomes.map { "\($0)" } ?? "<span class=\"soft\">Stays empty</span>",
            isOwn ? Mood.wait.badge("You") : "<span class=\"soft\">Default</span>",
            visit.mayChange
                ? link(chosen.href("mapping", "edit").with("field", target), "Change", title)
                : "",
        ]
    }

    private func link(_ href: Href, _ word: HTML, _ rest: HTML) -> HTML {
        "<a href=\"\(visit.path(href))\">\(word)<span class=\"hide\"> \(rest)</span></a>"
    }

    private func sent(_ value: MappingSample.Value?, _ entry: Mapping.Entry) -> HTML {
        guard let value else { return "–" }
        if !value.sent.isEmpty { return "\(value.sent.joined(separator: ", "))" }
        if entry.expression.references.isEmpty {
            return "<span class=\"soft\">Always the same</span>"
        }
        let isSent = samples.sent.attributes.contains { attribute in
            entry.expression.references.contains { attribute.isOf($0) }
        }
        return isSent || entry.expression.readsElsewhere
            ? "<span class=\"soft\">Nothing</span>" : Mood.warn.badge("Never sent")
    }

    private func add() -> HTML? {
        guard visit.mayChange else { return nil }
        let path = visit.path(chosen.href("mapping", "edit"))
        return "<p><a class=\"button\" href=\"\(path)\">Add a field</a></p>"
    }

    // MARK: What is sent

    private static let unusedMax = 30

    private func unused() -> HTML {
        let unused = samples.sent.attributes.filter { !$0.isUsed }.prefix(Self.unusedMax)
        let users = samples.sent.users
        var table = Listing(
            caption: "Attributes without a field",
            isCaptionHidden: true,
            columns: [
                .init("Attribute"),
                .init("People, of the \(HTML.number(users)) newest", label: "People"),
                .init("For example", label: "Example"), .actions,
            ]
        )
        table.rows = unused.map { attribute in
            let href = chosen.href("mapping", "edit").with("source", attribute.path)
            return .cells([
                "<code>\(attribute.path)</code>",
                "<span class=\"num\">\(HTML.number(attribute.count))</span>",
                "\(attribute.example)",
                visit.mayChange ? link(href, "Use", "\(attribute.path)") : "",
            ])
        }
        let text: HTML =
            users == 0
            ? "Nobody is in the directory yet. What a provider sends is listed here then."
            : unused.isEmpty
                ? "All that the \(HTML.number(users)) newest people have is used."
                : """
                The \(HTML.number(users)) newest people also have these. Nothing is lost; you can use \
                them at any time.
                """
        return HTML.card(
            """
            <h2>Sent, and not used</h2>
            <p class="soft">\(text)</p>
            \(unused.isEmpty ? nil : table.html)
            """
        )
    }
}

extension SentAttributes.Attribute {
    /// Whether it is a value of an attribute, whatever its kind.
    fileprivate func isOf(_ reference: AttributeReference) -> Bool {
        (try? Expression(path))?.references.contains { $0.name == reference.name } ?? false
    }
}

extension Expression {
    /// Whether it is made of what is not kept with the user.
    fileprivate var readsElsewhere: Bool {
        references.contains { $0.attribute?.name == "groups" || $0.attribute?.isReference == true }
    }
}
