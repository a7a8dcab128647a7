import ArgumentParser
import Delivery
import Directory
import SCIM

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring a site's accounts in, so that an identity provider finds them.",
        discussion: """
            An imported account is left alone until a client changes it. Then it is managed.
            """
    )

    @Option(help: "Link accounts with users who are here already: by login or email.")
    var link: WordPressImport.Match?

    @Option(
        name: .customLong("include-administrator"),
        help: "The login of an administrator who is imported as well; the others are not."
    )
    var administrators: [String] = []

    @Flag(
        help: """
            Make the site's roles groups as well: who is put into such a group gets the role.
            """
    )
    var roles = false

    @OptionGroup var options: SiteOptions

    func run() throws {
        let site = try options.open()
        var counts: [WordPressImport.Outcome: Int] = [:]
        var table = Table(columns: ["login", "outcome", "reason"])
        let progress = Progress("accounts")
        let members = try reportingFailure {
            try WordPressImport(
                directory: site.directory,
                receiver: site.receiver,
                desk: site.desk,
                caller: .commandLine,
                match: link,
                administrators: administrators
            ).run { login, outcome, reason in
                counts[outcome, default: 0] += 1
                progress.note(counts.values.reduce(0, +))
                if outcome != .imported, outcome != .known {
                    table.rows.append([
                        .string(login), .string(outcome.rawValue),
                        reason.map(JSON.string) ?? .null,
                    ])
                }
            }
        }
        var summary = JSONObject(
            WordPressImport.Outcome.allCases.map {
                .init(name: $0.rawValue, value: .integer(Int64(counts[$0] ?? 0)))
            }
        )
        if roles { summary["groups"] = .integer(Int64(try importRoles(site, members))) }
        if !options.json, !table.rows.isEmpty { table.show(as: .table) }
        show(summary, as: options.form)
        if !administrators.isEmpty {
            explain("A site lets nobody change its administrators whom it does not name itself:")
            let names = administrators.joined(separator: ",")
            explain(WordPressSite.definition("ROSTER_ADMINISTRATORS", names))
        }
        try site.deliver(options.database)
    }

    /// - Returns: The number of groups that were made.
    private func importRoles(
        _ site: ConnectedSite,
        _ members: [String: [String]]
    ) throws -> Int {
        let rules = try reportingFailure {
            try WordPressRoleGroups(
                directory: site.directory,
                receiver: site.receiver,
                caller: .commandLine
            ).make(try site.desk.status(), site.site, members: members)
        }
        if !rules.isEmpty {
            _ = try reportingFailure { try site.change("roles") { $0.rules += rules } }
        }
        return rules.count
    }
}

extension WordPressImport.Match: ExpressibleByArgument {}
