import GRDB

extension SQLiteStore {
    /// Sets or reads a pragma of the connection, for tests of what SQLite then refuses.
    ///
    /// - Returns: The first value of the answer.
    package func pragma(_ pragma: String) throws -> Int? {
        try queue.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA \(pragma)") }
    }
}
