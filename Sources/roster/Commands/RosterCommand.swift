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
        subcommands: [
            OverviewCommand.self, AuditCommand.self, TokenCommand.self, UserCommand.self,
            AdministratorCommand.self, SettingsCommand.self, WordPressCommand.self,
            WebhookCommand.self, DeliverCommand.self,
            MigrateCommand.self, BackupCommand.self, CheckCommand.self,
        ]
    )
}

/// The database that a command works on.
struct DatabaseOptions: ParsableArguments {
    @Option(
        help: "The database file. Default: what \(Settings.database) says.",
        completion: .file()
    )
    var database: String?

    /// The file's absolute path.
    ///
    /// - Throws: `ValidationError` when no database is named, or by a relative path in the
    ///   environment.
    func path() throws -> String {
        if let database { return FilePath.absolute(database) }
        guard let path = Settings.fixed(Settings.database) else {
            throw ValidationError(
                "name the database file by --database or \(Settings.database)"
            )
        }
        guard path.hasPrefix("/") else {
            throw ValidationError(Settings.relativeDatabase(path))
        }
        return path
    }

    /// Opens the database.
    ///
    /// `policy` is what to do when there is none yet.
    func open(policy: SQLiteStore.Policy) throws -> Directory {
        Gateway.restrictFileModes()
        let path = try path()
        return try reportingCause { () throws(SCIMError) in
            try openingDatabase { Directory(try SQLiteStore(path: path, policy: policy)) }
        }
    }
}

/// Opens a database; what hinders it becomes what a client would be told, with the cause.
func openingDatabase<Result>(_ body: () throws -> Result) throws(SCIMError) -> Result {
    do {
        return try body()
    } catch {
        throw SCIMError(any: error)
    }
}

extension Directory {
    /// The directory that a command works on.
    init(_ store: SQLiteStore) {
        self.init(
            store: store,
            links: Links(base: "", types: .standard),
            now: currentInstant
        )
    }
}

extension Caller {
    /// Whoever runs the command, by the system's name of the user.
    static var commandLine: Caller {
        let user = FileStatus(path: "/proc/self")?.ownerName ?? ""
        return Caller(actor: .command(user: user), domain: "default", requestID: "")
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
