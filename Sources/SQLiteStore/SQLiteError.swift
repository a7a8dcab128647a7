import CSQLite
import Directory

/// A failure of SQLite, by its extended result code.
struct SQLiteError: Error {
    let code: Int32
    /// Says more than the code, and may hold SQL; the arguments of statements are never in it.
    let message: String

    init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    /// What the connection says of its last failure.
    init(_ connection: OpaquePointer?) {
        code = sqlite3_extended_errcode(connection)
        message = sqlite3_errmsg(connection).map { String(cString: $0) } ?? ""
    }

    var isUniqueViolation: Bool { code == roster_sqlite_constraint_unique }

    /// The code without what its extension says.
    var primaryCode: Int32 { code & 0xFF }
}

/// Why a file cannot be used as the database, where SQLite has no code for it.
enum DatabaseUnfit: Error {
    case missing(path: String)
    case empty(path: String)
    case notRoster
    case newerSchema(found: Int, known: Int)
    case olderSchema(found: Int, known: Int)
    /// Other processes still have the file open that was here before.
    case replaced

    var cause: String {
        switch self {
        case .missing(let path):
            "there is no database \(path); `roster migrate` makes a new one"
        case .empty(let path):
            "the database \(path) is empty; `roster migrate` makes a new one of it"
        case .notRoster: "the file is a database, but not Roster's"
        case .newerSchema(let found, let known):
            "the database has schema \(found), this program knows \(known): "
                + "install the newer program again"
        case .olderSchema(let found, let known):
            "the database has schema \(found), this program needs \(known): "
                + "run `roster migrate`"
        case .replaced:
            "another file has taken the place of the database, whose -wal file other processes"
                + " still have open"
        }
    }
}

extension StoreError {
    /// What a failure of SQLite means for those who use the store: the one place that decides it.
    init(_ error: SQLiteError) {
        let cause = "SQLite error \(error.code): \(error.message)"
        switch error.primaryCode {
        case SQLITE_BUSY, SQLITE_LOCKED: self = .busy(cause: cause)
        case SQLITE_FULL: self = .full(cause: cause)
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN, SQLITE_NOTADB, SQLITE_CORRUPT,
            SQLITE_IOERR, SQLITE_AUTH, SQLITE_NOLFS:
            self = .unusable(cause: cause)
        default: self = .failed(cause: cause)
        }
    }

    init(_ unfit: DatabaseUnfit) {
        self =
            if case .replaced = unfit { .changing(cause: unfit.cause) } else {
                .unusable(cause: unfit.cause)
            }
    }
}

/// Runs a step of the store; what SQLite throws becomes a `StoreError`.
func mapped<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as SQLiteError {
        throw StoreError(error)
    } catch let unfit as DatabaseUnfit {
        throw StoreError(unfit)
    }
}
