import Delivery
import Directory
import SCIM

/// `/mapping/edit`: what one field is made of.
struct MappingForm {
    private let chosen: ChosenSite
    private let fields: [WordPressField]
    private let problem: Problem?
    private let samples: MappingSamples

    init(_ chosen: ChosenSite) throws {
        self.chosen = chosen
        (fields, problem) = chosen.fields()
        samples = try MappingSamples(chosen, chosen.visit.query["sample"])
    }

    private var visit: Visit { chosen.visit }
    private var site: WordPressSite { chosen.site }

    /// Makes the page.
    ///
    /// - Parameters:
    ///   - typed: What the form is to have: of an address, or as it was sent.
    ///   - fault: What is wrong with it.
    /// - Returns: `nil` for a field that cannot be.
    /// - Throws: 503.
    func sheet(_ typed: Fields, _ fault: FormFault?) throws -> Sheet? {
        let isNew = typed["field"] == nil || typed.has("new") || typed["field"] == MappingEdit.other
        guard isNew || (try? WordPressTarget(typed["field"] ?? "")) != nil else { return nil }
        let target = isNew ? nil : typed["field"]
        let title: HTML = target.map { FieldTitles(fields).title($0) } ?? "Add a field"
        let was = SitePlan.fingerprint(MappingEdit.parts(site, target ?? ""))
        let content: HTML = """
            \(isNew ? choice(typed, fault) : hidden("field", target ?? ""))\
            \(source(typed, target, fault))\(samples.list("sent"))
            \(empty(typed, fault))
            \(column(typed, target))
            <p class="actions"><button class="primary">Show what would change</button> \
            <a href="\(visit.path(chosen.href("mapping")))">Cancel</a></p>
            """
        let form = chosen.form(
            Href("mapping", "preview"),
            classes: "card flow",
            [("was", was)] + (isNew ? [("new", "yes")] : []),
            content: content
        )
        return Sheet(
            isNew ? "Add a field" : "Change a field",
            .mapping,
            status: fault == nil ? 200 : 400,
            """
            <p class="soft"><a href="\(visit.path(chosen.href("mapping")))">Mapping</a></p>
            <h1>\(title)</h1>
            \(chosen.silence(problem, "Which fields it has is not known; write their names."))
            \(form)
            \(target.flatMap { removal($0, was) })
            """
        )
    }

    private func hidden(_ name: HTML, _ value: String) -> HTML {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">\n"
    }

    // MARK: The field

    /// Fields that nothing is mapped to, by what they are from.
    private func choice(_ typed: Fields, _ fault: FormFault?) -> HTML {
        let mapped = Set(site.mapping.entries.map(\.target.text))
        var groups: [(name: HTML, options: [(value: String, title: HTML)])] = []
        func add(_ group: HTML, _ value: String, _ title: HTML) {
            if mapped.contains(value) { return }
            if groups.last?.name.utf8 != group.utf8 { groups.append((group, [])) }
            groups[groups.count - 1].options.append((value, title))
        }
        for field in WordPressTarget.Field.allCases {
            add("Profile", field.rawValue, FieldTitles().title(field.rawValue))
        }
        for field in fields {
            add(FieldTitles.group(field) ?? "User meta", field.target, "\(field.label)")
        }
        add("Other", MappingEdit.other, "The field that is named below")
        let picked = typed["field"] ?? (fields.isEmpty ? MappingEdit.other : "")
        let options: [HTML] = groups.map { group in
            let options: [HTML] = group.options.map { option in
                let mark: HTML = option.value == picked ? " selected" : ""
                return "<option value=\"\(option.value)\"\(mark)>\(option.title)</option>"
            }
            return "<optgroup label=\"\(group.name)\">\(options)</optgroup>"
        }
        let error = fault?.field == "field" ? fault?.message : nil
        let invalid: HTML? = error == nil ? nil : " aria-invalid=\"true\""
        let described: HTML = error == nil ? "field-help" : "field-help field-error"
        let other = Field(
            "other",
            "Name of another field",
            value: typed["other"] ?? "",
            help: """
                A key of user meta, such as <code>department</code>, or <code>xprofile:City</code>. \
                It counts where “\("The field that is named below")” is chosen.
                """,
            error: fault?.field == "other" ? fault?.message : nil,
            attributes: "spellcheck=\"false\" autocapitalize=\"none\""
        )
        return """
            <div class="row">
            <label for="field">Field in WordPress</label>
            <p class="help" id="field-help">Fields of ACF, BuddyPress and WooCommerce are listed \
            where the site has them, user meta as far as its newest accounts have it.</p>
            <select id="field" name="field" aria-describedby="\(described)"\(invalid)>\(options)\
            </select>
            \(error.map { "<p class=\"error\" id=\"field-error\">\($0)</p>" as HTML })
            </div>
            \(other.html)
            """
    }

