import Directory
import GRDB
import SCIM

/// The store on SQLite: one connection a process, WAL, `synchronous=FULL`.
package final class SQLiteStore: Store {
    /// What to do with a database whose schema is older than the program's.
    package enum OlderSchema: Sendable {
        /// Throw 503: another process may still run the older program.
        case refuse
        case migrate
    }

    private let connection: Connection
    private let attributes: AttributeNumbers

    /// Opens a database; a file that is missing or empty becomes a new one.
    ///
    /// - Parameters:
    ///   - path: Of the file. Its folder must exist.
    ///   - older: What to do with a database of an older schema.
    /// - Throws: 503 when the file cannot be used: not a database, not Roster's, of a newer or
    ///   older schema, locked, read-only, on a full disk.
    package init(path: String, older: OlderSchema = .refuse) throws(SCIMError) {
        do {
            let queue = try DatabaseQueue(path: path, configuration: Self.configuration)
            attributes = try queue.writeWithoutTransaction { database in
                try Migrations.prepare(database, older: older)
                database.add(function: VersionTagFunction.function)
                return try AttributeNumbers(database, types: ResourceType.all)
            }
            connection = try Connection(queue)
        } catch {
            throw SCIMError(storeError: error)
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        // While it is opened; `Connection` waits in its own way.
        configuration.busyMode = .timeout(5)
        // Statements are prepared while a transaction of `Connection` is open.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA cache_size = -8000")
            // A change touches a dozen pages; fewer checkpoints write each of them less often.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
        }
        return configuration
    }

    package func write<Result>(
        _ body: (any StoreTransaction) throws(SCIMError) -> Result
    ) throws(SCIMError) -> Result {
        try mapped {
            // Immediate, so that nothing it has read can change before it commits.
            try connection.transaction("BEGIN IMMEDIATE") {
                try checkSchema()
                return try body(SQLiteTransaction(connection: connection, attributes: attributes))
            }
        }
    }

    package func fetch(
        _ id: String,
        type: ResourceType,
        domain: String,
        loading parts: ResourceParts
    ) throws(SCIMError) -> StoredResource? {
        let body = {
            try Reading(connection: self.connection).fetch(id, type: type, domain: domain, parts)
        }
        // Without members it is one statement, which sees one state of the database anyway.
        guard parts.contains(.members) else { return try mapped(body) }
        return try mapped { try connection.transaction("BEGIN", body) }
    }

    package func search(_ query: Query) throws(SCIMError) -> Page {
        try mapped {
            try connection.transaction("BEGIN") {
                try Reading(connection: connection).search(query, attributes)
            }
        }
    }

    package func token(hash: [UInt8]) throws(SCIMError) -> Token? {
        try mapped { try Reading(connection: connection).token(hash: hash) }
    }

    package func tokens() throws(SCIMError) -> [Token] {
        try mapped { try Reading(connection: connection).tokens() }
    }

    package func recordUse(ofToken id: Int64, at instant: Instant) {
        // Another process may hold the lock; then it, or the next request, makes the note.
        try? connection.withoutWaiting {
            try connection.execute(
                "UPDATE token SET used = ? WHERE id = ?",
                instant.microseconds,
                id
            )
        }
    }

    /// A newer program may have migrated the database since it was opened.
    private func checkSchema() throws {
        let rows = try connection.rows("PRAGMA user_version")
        let found = try rows.next() ? Int(rows.integer(0)) : 0
        let known = Migrations.currentVersion
        if found > known { throw DatabaseUnfit.newerSchema(found: found, known: known) }
        if found < known { throw DatabaseUnfit.olderSchema(found: found, known: known) }
    }

    /// Sets or reads a pragma of the connection, for tests of what SQLite then refuses.
    ///
    /// - Returns: The first value of the answer.
    package func pragma(_ pragma: String) throws -> Int? {
        try connection.queue.writeWithoutTransaction {
            try Int.fetchOne($0, sql: "PRAGMA \(pragma)")
        }
    }
}

/// Runs a step of the store; what it throws becomes what the client is told.
func mapped<Result>(_ body: () throws -> Result) throws(SCIMError) -> Result {
    do {
        return try body()
    } catch {
        throw SCIMError(storeError: error)
    }
}
