import Gateway
import SCIM

/// What the administrator configures outside the database: as environment, or as a variable of
/// the web server, which wins.
enum Settings {
    /// The database file.
    static let database = "ROSTER_DATABASE"
    /// The endpoint's base URL, such as `https://example.org/scim/v2`.
    static let baseURL = "ROSTER_BASE_URL"
    /// The log file; standard error where it is not set.
    static let log = "ROSTER_LOG"

    static func value(_ name: String, _ request: Request?) -> String? {
        request?.variable(name) ?? environment(name)
    }

    /// The base URL without a trailing slash.
    static func base(_ request: Request) -> String? {
        guard var base = value(baseURL, request) else { return nil }
        while base.hasSuffix("/") { base.removeLast() }
        return base
    }

    /// - Throws: 503 when no database is configured.
    static func databasePath(_ request: Request) throws(SCIMError) -> String {
        guard let path = value(database, request) else {
            throw .unavailable(
                "the directory's database is not configured; the server's log says more",
                cause: "\(database) is not set, neither in the environment nor by the web server",
                retryAfterSeconds: nil)
        }
        return path
    }
}
