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

    @OptionGroup var options: SiteOptions

    func run() throws {
        let site = try options.open()
        var counts: [WordPressImport.Outcome: Int] = [:]
        var table = Table(columns: ["login", "outcome", "reason"])
        let progress = Progress("accounts")
        try reportingFailure {
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
        let summary = JSONObject(
            WordPressImport.Outcome.allCases.map {
                .init(name: $0.rawValue, value: .integer(Int64(counts[$0] ?? 0)))
            }
        )
        if !options.json, !table.rows.isEmpty { table.show(as: .table) }
        show(summary, as: options.form)
        try site.deliver(options.database)
    }
}

extension WordPressImport.Match: ExpressibleByArgument {}
