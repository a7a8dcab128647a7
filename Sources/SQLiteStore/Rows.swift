import GRDB
import GRDBSQLite

/// The rows of a prepared statement, read where SQLite has them. GRDB's own `Row` is the same
/// with a copy of every row's layout, which costs more than a look-up by key does.
struct Rows: ~Copyable {
    private let statement: Statement

    /// - Parameter arguments: As many as the statement has placeholders.
    init(_ statement: Statement, _ arguments: StatementArguments) {
        statement.setUncheckedArguments(arguments)
        self.statement = statement
    }

    deinit {
        // Otherwise the statement would go on holding the state of the database that it reads.
        sqlite3_reset(statement.sqliteStatement)
    }

    /// Goes to the next row.
    ///
    /// - Returns: Whether there is one.
    func next() throws -> Bool {
        let code = sqlite3_step(statement.sqliteStatement)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let connection = sqlite3_db_handle(statement.sqliteStatement)
            throw DatabaseError(
                resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
                message: sqlite3_errmsg(connection).map { String(cString: $0) })
        }
    }

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(statement.sqliteStatement, column)
    }

    func optionalInteger(_ column: Int32) -> Int64? {
        isNull(column) ? nil : integer(column)
    }

    func text(_ column: Int32) -> String {
        withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }

    func optionalText(_ column: Int32) -> String? {
        isNull(column) ? nil : text(column)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        withBytes(column) { Array($0) }
    }

    private func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(statement.sqliteStatement, column) == SQLITE_NULL
    }

    private func withBytes<Result>(
        _ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        // In this order: the first call may change the form of the value.
        let start = sqlite3_column_blob(statement.sqliteStatement, column)
        let count = sqlite3_column_bytes(statement.sqliteStatement, column)
        return body(UnsafeRawBufferPointer(start: start, count: Int(count)))
    }
}