    // MARK: What it is made of

    private func source(_ typed: Fields, _ target: String?, _ fault: FormFault?) -> HTML {
        let now = site.mapping.entries.first { $0.target.text == target }?.expression.text
        let value = target.flatMap { samples.values?.values[$0]?.becomes }
        let example: HTML? = samples.person.flatMap { person in
            value.map { " \(person.name)’s value now: <b>\($0)</b>" }
        }
        return Field(
            "source",
            "Comes from",
            value: typed["source"] ?? now ?? "",
            help: """
                Choose what was really sent, or write an attribute, a text in quotes, or a function: \
                <code>lower(userName)</code>.\(example)
                """,
            error: fault?.field == "source" ? fault?.message : nil,
            attributes: "list=\"sent\" spellcheck=\"false\" autocapitalize=\"none\" required"
        ).html
    }

    private func empty(_ typed: Fields, _ fault: FormFault?) -> HTML {
        let isDefault = typed["empty"] == "default"
        let choices = Choices(
            "empty",
            "When it is empty",
            .one,
            [
                .init("clear", "Leave the field empty", isPicked: !isDefault),
                .init(
                    "default",
                    "Use another value",
                    "A second attribute, or a text in quotes.",
                    isPicked: isDefault
                ),
            ]
        )
        let field = Field(
            "fallback",
            "The other value",
            value: typed["fallback"] ?? "",
            error: fault?.field == "fallback" ? fault?.message : nil,
            attributes: "list=\"sent\" spellcheck=\"false\" autocapitalize=\"none\""
        )
        return "\(choices.html)\(field.html)"
    }

    /// Of usermeta alone the Users list can have a column.
    private func column(_ typed: Fields, _ target: String?) -> HTML? {
        guard target?.hasPrefix("meta:") ?? true else { return nil }
        let now = site.mapping.columns.first { "meta:\($0.key)" == target }
        let isColumn = typed.has("column") || now != nil && typed["action"] == nil
        let heading = Field(
            "heading",
            "The column’s heading",
            value: typed["heading"] ?? now?.label ?? "",
            help: "Without one it is the field’s name."
        )
        let box = Choices.Choice(
            "yes",
            "Show it in WordPress’s Users list",
            "For user meta and the fields of other plugins that are kept there.",
            isPicked: isColumn
        )
        return "\(Choices.box("column", .some, box))\(heading.html)"
    }

    // MARK: Taking it away

    private func removal(_ target: String, _ was: String) -> HTML? {
        guard
            site.mapping.entries.contains(where: { $0.target.text == target })
                || site.rows[target] != nil
        else { return nil }
        let isStandard = (try? WordPressTarget(target)).map { Mapping.standard[$0] != nil } ?? false
        var forms: [HTML] = []
        if site.mapping.entries.contains(where: { $0.target.text == target }) {
            forms.append(button(target, was, .unset, "Stop keeping it up to date"))
        }
        if isStandard, site.rows[target] != nil {
            forms.append(button(target, was, .standard, "Go back to the default"))
        }
        return HTML.card(
            """
            <h2>Or take it away</h2>
            <p class="soft">You see what that changes before it is saved.</p>
            <div class="actions">\(forms)</div>
            """
        )
    }

    private func button(
        _ target: String,
        _ was: String,
        _ action: MappingEdit.Action,
        _ word: HTML
    ) -> HTML {
        chosen.form(
            Href("mapping", "preview"),
            [("was", was), ("field", target), ("action", action.rawValue)],
            content: "<button>\(word)</button>"
        )
    }
}
