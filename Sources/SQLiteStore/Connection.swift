import GRDB
import GRDBSQLite
import Glibc

/// The one connection of a process, and its statements, each prepared once.
///
/// GRDB opens, configures and closes the connection, and prepares the statements. They run straight
/// on SQLite: a process does one thing at a time, so that GRDB's queue, and its copies of every
/// row's layout, would cost more than the statements themselves.
final class Connection {
    let queue: DatabaseQueue
    private let handle: OpaquePointer
    /// By the place of their text in the program.
    private var fixed: [UnsafePointer<UInt8>: Statement] = [:]
    /// By their text.
    private var built: [String: Statement] = [:]

    /// Filters come in few forms; a client that sends ever new ones must not fill the memory.
    private static let builtMax = 100

    init(_ queue: DatabaseQueue) throws {
        self.queue = queue
        handle = try queue.unsafeReentrantWrite { database in
            guard let handle = database.sqliteConnection else {
                throw DatabaseError(resultCode: .SQLITE_CANTOPEN)
            }
            return handle
        }
        // GRDB's hooks tell its observers of commits, and expect to be called on its queue.
        sqlite3_commit_hook(handle, nil, nil)
        sqlite3_rollback_hook(handle, nil, nil)
        sqlite3_busy_handler(handle, waitForLock, nil)
    }

    /// Runs statements that fail at once where others would wait for another process's lock.
    func withoutWaiting(_ body: () throws -> Void) rethrows {
        sqlite3_busy_handler(handle, nil, nil)
        defer { sqlite3_busy_handler(handle, waitForLock, nil) }
        try body()
    }

    /// The statement with the text; its rows end with the next use of it.
    func rows<each Value: SQLValueConvertible>(
        _ sql: StaticString,
        _ values: repeat each Value
    ) throws -> Rows {
        let rows = Rows(try statement(sql))
        var position: Int32 = 0
        for value in repeat each values {
            position += 1
            rows.bind(value.sqlValue, at: position)
        }
        return rows
    }

    func rows(_ sql: SQL) throws -> Rows {
        let rows = Rows(try statement(sql.text))
        for (index, value) in sql.values.enumerated() { rows.bind(value, at: Int32(index + 1)) }
        return rows
    }

    /// Runs a statement that has no rows.
    func execute<each Value: SQLValueConvertible>(
        _ sql: StaticString,
        _ values: repeat each Value
    ) throws {
        _ = try rows(sql, repeat each values).next()
    }

    func execute(_ sql: SQL) throws {
        _ = try rows(sql).next()
    }

    /// Rows that the last statement inserted, updated or deleted.
    var changesCount: Int { Int(sqlite3_changes(handle)) }

    var lastInsertedKey: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Runs statements as one transaction, which whatever `body` throws undoes.
    func transaction<Result>(_ begin: StaticString, _ body: () throws -> Result) throws -> Result {
        try execute(begin)
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // A failed statement may have rolled back already.
            if sqlite3_get_autocommit(handle) == 0 { try execute("ROLLBACK") }
            throw error
        }
    }

    private func statement(_ sql: StaticString) throws -> Statement {
        if let statement = fixed[sql.utf8Start] { return statement }
        let statement = try prepare(sql.description)
        fixed[sql.utf8Start] = statement
        return statement
    }

    private func statement(_ sql: String) throws -> Statement {
        if let statement = built[sql] { return statement }
        if built.count >= Self.builtMax { built.removeAll() }
        let statement = try prepare(sql)
        built[sql] = statement
        return statement
    }

    private func prepare(_ sql: String) throws -> Statement {
        try queue.unsafeReentrantWrite { try $0.makeStatement(sql: sql) }
    }
}

/// How long a statement waits for another process's lock.
private let busyTimeoutMicroseconds: Int32 = 5_000_000

/// A commit takes a few milliseconds: SQLite's own waits, which soon last 100, would leave the
/// database idle while several processes write.
private let busyPauseMicroseconds: Int32 = 1_000

/// Given how often it was called for the same lock, waits a little.
///
/// - Returns: 0 when it has been long enough.
private func waitForLock(_: UnsafeMutableRawPointer?, _ tries: Int32) -> Int32 {
    usleep(UInt32(busyPauseMicroseconds))
    return tries < busyTimeoutMicroseconds / busyPauseMicroseconds ? 1 : 0
}
