import ArgumentParser
import Delivery
import Directory
import SCIM

struct RoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "role",
        abstract: "Set which groups give which roles.",
        subcommands: [List.self, Set.self, Unset.self]
    )

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the rules.")

        @OptionGroup var options: SiteOptions

        func run() throws {
            var table = Table(columns: ["group", "role", "priority", "blog"])
            table.rows = try options.open().site.rules.map { rule in
                [
                    .string(rule.group), .string(rule.role), .integer(Int64(rule.priority)),
                    rule.blog.map { .integer(Int64($0)) } ?? .null,
                ]
            }
            table.show(as: options.form)
        }
    }

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a role to whoever is in a group, and send them.",
            discussion: """
                A rule manages its role: whoever is not in the group loses it. Roles that no rule \
                names are left alone.
                """
        )

        @Argument(help: "The group's displayName, or its id.")
        var group: String

        @Argument(help: "The role's name in WordPress, such as editor.")
        var role: String

        @Option(help: "Of several rules that apply, the highest counts.")
        var priority = 0

        @Option(help: "The number of a network's site. Default: the main site.")
        var blog: Int?

        @OptionGroup var trial: TrialOptions
        @OptionGroup var options: SiteOptions

        func run() throws {
            let rule = RoleRule(group: group, role: role, priority: priority, blog: blog)
            try checkRole()
            try trial.run(options, "roles") { site in
                site.rules.removeAll { $0.isAbout(group, blog) }
                site.rules.append(rule)
            }
        }

        /// With a role that the site does not give, everybody in the group would be refused.
        private func checkRole() throws {
            let status: JSONObject
            do {
                status = try options.open().desk.status()
            } catch let failure as WordPressDesk.Failure {
                return explain(
                    "The site does not answer (\(failure.problem.code)): whether it has the role "
                        + "is not known."
                )
            }
            if let blog { return try check(blog, status) }
            let roles = (status["roles"]?.array ?? []).compactMap(\.object)
            let allowed = roles.filter { $0["allowed"] == true }.compactMap { $0["role"]?.string }
            if allowed.contains(role) { return }
            let isThere = roles.contains { $0["role"]?.string == role }
            throw CommandError(
                description: isThere
                    ? "\(role) is a role that leads to more; the site gives it only where "
                        + "ROSTER_ROLES in its wp-config.php names it"
                    : "the site has no role \(role); it gives \(allowed.joined(separator: ", "))"
            )
        }

        private func check(_ blog: Int, _ status: JSONObject) throws {
            let sites = (status["sites"]?.array ?? []).compactMap { $0.object?["id"]?.integer }
            if sites.contains(Int64(blog)) { return }
            throw CommandError(
                description: sites.isEmpty
                    ? "the site is no network; --blog does not apply"
                    : "the network has no site \(blog); it has "
                        + sites.map(String.init).joined(separator: ", ")
            )
        }
    }

    struct Unset: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a group's rule away, and send whom it concerned."
        )

        @Argument(help: "As in `role list`.")
        var group: String

        @Option(help: "The number of a network's site. Default: the main site.")
        var blog: Int?

        @OptionGroup var trial: TrialOptions
        @OptionGroup var options: SiteOptions

        func run() throws {
            try trial.run(options, "roles") { site in
                guard site.rules.contains(where: { $0.isAbout(group, blog) }) else {
                    throw CommandError(description: "no rule is about \(group)")
                }
                site.rules.removeAll { $0.isAbout(group, blog) }
            }
        }
    }
}

extension RoleRule {
    fileprivate func isAbout(_ group: String, _ blog: Int?) -> Bool {
        self.blog == blog && self.group.caseFolded.isIdenticalText(to: group.caseFolded)
    }
}
