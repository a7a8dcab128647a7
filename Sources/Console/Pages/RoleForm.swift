import Delivery
import Directory
import SCIM

/// `/roles/edit`: a rule.
struct RoleForm {
    private let chosen: ChosenSite
    private let status: WordPressStatus?
    private let problem: Problem?

    /// So many groups are offered.
    private static let groupsMax = 200

    init(_ chosen: ChosenSite) {
        self.chosen = chosen
        (status, problem) = chosen.status()
    }

    private var visit: Visit { chosen.visit }

    /// Makes the page.
    ///
    /// - Parameters:
    ///   - typed: What the form is to have: of an address, or as it was sent.
    ///   - fault: What is wrong with it.
    /// - Returns: `nil` for a rule that there is not.
    /// - Throws: 503.
    func sheet(_ typed: Fields, _ fault: FormFault?) throws -> Sheet? {
        let oldBlog = typed["oldBlog"].flatMap { Int($0) }
        let old = typed["old"].flatMap { group in
            chosen.site.rules.first { $0.isAbout(group, on: oldBlog) }
        }
        if typed["old"] != nil, old == nil { return nil }
        let form = chosen.form(
            Href("roles", "preview"),
            classes: "card flow",
            identity(old),
            content: """
                \(try group(typed["group"] ?? old?.group, fault))\
                \(role(typed["role"] ?? old?.role, fault))\
                \(blog(typed["blog"] ?? old?.blog.map { String($0) }, fault))
                <p class="actions"><button class="primary">Show who would change</button> \
                <a href="\(visit.path(chosen.href("roles")))">Cancel</a></p>
                """
        )
        let title: HTML = old == nil ? "Add a rule" : "Change a rule"
        return Sheet(
            old == nil ? "Add a rule" : "Change a rule",
            .roles,
            status: fault == nil ? 200 : 400,
            """
            <p class="soft"><a href="\(visit.path(chosen.href("roles")))">Roles</a></p>
            <h1>\(title)</h1>
            \(chosen.silence(problem, "Which roles it gives is not known; write the role’s name."))
            \(form)
            """
        )
    }

    private func identity(_ old: RoleRule?) -> [(name: HTML, value: String)] {
        guard let old else { return [] }
        var identity: [(name: HTML, value: String)] = [("old", old.group)]
        if let blog = old.blog { identity.append(("oldBlog", String(blog))) }
        return identity
    }

    private func group(_ value: String?, _ fault: FormFault?) throws -> HTML {
        let names = try visit.read { store -> [String] in
            try store.names(of: .group, .first, limit: Self.groupsMax).compactMap { name in
                try store.fetch(name.id, type: .group, domain: "default", loading: [])?
                    .record.document.object()["displayName"]?.string
            }
        }
        let options: [HTML] = names.map { "<option value=\"\($0)\"></option>" }
        let field = Field(
            "group",
            "Group",
            value: value ?? "",
            help: """
                As the provider names it, or its id: a rule by id stays when the group is renamed. One \
                that has not been sent yet can be named too.
                """,
            error: fault?.field == "group" ? fault?.message : nil,
            attributes: "list=\"groups\" required"
        )
        return "\(field.html)<datalist id=\"groups\">\(options)</datalist>"
    }

    private func role(_ value: String?, _ fault: FormFault?) -> HTML {
        let error = fault?.field == "role" ? fault?.message : nil
        guard let status else {
            return Field(
                "role",
                "Role",
                value: value ?? "",
                help: "WordPress’s own name for it: <code>editor</code>.",
                error: error,
                attributes: "spellcheck=\"false\" autocapitalize=\"none\" required"
            ).html
        }
        var choices = status.roles.filter(\.isAllowed).map { role -> (value: String, title: HTML) in
            (role.name, "\(role.title)")
        }
        if let value, !choices.contains(where: { $0.value == value }) {
            choices.append((value, "\(value), which the site does not give"))
        }
        return Field(
            "role",
            "Role",
            .choice(choices),
            value: value ?? "",
            help: """
                Only roles that the site gives. Those that lead to more rights are among them where \
                <code>ROSTER_ROLES</code> in its wp-config.php names them.
                """,
            error: error
        ).html
    }

    /// On a network the site where the role is given.
    private func blog(_ value: String?, _ fault: FormFault?) -> HTML? {
        let blogs = status?.blogs ?? []
        if blogs.isEmpty, value == nil { return nil }
        var choices: [(value: String, title: HTML)] = [("", "The main site, \(chosen.site.host)")]
        choices += blogs.map { (String($0.id), "\($0.url)") }
        if let value, !choices.contains(where: { $0.value == value }) {
            choices.append((value, "Site \(value)"))
        }
        return Field(
            "blog",
            "On",
            .choice(choices),
            value: value ?? "",
            help: "Whoever is in the group becomes a member of the site that is chosen.",
            error: fault?.field == "blog" ? fault?.message : nil
        ).html
    }
}
