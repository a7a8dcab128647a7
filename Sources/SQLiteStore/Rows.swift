import GRDB
import GRDBSQLite

/// The rows of a prepared statement, one after the other.
struct Rows: ~Copyable {
    private let statement: Statement
    private let handle: OpaquePointer

    init(_ statement: Statement) {
        self.statement = statement
        handle = statement.sqliteStatement
        sqlite3_reset(handle)
    }

    deinit {
        // Otherwise the statement would go on holding the state of the database that it reads.
        sqlite3_reset(handle)
    }

    /// SQLite copies what is bound.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Binds a value to the placeholder at a position, counted from 1.
    func bind(_ value: SQLValue, at position: Int32) {
        switch value {
        case .null: sqlite3_bind_null(handle, position)
        case .integer(let number): sqlite3_bind_int64(handle, position, number)
        case .real(let number): sqlite3_bind_double(handle, position, number)
        case .text(var text):
            text.withUTF8 { utf8 in
                _ = utf8.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(
                        handle,
                        position,
                        $0.baseAddress,
                        Int32($0.count),
                        Self.transient
                    )
                }
            }
        case .blob(let bytes):
            sqlite3_bind_blob(handle, position, bytes, Int32(bytes.count), Self.transient)
        }
    }

    /// Goes to the next row.
    ///
    /// - Returns: Whether there is one.
    func next() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let connection = sqlite3_db_handle(handle)
            throw DatabaseError(
                resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
                message: sqlite3_errmsg(connection).map { String(cString: $0) }
            )
        }
    }

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
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
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    private func withBytes<Result>(
        _ column: Int32,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        // In this order: the first call may change the form of the value.
        let start = sqlite3_column_blob(handle, column)
        let count = sqlite3_column_bytes(handle, column)
        return body(UnsafeRawBufferPointer(start: start, count: Int(count)))
    }
}
