import Delivery
import Directory
import SCIM

/// `/roles`: which group gives which role.
struct RolePages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        guard path.isEmpty || path == ["edit"] else { return nil }
        guard let chosen = try ChosenSite(visit) else {
            return ChosenSite.missing(visit, "Roles", .roles)
        }
        if path.isEmpty { return .sheet(try RoleList(chosen).sheet()) }
        guard visit.mayChange else { return .sheet(.denied(visit)) }
        return try RoleForm(chosen).sheet(visit.query, nil).map { .sheet($0) }
    }

    func change(_ path: [String]) throws -> Reply? {
        guard path == ["preview"] || path == ["save"], let chosen = try ChosenSite(visit) else {
            return nil
        }
        let planner = SitePlanner(chosen, .roles)
        do {
            let edit = try RoleEdit(visit.form, chosen.site)
            if path == ["save"] { return try planner.make(edit.plan(chosen)) }
            if let rule = edit.rule, let refusal = chosen.status().status?.refusal(of: rule) {
                throw FormFault(field: "role", message: "\(refusal).")
            }
            return try planner.preview(edit.plan(chosen))
        } catch let fault as FormFault {
            return try RoleForm(chosen).sheet(visit.form, fault).map { .sheet($0) }
        }
    }
}

/// A change of one rule, as a form has it.
struct RoleEdit {
    enum Action: String {
        case set, remove, up, down
    }

    let action: Action
    /// The rule that is changed; `nil` for a new one.
    let old: RoleRule?
    /// What is to be; `nil` but for `set`.
    let rule: RoleRule?

    /// - Throws: `FormFault` for what cannot be; 409 where the rule is gone.
    init(_ form: Fields, _ site: WordPressSite) throws {
        action = form["action"].flatMap(Action.init(rawValue:)) ?? .set
        old = try form["old"].map { group in
            let blog = form["oldBlog"].flatMap { Int($0) }
            guard let found = site.rules.first(where: { $0.isAbout(group, on: blog) }) else {
                throw SCIMError(
                    status: 409,
                    detail: "somebody else has taken the rule for \(group) away meanwhile"
                )
            }
            return found
        }
        guard action == .set else {
            if old == nil { throw SCIMError.invalidValue("no rule is named") }
            rule = nil
            return
        }
        rule = try Self.rule(form)
        try checkIsOnly(site)
    }

    private static func rule(_ form: Fields) throws -> RoleRule {
        guard let group = form["group"] else {
            throw FormFault(field: "group", message: "Name a group.")
        }
        guard let role = form["role"] else {
            throw FormFault(field: "role", message: "Choose a role.")
        }
        let blog = form["blog"].map { Int($0) }
        if case .some(nil) = blog {
            throw FormFault(field: "blog", message: "A site of a network is named by its number.")
        }
        return RoleRule(group: group, role: role, blog: blog ?? nil)
    }

    private func checkIsOnly(_ site: WordPressSite) throws {
        guard let rule, old?.isAbout(rule.group, on: rule.blog) != true,
            site.rules.contains(where: { $0.isAbout(rule.group, on: rule.blog) })
        else { return }
        throw FormFault(field: "group", message: "The group has a rule already: change that one.")
    }

    private func apply(to site: inout WordPressSite) throws(SCIMError) {
        guard let blog = (old ?? rule).map(\.blog) else { return }
        var rules = site.rules.ordered(on: blog)
        let place = old.flatMap { old in rules.firstIndex { $0.isAbout(old.group, on: blog) } }
        if old != nil, place == nil { throw .invalidValue("the rule is not there any more") }
        switch (action, place) {
        case (.remove, let place?): rules.remove(at: place)
        case (.up, let place?) where place > 0: rules.swapAt(place, place - 1)
        case (.down, let place?) where place + 1 < rules.count: rules.swapAt(place, place + 1)
        case (.set, let place?): move(&rules, place, &site)
        case (.set, nil): rules += [rule].compactMap(\.self)
        default: break
        }
        site.rules.order(rules, on: blog)
    }

    /// Puts a changed rule into its place, or behind those of another site of a network.
    private func move(_ rules: inout [RoleRule], _ place: Int, _ site: inout WordPressSite) {
        guard let rule else { return }
        if rule.blog == old?.blog { return rules[place] = rule }
        rules.remove(at: place)
        site.rules.order(site.rules.ordered(on: rule.blog) + [rule], on: rule.blog)
    }

    func plan(_ chosen: ChosenSite) -> SitePlan {
        var values: [(name: HTML, value: String)] = [("action", action.rawValue)]
        var back = chosen.href("roles", "edit")
        if let old {
            values.append(("old", old.group))
            if let blog = old.blog { values.append(("oldBlog", String(blog))) }
            back = back.with("old", old.group).with("oldBlog", old.blog.map { String($0) })
        }
        if let rule {
            values += [("group", rule.group), ("role", rule.role)]
            if let blog = rule.blog { values.append(("blog", String(blog))) }
            back = back.with("group", rule.group).with("role", rule.role)
                .with("blog", rule.blog.map { String($0) })
        }
        return SitePlan(
            attribute: "roles",
            words: words(chosen),
            values: values,
            save: Href("roles", "save"),
            back: action == .set ? back : chosen.href("roles"),
            home: chosen.href("roles"),
            parts: Self.parts,
            apply: apply
        )
    }

    private func words(_ chosen: ChosenSite) -> HTML {
        switch action {
        case .set:
            let (group, role) = (rule?.group ?? "", rule?.role ?? "")
            let isFirst = !chosen.site.rules.contains { $0.role == role && $0.blog == rule?.blog }
            return """
                Whoever is in <b>\(chosen.visit.groupName(group))</b> would have the role \
                <b>\(role)</b>. \(isFirst
                    ? "Whoever has it now and is in no group of a rule for it loses it." as HTML
                    : nil)
                """
        case .remove:
            return """
                The rule for <b>\(chosen.visit.groupName(old?.group ?? ""))</b> would go, and what it \
                gave with it.
                """
        case .up, .down:
            return """
                The rule for <b>\(chosen.visit.groupName(old?.group ?? ""))</b> would change places \
                with its neighbour.
                """
        }
    }

    /// All rules, as people compare them: by their order they depend on each other.
    private static func parts(_ site: WordPressSite) -> [(name: HTML, value: String)] {
        let blogs: [Int?] = [nil] + site.rules.blogs
        var parts: [(name: HTML, value: String)] = []
        for blog in blogs {
            for (place, rule) in site.rules.ordered(on: blog).enumerated() {
                let name: HTML = blog.map { "Site \($0), rule \(place + 1)" } ?? "Rule \(place + 1)"
                parts.append((name, "\(rule.group): \(rule.role)"))
            }
        }
        return parts
    }
}

extension Visit {
    /// The group that a rule names, by name or id.
    func group(of rule: String, in store: any StoreReading) throws -> StoredResource? {
        if let found = try store.fetch(rule, type: .group, domain: "default", loading: []) {
            return found
        }
        let name = AttributePath(attribute: "displayName")
        let query = Query(
            type: .group,
            predicate: try Filter.comparison(name, .eq, .string(rule)).bound(to: .group),
            count: 1,
            domain: "default",
            links: directory.links
        )
        return try store.search(query).resources.first
    }

    /// What people call the group that a rule names.
    func groupName(_ rule: String) -> String {
        let found = try? read { store -> JSONObject? in
            try self.group(of: rule, in: store)?.record.document.object()
        }
        return found?["displayName"]?.string ?? rule
    }
}
