import CSQLite

/// A connection to a database file that knows nothing of Roster.
package final class TestDatabase {
    private let handle: OpaquePointer

    package init(path: String) throws {
        var opened: OpaquePointer?
        guard
            sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
                == SQLITE_OK, let opened
        else { throw TestError("cannot open \(path)") }
        handle = opened
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements without rows.
    package func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw TestError(String(cString: sqlite3_errmsg(handle)))
        }
    }

    /// The rows of a statement, their columns with blanks between.
    package func rows(_ sql: String) throws -> [String] {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else {
            throw TestError(String(cString: sqlite3_errmsg(handle)))
        }
        defer { sqlite3_finalize(statement) }
        var rows: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            let columns = (0..<sqlite3_column_count(statement)).map { column in
                sqlite3_column_text(statement, column).map { String(cString: $0) } ?? "NULL"
            }
            rows.append(columns.joined(separator: " "))
        }
        return rows
    }

    package func integer(_ sql: String) throws -> Int {
        Int(try rows(sql).first ?? "") ?? 0
    }
}
