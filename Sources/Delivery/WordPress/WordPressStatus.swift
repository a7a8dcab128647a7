import SCIM

/// What a site's plugin says of itself: the answer to `status`.
package struct WordPressStatus: Sendable {
    package let json: JSONObject

    package init(_ json: JSONObject) {
        self.json = json
    }

    /// A role of the main site.
    package struct Role: Sendable {
        package let name: String
        /// For people.
        package let title: String
        /// Whether the site lets Roster give it.
        package let isAllowed: Bool
    }

    /// WordPress has those with more rights first.
    package var roles: [Role] {
        (json["roles"]?.array ?? []).compactMap { role in
            guard let role = role.object, let name = role["role"]?.string else { return nil }
            return Role(
                name: name,
                title: role["name"]?.string ?? name,
                isAllowed: role["allowed"] == true
            )
        }
    }

    /// A site of a network.
    package struct Blog: Sendable {
        package let id: Int
        package let url: String
    }

    package var blogs: [Blog] {
        (json["sites"]?.array ?? []).compactMap { site in
            guard let site = site.object, let id = site["id"]?.integer else { return nil }
            return Blog(id: Int(id), url: site["url"]?.string ?? "")
        }
    }

    /// Why the site would not give what a rule says; `nil` where it would.
    package func refusal(of rule: RoleRule) -> String? {
        if let blog = rule.blog { return refusal(ofBlog: blog) }
        let allowed = roles.filter(\.isAllowed).map(\.name)
        if allowed.contains(rule.role) { return nil }
        return roles.contains { $0.name == rule.role }
            ? "\(rule.role) is a role that leads to more; the site gives it only where "
                + "ROSTER_ROLES in its wp-config.php names it"
            : "the site has no role \(rule.role); it gives \(allowed.joined(separator: ", "))"
    }

    private func refusal(ofBlog blog: Int) -> String? {
        let ids = blogs.map(\.id)
        if ids.contains(blog) { return nil }
        return ids.isEmpty
            ? "the site is no network, and has no site \(blog)"
            : "the network has no site \(blog); it has "
                + ids.map(String.init).joined(separator: ", ")
    }
}

/// A field of a site's accounts that can be mapped, by the name that people know it by.
package struct WordPressField: Sendable {
    /// As `WordPressTarget.text` has it.
    package let target: String
    package let label: String
    /// What the site has it from: `acf`, `buddypress`, `woocommerce`, `usermeta`.
    package let source: String
    /// Under which heading the site shows it; empty for none.
    package let group: String

    init?(_ json: JSON) {
        guard let field = json.object, let target = field["target"]?.string,
            (try? WordPressTarget(target)) != nil
        else { return nil }
        self.target = target
        label = field["label"]?.string ?? target
        source = field["source"]?.string ?? ""
        group = field["group"]?.string ?? ""
    }
}
