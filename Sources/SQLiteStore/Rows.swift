import CSQLite

/// The rows of a prepared statement, one after the other.
struct Rows: ~Copyable {
    private let handle: OpaquePointer

    init(_ statement: OpaquePointer) {
        handle = statement
        sqlite3_reset(handle)
    }

    deinit {
        // Otherwise the statement would go on holding the state of the database that it reads.
        sqlite3_reset(handle)
    }

    /// SQLite copies what is bound.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Binds a value to the placeholder at a position, counted from 1.
    ///
    /// - Throws: `SQLiteError`, for a value that is too large.
    func bind(_ value: SQLValue, at position: Int32) throws {
        let code =
            switch value {
            case .null: sqlite3_bind_null(handle, position)
            case .integer(let number): sqlite3_bind_int64(handle, position, number)
            case .real(let number): sqlite3_bind_double(handle, position, number)
            case .text(var text): text.withUTF8 { bindText($0, at: position) }
            case .utf8(let bytes): bytes.withUnsafeBufferPointer { bindText($0, at: position) }
            case .blob(let bytes):
                sqlite3_bind_blob64(handle, position, bytes, UInt64(bytes.count), Self.transient)
            }
        guard code == SQLITE_OK else { throw failure }
    }

    private func bindText(_ utf8: UnsafeBufferPointer<UInt8>, at position: Int32) -> Int32 {
        guard let base = utf8.baseAddress else {
            return sqlite3_bind_text(handle, position, "", 0, Self.transient)
        }
        return base.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
            sqlite3_bind_text64(
                handle,
                position,
                $0,
                UInt64(utf8.count),
                Self.transient,
                UInt8(SQLITE_UTF8)
            )
        }
    }

    private var failure: SQLiteError { SQLiteError(sqlite3_db_handle(handle)) }

    /// Goes to the next row.
    ///
    /// - Returns: Whether there is one.
    /// - Throws: `SQLiteError`.
    func next() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure
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
