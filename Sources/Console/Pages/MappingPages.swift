import Delivery
import Directory
import SCIM

/// `/mapping`: where attributes go.
struct MappingPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        guard path.isEmpty || path == ["edit"] else { return nil }
        guard let chosen = try ChosenSite(visit) else {
            return ChosenSite.missing(visit, "Mapping", .mapping)
        }
        if path.isEmpty { return .sheet(try MappingList(chosen).sheet()) }
        guard visit.mayChange else { return .sheet(.denied(visit)) }
        return try MappingForm(chosen).sheet(visit.query, nil).map { .sheet($0) }
    }

    func change(_ path: [String]) throws -> Reply? {
        guard path == ["preview"] || path == ["save"], let chosen = try ChosenSite(visit) else {
            return nil
        }
        let planner = SitePlanner(chosen, .mapping)
        do {
            let edit = try MappingEdit(visit.form)
            if path == ["save"] { return try planner.make(edit.plan(chosen)) }
            try edit.checkIsNew(visit.form, chosen.site)
            return try planner.preview(edit.plan(chosen))
        } catch let fault as FormFault {
            return try MappingForm(chosen).sheet(visit.form, fault).map { .sheet($0) }
        }
    }
}

/// A change of one row of a mapping, as a form has it.
struct MappingEdit {
    enum Action: String {
        case set
        /// Nothing is mapped to the field.
        case unset
        /// What was set is taken back.
        case standard
    }

    let action: Action
    let target: String
    /// Empty but for `set`.
    let expression: String
    /// Of the column in the site's Users list.
    let heading: String?

    /// - Throws: `FormFault` for what cannot be.
    init(_ form: Fields) throws {
        action = form["action"].flatMap(Action.init(rawValue:)) ?? .set
        target = try Self.target(form)
        guard action == .set else {
            (expression, heading) = ("", nil)
            return
        }
        expression = try Self.expression(form)
        let isColumn = form.has("column") && target.hasPrefix("meta:")
        heading = isColumn ? form["heading"] ?? String(target.dropFirst(5)) : nil
    }

    private static func target(_ form: Fields) throws -> String {
        guard var text = form["field"] else {
            throw FormFault(field: "field", message: "Choose a field.")
        }
        let isTyped = text == other
        if isTyped {
            guard let typed = form["other"] else {
                throw FormFault(field: "other", message: "Write the name of the field.")
            }
            let isWhole = typed.hasPrefix("meta:") || typed.hasPrefix("xprofile:")
            text = isWhole ? typed : "meta:\(typed)"
        }
        do throws(WordPressTarget.Refusal) {
            return try WordPressTarget(text).text
        } catch {
            throw FormFault(field: isTyped ? "other" : "field", message: "\(error.message).")
        }
    }

    /// The choice of a field that the site does not name.
    static let other = "other"

    private static func expression(_ form: Fields) throws -> String {
        let source = try checked("source", form["source"])
        guard form["empty"] == "default" else { return source }
        return "first(\(source), \(try checked("fallback", form["fallback"])))"
    }

    private static func checked(_ field: String, _ text: String?) throws -> String {
        guard let text else {
            throw FormFault(field: field, message: "Say where it comes from.")
        }
        do throws(ExpressionError) {
            return try Expression(text).text
        } catch {
            let message = "That cannot be read, at character \(error.offset + 1): \(error.message)."
            throw FormFault(field: field, message: message)
        }
    }

    /// - Throws: `FormFault` for a new row of a field that has one.
    func checkIsNew(_ form: Fields, _ site: WordPressSite) throws {
        guard form.has("new"), site.mapping.entries.contains(where: { $0.target.text == target })
        else { return }
        throw FormFault(
            field: form["field"] == Self.other ? "other" : "field",
            message: "That field is in the list already: change it there."
        )
    }

    private func apply(to site: inout WordPressSite) throws(SCIMError) {
        switch action {
        case .set: try site.map(target, to: expression, column: heading)
        case .unset: try site.unmap(target)
        case .standard: try site.mapAsStandard(target)
        }
    }

    func plan(_ chosen: ChosenSite) -> SitePlan {
        var values: [(name: HTML, value: String)] = [
            ("action", action.rawValue), ("field", target), ("source", expression),
        ]
        if let heading { values += [("column", "yes"), ("heading", heading)] }
        let title = FieldTitles(chosen.fieldsOfMapping).title(target)
        let words: HTML =
            switch action {
            case .set: "<code>\(expression)</code> would go to the field <b>\(title)</b>."
            case .unset:
                "Nothing would go to the field <b>\(title)</b> any more. What is there stays."
            case .standard: "The field <b>\(title)</b> would be made as it is without a setting."
            }
        return SitePlan(
            attribute: "mapping.\(target)",
            words: words,
            field: target,
            values: values,
            save: Href("mapping", "save"),
            back: chosen.href("mapping", "edit").with("field", target)
                .with("source", expression).with("column", heading == nil ? nil : "yes")
                .with("heading", heading),
            home: chosen.href("mapping"),
            parts: { Self.parts($0, target) },
            apply: apply
        )
    }

    /// A row as people compare it.
    static func parts(_ site: WordPressSite, _ target: String) -> [(name: HTML, value: String)] {
        let entry = site.mapping.entries.first { $0.target.text == target }
        let column = site.mapping.columns.first { "meta:\($0.key)" == target }
        return [
            ("Comes from", entry?.expression.text ?? SitePlan.nothing),
            ("Column in the Users list", column?.label ?? SitePlan.nothing),
        ]
    }
}

extension ChosenSite {
    /// The fields that the site names, where its mapping has any beside those of all sites.
    var fieldsOfMapping: [WordPressField] {
        let isPlain = site.mapping.entries.allSatisfy { entry in
            if case .field = entry.target { true } else { false }
        }
        return isPlain ? [] : fields().fields
    }
}
