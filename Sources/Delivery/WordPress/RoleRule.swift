import Directory
import SCIM

/// Who is in a group has a role.
package struct RoleRule: Sendable, Equatable {
    /// The group's `displayName`, whatever the letters' case, or its id.
    package let group: String
    /// The role's name in WordPress, such as `editor`.
    package let role: String
    /// Of several rules for one site, the highest counts.
    package let priority: Int
    /// The site of a network; `nil` for the main site.
    package let blog: Int?

    package init(group: String, role: String, priority: Int = 0, blog: Int? = nil) {
        self.group = group
        self.role = role
        self.priority = priority
        self.blog = blog
    }

    func applies(to memberships: [Membership]) -> Bool {
        memberships.contains { membership in
            membership.group == group
                || membership.display.caseFolded.isIdenticalText(to: group.caseFolded)
        }
    }
}

extension [RoleRule] {
    func role(on blog: Int?, in memberships: [Membership]) -> String? {
        rule(on: blog, in: memberships)?.role
    }

    /// The rule that counts on a site: of those that apply the one with the highest priority, and
    /// of equals the first.
    package func rule(on blog: Int?, in memberships: [Membership]) -> RoleRule? {
        var best: RoleRule?
        for rule in self where rule.blog == blog && rule.applies(to: memberships) {
            if best.map({ $0.priority < rule.priority }) ?? true { best = rule }
        }
        return best
    }

    /// The rules for a site, the one first that counts before all others.
    package func ordered(on blog: Int?) -> [RoleRule] {
        let rules = enumerated().filter { $0.element.blog == blog }
        return rules.sorted { left, right in
            (right.element.priority, left.offset) < (left.element.priority, right.offset)
        }.map(\.element)
    }

    /// Lets the rules for a site be these, in their order.
    package mutating func order(_ rules: [RoleRule], on blog: Int?) {
        removeAll { $0.blog == blog }
        for (place, rule) in rules.enumerated() {
            append(
                RoleRule(
                    group: rule.group,
                    role: rule.role,
                    priority: rules.count - place,
                    blog: blog
                )
            )
        }
    }

    /// The sites of a network that rules name, in order.
    package var blogs: [Int] { Set(compactMap(\.blog)).sorted() }

    /// Every role that a rule gives on a site, each once.
    func roles(on blog: Int?) -> [String] {
        var roles: [String] = []
        for rule in self where rule.blog == blog && !roles.contains(rule.role) {
            roles.append(rule.role)
        }
        return roles
    }
}
