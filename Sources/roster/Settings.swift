import Gateway
import SCIM

/// What the administrator configures outside the database: as environment, which wins, in a file
/// beside the program, or as a variable of the web server.
///
/// Whoever can connect to a FastCGI process's socket can send it variables; what its environment
/// and its file say is out of their reach.
struct Settings {
    /// The database file.
    static let database = "ROSTER_DATABASE"
    /// The endpoint's base URL, such as `https://example.org/scim/v2`.
    static let baseURL = "ROSTER_BASE_URL"
    /// The log file; standard error where it is not set.
    static let log = "ROSTER_LOG"
    /// The key that makes the console's first administrator.
    static let setupKey = "ROSTER_SETUP_KEY"

    // Read once: they stay as they are while the process serves.
    private let database = fixed(Self.database)
    private let baseURL = fixed(Self.baseURL)
    private let log = fixed(Self.log)

    /// What no web server can change: the value in the environment, or in the program's own file.
    static func fixed(_ name: String) -> String? {
        environment(name) ?? SettingsFile.own?[name]
    }

    /// The log file's path, or `nil` for standard error.
    ///
    /// Where the environment or the file names the database, they alone name the log: lines must not be
    /// appended to any file of the process's user, such as that database.
    func logPath(_ incoming: Incoming) -> String? {
        log ?? (database == nil ? incoming.variable(Self.log) : nil)
    }

    /// The base URL without a trailing slash.
    func base(_ request: Request) -> String? {
        guard var base = baseURL ?? request.variable(Self.baseURL) else { return nil }
        while base.utf8.last == UInt8(ascii: "/") { base.removeLast() }
        return base
    }

    /// The key that makes the console's first administrator; `nil` where none is set.
    ///
    /// As with the log: where the database is out of the web server's reach, so is this.
    func setupKey(_ request: Request) -> String? {
        Self.fixed(Self.setupKey) ?? (database == nil ? request.variable(Self.setupKey) : nil)
    }

    /// - Throws: 503 when no database is configured.
    func databasePath(_ request: Request) throws(SCIMError) -> String {
        guard let path = database ?? request.variable(Self.database) else {
            throw .unavailable(
                "the directory's database is not configured; the server's log says more",
                cause: "\(Self.database) is not set, neither in the environment, nor in a file "
                    + "beside the program, nor by the web server",
                retryAfterSeconds: nil
            )
        }
        guard path.hasPrefix("/") else {
            throw .unavailable(
                "the directory's database is not configured; the server's log says more",
                cause: Self.relativeDatabase(path),
                retryAfterSeconds: nil
            )
        }
        return path
    }

    /// Why a path is not taken: the web server starts programs in whatever folder.
    static func relativeDatabase(_ path: String) -> String {
        "\(database) must be an absolute path, and is \(path)"
    }
}
