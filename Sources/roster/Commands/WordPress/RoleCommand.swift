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
            try check(rule)
            try trial.run(options, "roles") { $0.set(rule) }
        }

        /// With a role that the site does not give, everybody in the group would be refused.
        private func check(_ rule: RoleRule) throws {
            let status: JSONObject
            do {
                status = try options.open().desk.status()
            } catch let failure as WordPressDesk.Failure {
                return explain(
                    "The site does not answer (\(failure.problem.code)): whether it has the role "
                        + "is not known."
                )
            }
            if let refusal = WordPressStatus(status).refusal(of: rule) {
                throw CommandError(description: refusal)
            }
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
            try trial.run(options, "roles") { try $0.removeRule(about: group, on: blog) }
        }
    }
}
