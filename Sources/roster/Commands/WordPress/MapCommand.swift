import ArgumentParser
import Delivery
import Directory
import SCIM

struct MapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "Set what the fields of WordPress accounts are made of.",
        subcommands: [List.self, Set.self, Unset.self]
    )

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the mapping.")

        @OptionGroup var options: SiteOptions

        func run() throws {
            let site = try options.open().site
            var table = Table(columns: ["target", "expression", "column"])
            table.rows = site.mapping.entries.map { entry in
                let column = site.mapping.columns.first { "meta:\($0.key)" == entry.target.text }
                return [
                    .string(entry.target.text), .string(entry.expression.text),
                    column.map { .string($0.label) } ?? .null,
                ]
            }
            table.show(as: options.form)
        }
    }

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set what a field is made of, and send whoever is another by it."
        )

        @Argument(help: "first_name, display_name, user_url …, meta:KEY or xprofile:NAME.")
        var target: String

        @Argument(help: "Such as name.givenName, or first(title, \"none\").")
        var expression: String

        @Flag(help: "Show it in the Users list; for meta:KEY.")
        var column = false

        @Option(help: "The column's heading. Default: the key.")
        var label: String?

        @OptionGroup var trial: TrialOptions
        @OptionGroup var options: SiteOptions

        func run() throws {
            let key = target.hasPrefix("meta:") ? String(target.dropFirst(5)) : target
            try trial.run(options, "mapping.\(target)") { site in
                try site.map(target, to: expression, column: column ? label ?? key : nil)
            }
        }
    }

    struct Unset: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Map nothing to a field; what is there stays."
        )

        @Argument(help: "As in `map list`.")
        var target: String

        @OptionGroup var trial: TrialOptions
        @OptionGroup var options: SiteOptions

        func run() throws {
            try trial.run(options, "mapping.\(target)") { try $0.unmap(target) }
        }
    }
}

/// A change of settings that can be tried first.
struct TrialOptions: ParsableArguments {
    @Flag(name: .customLong("dry-run"), help: "Only say how many accounts would change.")
    var isTrial = false

    func run(
        _ options: SiteOptions,
        _ attribute: String,
        _ change: (inout WordPressSite) throws -> Void
    ) throws {
        let site = try options.open()
        let count = try reportingFailure {
            try site.change(attribute, isTrial: isTrial, change)
        }
        if !isTrial { try site.deliver(options.database) }
        if options.json {
            show(["affected": .integer(Int64(count)), "applied": .bool(!isTrial)], as: .json)
        } else {
            print(
                isTrial
                    ? "\(count) accounts would be sent again."
                    : "\(count) accounts are sent again."
            )
        }
    }
}
