import ArgumentParser
import Directory
import SCIM

struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "Set what the directory keeps, and for how long.",
        subcommands: [List.self, Set.self, Unset.self]
    )

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the settings.")

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var database: DatabaseOptions

        func run() throws {
            let directory = try database.open(policy: .serve)
            var table = Table(columns: ["name", "value", "default", "meaning"])
            table.rows = try reportingCause { () throws(SCIMError) in
                try directory.read { store -> [[JSON]] in
                    try DirectorySetting.all.map { setting in
                        let own = try store.ownValue(of: setting)
                        return [
                            .string(setting.name), own ?? setting.standard,
                            .bool(own == nil), .string(setting.meaning),
                        ]
                    }
                }
            }
            table.show(as: json ? .json : .table)
        }
    }

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change a setting.")

        @Argument(help: "Its name, as in `settings list`.", completion: .settings)
        var name: String

        @Argument(help: "Its value: on, off, or a number.")
        var value: String

        @OptionGroup var database: DatabaseOptions

        func run() throws {
            let directory = try database.open(policy: .serve)
            try reportingCause { () throws(SCIMError) in
                let value = try DirectorySetting.named(name).value(of: value)
                try directory.change(settings: [(name, value)], by: .commandLine)
            }
        }
    }

    struct Unset: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a setting have its default."
        )

        @Argument(help: "Its name, as in `settings list`.", completion: .settings)
        var name: String

        @OptionGroup var database: DatabaseOptions

        func run() throws {
            let directory = try database.open(policy: .serve)
            try reportingCause { () throws(SCIMError) in
                let name = try DirectorySetting.named(name).name
                try directory.change(settings: [(name, .none)], by: .commandLine)
            }
        }
    }
}

extension CompletionKind {
    fileprivate static var settings: CompletionKind { .list(DirectorySetting.all.map(\.name)) }
}
