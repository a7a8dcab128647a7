import CSQLite
import Directory
import Glibc

/// A connection to a database file, and its statements, each prepared once.
///
/// For one thread only, as a process does one thing at a time.
final class Connection {
    enum Access {
        case readOnly
        /// The file must be there.
        case readWrite
        /// A file that is missing is made.
        case create
    }

    private let handle: OpaquePointer
    /// By the place of their text in the program.
    private var fixed: [UnsafePointer<UInt8>: OpaquePointer] = [:]
    /// By their text.
    private var built: [SQL.Text: OpaquePointer] = [:]
    /// What the statements that run now may cost.
    private var budget: Budget?
    /// Why the budget ended a statement.
    private var exhaustion: Budget.Exhaustion?

    /// Filters come in few forms; a client that sends ever new ones must not fill the memory.
    private static let builtMax = 100

    /// Instructions of SQLite's machine between looks at the budget: some 100 microseconds' worth, and
    /// a second's where each searches a text of the greatest length.
    private static let instructionsPerLook: Int32 = 2_000

    /// Done once a process; where SQLite is in use already, it stays as it is, and a little slower.
    private static let configuration: Int32 = roster_sqlite_configure()

    /// Opens a file.
    ///
    /// - Throws: `SQLiteError`.
    init(path: String, _ access: Access) throws {
        _ = Self.configuration
        let flags =
            switch access {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite: SQLITE_OPEN_READWRITE
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(
            path,
            &opened,
            flags | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX,
            nil
        )
        guard code == SQLITE_OK, let opened else {
            defer { sqlite3_close(opened) }
            throw opened == nil
                ? SQLiteError(code: code, message: "out of memory") : SQLiteError(opened)
        }
        handle = opened
        sqlite3_busy_handler(handle, waitForLock, nil)
        sqlite3_progress_handler(
            handle,
            Self.instructionsPerLook,
            { connection in
                connection.map { Unmanaged<Connection>.fromOpaque($0).takeUnretainedValue() }?
                    .isExhausted == true ? 1 : 0
            },
            Unmanaged.passUnretained(self).toOpaque()
        )
    }

    deinit {
        for statement in fixed.values { sqlite3_finalize(statement) }
        for statement in built.values { sqlite3_finalize(statement) }
        sqlite3_close(handle)
    }

    /// Whether the file could be opened for reading only.
    var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") == 1 }

    private var isExhausted: Bool {
        guard let found = budget?.exhaustion() else { return false }
        exhaustion = found
        return true
    }

    /// Runs statements that end when the budget does.
    ///
    /// - Throws: `StoreError.tooCostly` or `.abandoned` where it did.
    func within<Result>(_ budget: Budget, _ body: () throws -> Result) throws -> Result {
        self.budget = budget
        exhaustion = nil
        defer { self.budget = nil }
        do {
            return try body()
        } catch let error as SQLiteError where error.primaryCode == SQLITE_INTERRUPT {
            throw exhaustion == .abandoned ? StoreError.abandoned : StoreError.tooCostly
        }
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
            try rows.bind(value.sqlValue, at: position)
        }
        return rows
    }

    func rows(_ sql: SQL) throws -> Rows {
        let rows = Rows(try statement(SQL.Text(utf8: sql.utf8)))
        for (index, value) in sql.values.enumerated() { try rows.bind(value, at: Int32(index + 1)) }
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

    /// Runs any number of statements that have neither rows nor placeholders.
    func run(script: StaticString) throws {
        guard sqlite3_exec(handle, script.description, nil, nil, nil) == SQLITE_OK else {
            throw SQLiteError(handle)
        }
    }

    /// The first column of a statement's only row, as an integer.
    func integer(_ sql: StaticString) throws -> Int {
        let rows = try rows(sql)
        return try rows.next() ? Int(rows.integer(0)) : 0
    }

    /// The first column of a statement's rows, as text.
    func texts(_ sql: StaticString) throws -> [String] {
        let rows = try rows(sql)
        var texts: [String] = []
        while try rows.next() { texts.append(rows.text(0)) }
        return texts
    }

    /// Moves what is in the `-wal` into the database, and waits for those who still read it.
    ///
    /// - Returns: Whether nothing is left that only the `-wal` has.
    func checkpoint() throws -> Bool {
        let rows = try rows("PRAGMA wal_checkpoint(FULL)")
        guard try rows.next() else { return false }
        let (isBusy, all, moved) = (rows.integer(0) != 0, rows.integer(1), rows.integer(2))
        return !isBusy && moved == all
    }

    /// Rows that the last statement inserted, updated or deleted.
    var changesCount: Int { Int(sqlite3_changes(handle)) }

    var lastInsertedKey: Int64 { sqlite3_last_insert_rowid(handle) }

    /// Runs statements as one transaction, which whatever `body` throws undoes.
    func transaction<Result>(_ begin: StaticString, _ body: () throws -> Result) throws -> Result {
        do {
            // Ended by the budget, it may have begun all the same.
            try execute(begin)
            let result = try body()
            // Nor is it sure what a commit has done that is ended.
            budget = nil
            try execute("COMMIT")
            return result
        } catch {
            // A failed statement may have rolled back already. Undoing costs what it costs.
            budget = nil
            if sqlite3_get_autocommit(handle) == 0 { try execute("ROLLBACK") }
            throw error
        }
    }

    /// Makes a function that SQL can call: of its arguments alone, and the same each time.
    func add(
        function name: String,
        argumentsCount: Int32,
        _ function:
            @escaping @convention(c) (
                OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?
            ) -> Void
    ) throws {
        let code = sqlite3_create_function_v2(
            handle,
            name,
            argumentsCount,
            SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
            nil,
            function,
            nil,
            nil,
            nil
        )
        guard code == SQLITE_OK else { throw SQLiteError(handle) }
    }

    private func statement(_ sql: StaticString) throws -> OpaquePointer {
        if let statement = fixed[sql.utf8Start] { return statement }
        let text = UnsafeBufferPointer(start: sql.utf8Start, count: sql.utf8CodeUnitCount)
        let statement = try prepare(text)
        fixed[sql.utf8Start] = statement
        return statement
    }

    private func statement(_ sql: SQL.Text) throws -> OpaquePointer {
        if let statement = built[sql] { return statement }
        if built.count >= Self.builtMax {
            for statement in built.values { sqlite3_finalize(statement) }
            built.removeAll()
        }
        let statement = try sql.utf8.withUnsafeBufferPointer(prepare)
        built[sql] = statement
        return statement
    }

    private func prepare(_ sql: UnsafeBufferPointer<UInt8>) throws -> OpaquePointer {
        var statement: OpaquePointer?
        let code = sql.withMemoryRebound(to: CChar.self) {
            sqlite3_prepare_v3(
                handle,
                $0.baseAddress,
                Int32($0.count),
                UInt32(SQLITE_PREPARE_PERSISTENT),
                &statement,
                nil
            )
        }
        guard code == SQLITE_OK, let statement else { throw SQLiteError(handle) }
        return statement
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
