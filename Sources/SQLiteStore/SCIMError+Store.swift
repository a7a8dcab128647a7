import GRDB
import SCIM

/// Why a file cannot be used as the database, where SQLite has no code for it.
enum DatabaseUnfit: Error {
    case notRoster
    case newerSchema(found: Int, known: Int)
    case olderSchema(found: Int, known: Int)
}

extension SCIMError {
    /// The one place where a failure of the store becomes what the client is told.
    init(storeError error: any Error) {
        switch error {
        case let error as SCIMError: self = error
        case let error as DatabaseError: self = Self.from(error)
        case let error as DatabaseUnfit: self = Self.from(error)
        default: self = Self.internalError("\(type(of: error))")
        }
    }

    private static func internalError(_ cause: String) -> SCIMError {
        SCIMError(status: 500, detail: "an internal error occurred", cause: cause)
    }

    private static func from(_ unfit: DatabaseUnfit) -> SCIMError {
        switch unfit {
        case .notRoster:
            unusable("the file is a database, but not Roster's")
        case .newerSchema(let found, let known):
            unusable(
                "the database has schema \(found), this program knows \(known): "
                    + "install the newer program again"
            )
        case .olderSchema(let found, let known):
            unusable(
                "the database has schema \(found), this program needs \(known): "
                    + "run `roster migrate`"
            )
        }
    }

    private static func unusable(_ cause: String) -> SCIMError {
        .unavailable(
            "the directory's database cannot be used; the server's log says why",
            cause: cause,
            retryAfterSeconds: nil
        )
    }

    /// The message of SQLite says more than its code, and may hold SQL: it is for the log, and
    /// statements' arguments are never in it.
    private static func from(_ error: DatabaseError) -> SCIMError {
        let code = error.resultCode
        let cause =
            "SQLite error \(error.extendedResultCode.rawValue)"
            + (error.message.map { ": \($0)" } ?? "")
        switch code {
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return .unavailable(
                "the directory is busy; try again",
                cause: cause,
                retryAfterSeconds: 2
            )
        case .SQLITE_FULL:
            return .unavailable(
                "the directory's disk is full",
                cause: cause,
                retryAfterSeconds: 60
            )
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN, .SQLITE_NOTADB, .SQLITE_CORRUPT,
            .SQLITE_IOERR, .SQLITE_AUTH, .SQLITE_NOLFS:
            return unusable(cause)
        default: return internalError(cause)
        }
    }
}
