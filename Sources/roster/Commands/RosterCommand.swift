import ArgumentParser
import Directory
import Gateway
import SCIM
import SQLiteStore

/// The command line tool.
///
/// Web servers start the same program, and never come here.
struct RosterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roster",
        abstract: "A SCIM 2.0 endpoint that a web server runs as CGI or FastCGI.",
        discussion: """
            Without a command line, started by a web server, it serves requests. \
            \(Settings.database) names the database file.
            """,
        version: version,
        subcommands: [TokenCommand.self, MigrateCommand.self, CheckCommand.self]
    )
}

/// The database that a command works on.
struct DatabaseOptions: ParsableArguments {
    @Option(help: "The database file. Default: what \(Settings.database) says.")
    var database: String?

    /// - Throws: `ValidationError` when no database is named.
    func path() throws -> String {
        guard let path = database ?? environment(Settings.database) else {
            throw ValidationError(
                "name the database file by --database or \(Settings.database)"
            )
        }
        return path
    }

    /// Opens the database for a command that makes none.
    func openExisting() throws -> SQLiteStore {
        let path = try path()
        guard FileIdentity(path: path) != nil else {
            throw CommandError(description: "there is no database \(path)")
        }
        return try open()
    }

    func open(older: SQLiteStore.OlderSchema = .refuse) throws -> SQLiteStore {
        Gateway.restrictFileModes()
        let path = try path()
        return try reportingCause { () throws(SCIMError) in
            try SQLiteStore(path: path, older: older)
        }
    }
}

/// A command's failure, in one line.
struct CommandError: Error, CustomStringConvertible {
    let description: String
}

/// Runs a step of a command; its failure is shown with its cause, which clients never see.
func reportingCause<Result>(
    _ body: () throws(SCIMError) -> Result
) throws -> Result {
    do {
        return try body()
    } catch {
        throw CommandError(description: error.cause ?? error.detail)
    }
}
