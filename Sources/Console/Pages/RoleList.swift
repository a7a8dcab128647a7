import Delivery
import Directory
import SCIM

/// `/roles`: which rule gives what to how many, and which counts for somebody.
struct RoleList {
    private let chosen: ChosenSite
    private let status: WordPressStatus?
    private let problem: Problem?

    /// Larger groups are not counted for a list.
    private static let countedMax = 5_000

    init(_ chosen: ChosenSite) {
        self.chosen = chosen
        (status, problem) = chosen.status()
    }

    private var visit: Visit { chosen.visit }
    private var site: WordPressSite { chosen.site }
    private var blogs: [Int?] { [nil] + site.rules.blogs }

    func sheet() throws -> Sheet {
        Sheet(
            "Roles",
            .roles,
            """
            <h1>Roles</h1>
            <p>Who is in the group gets the role. Is somebody in several, the rule further up counts. \
            A role that a rule gives is kept to its groups; roles that no rule gives are never \
            touched.</p>
            \(Notice(visit)?.banner)
            \(chosen.tabs(.roles))
            \(chosen.silence(problem, "Which roles it gives is not known."))
            \(site.rules.compactMap(refusal))
            \(HTML.card(labelled: "Rules", "\(try table())\(add())"))
            \(try who())
            """
        )
    }

    private func refusal(_ rule: RoleRule) -> HTML? {
        status?.refusal(of: rule).map { refusal in
            Mood.bad.banner(
                "\(rule.role) cannot be given",
                """
                Everybody in \(visit.groupName(rule.group)) waits for it: \(refusal).
                """
            )
        }
    }

    // MARK: Rules

    private func table() throws -> HTML {
        var table = Listing(
            caption: "Rules, the first that fits counts",
            columns: [
                .init("Group"), .init("Role"), .init("On"), .init("Members"), .init("Order"),
                .actions,
            ]
        )
        table.rows = try visit.read { store in
            try blogs.flatMap { blog -> [Listing.Row] in
                let rules = site.rules.ordered(on: blog)
                return try rules.enumerated().map { place, rule in
                    .cells(try row(rule, place, of: rules.count, in: store))
                }
            }
        }
        let role = (status?.json["defaultRole"]?.string).map(title)
        table.rows.append(
            .cells([
                "Everybody else",
                "\(role ?? "The site’s default")<small>the site’s default</small>",
                "\(site.host)", "", "<span class=\"soft\">Always last</span>", "",
            ])
        )
        return table.html
    }

    private func row(
        _ rule: RoleRule,
        _ place: Int,
        of count: Int,
        in store: any StoreReading
    ) throws -> [HTML] {
        let group = try visit.group(of: rule.group, in: store)
        let name = try group?.record.document.object()["displayName"]?.string ?? rule.group
        let isAllowed = status.map { $0.refusal(of: rule) == nil } ?? true
        let note: HTML? = isAllowed ? nil : "<small>not allowed</small>"
        return [
            group.map { "<a href=\"\(visit.path(Href("groups", $0.id)))\">\(name)</a>" }
                ?? "\(name)<small>not sent yet</small>",
            "\(title(rule.role))\(note)",
            rule.blog.map { blogName($0) } ?? "\(site.host)",
            try group.map { try members($0, in: store) } ?? "–",
            moves(rule, name, place, count),
            visit.mayChange ? links(rule, name) : "",
        ]
    }

    private func members(_ group: StoredResource, in store: any StoreReading) throws -> HTML {
        let count = try store.membersCount(of: group.key, atMost: Self.countedMax + 1)
        return count > Self.countedMax
            ? "over \(HTML.number(Self.countedMax))"
            : "<span class=\"num\">\(HTML.number(count))</span>"
    }

    private func title(_ role: String) -> String {
        status?.roles.first { $0.name == role }?.title ?? role
    }

    private func blogName(_ id: Int) -> HTML {
        status?.blogs.first { $0.id == id }.map { "\($0.url)" } ?? "site \(id)"
    }

    private func moves(_ rule: RoleRule, _ name: String, _ place: Int, _ count: Int) -> HTML {
        guard visit.mayChange else { return "\(place + 1)" }
        let up = place > 0 ? button(rule, name, "up", "Move up") : nil
        let down = place + 1 < count ? button(rule, name, "down", "Move down") : nil
        return "\(up)\(down)"
    }

    private func button(
        _ rule: RoleRule,
        _ name: String,
        _ action: String,
        _ word: HTML
    ) -> HTML {
        var values: [(name: HTML, value: String)] = [("action", action), ("old", rule.group)]
        if let blog = rule.blog { values.append(("oldBlog", String(blog))) }
        return chosen.form(
            Href("roles", "preview"),
            values,
            content: """
                <button class="link">\(word)<span class="hide"> \(name)</span></button>
                """
        )
    }

    private func links(_ rule: RoleRule, _ name: String) -> HTML {
        let href = chosen.href("roles", "edit").with("old", rule.group)
            .with("oldBlog", rule.blog.map { String($0) })
        let remove = button(rule, name, "remove", "Remove")
        return """
            <a href="\(visit.path(href))">Change<span class="hide"> \(name)</span></a> \(remove)
            """
    }

    private func add() -> HTML? {
        guard visit.mayChange else { return nil }
        let path = visit.path(chosen.href("roles", "edit"))
        return "<p><a class=\"button\" href=\"\(path)\">Add a rule</a></p>"
    }

    // MARK: One person

    private func who() throws -> HTML {
        let typed = visit.query["who"]
        let field = Field(
            "who",
            "Person",
            value: typed ?? "",
            help: "A user name, an e-mail address."
        )
        let hidden: HTML? =
            chosen.tabs(.roles) == nil
            ? nil : "<input type=\"hidden\" name=\"site\" value=\"\(chosen.receiver.name)\">"
        return HTML.card(
            """
            <h2>Who would have which role?</h2>
            <form method="get" action="\(visit.path(Href("roles")))" class="flow">\(hidden)\
            \(field.html)<p><button>Show</button></p></form>
            \(try typed.map(answer))
            """
        )
    }

    private func answer(_ typed: String) throws -> HTML {
        guard let person = try visit.person(typed) else {
            return "<p>Nobody is called “\(typed)”.</p>"
        }
        let memberships = try visit.read { try $0.allMemberships(of: person.stored.key) }
        let sentences = blogs.map { blog -> HTML in
            let place: HTML = blog.map { blogName($0) } ?? "\(site.host)"
            guard let rule = site.rules.rule(on: blog, in: memberships) else {
                return "<p>On \(place) no rule is about <b>\(person.name)</b>.</p>"
            }
            let others = site.rules.ordered(on: blog).filter { other in
                other != rule && [other].rule(on: blog, in: memberships) != nil
            }
            let rest: HTML? =
                others.isEmpty
                ? nil
                : """
                Rules further down are passed over: \
                \(others.map { "\(visit.groupName($0.group)) (\(title($0.role)))" }
                    .joined(separator: ", ")).
                """
            return """
                <p><b>\(title(rule.role))</b> on \(place) for \(person.name), from the group \
                \(visit.groupName(rule.group)). \(rest)</p>
                """
        }
        return "\(sentences)"
    }
}
