import Directory
import GRDB
import Glibc
import SCIM

/// The store on SQLite: one connection a process, WAL, `synchronous=FULL`.
package final class SQLiteStore: Store {
    /// What to do with a database whose schema is older than the program's.
    package enum OlderSchema: Sendable {
        /// Throw 503: another process may still run the older program.
        case refuse
        case migrate
    }

    let queue: DatabaseQueue
    let attributes: AttributeNumbers

    /// How long a statement waits for another process's lock.
    private static let busyTimeoutMicroseconds: UInt32 = 5_000_000
    /// A commit takes a few milliseconds: SQLite's own waits, which soon last 100, would leave
    /// the database idle while several processes write.
    private static let busyPauseMicroseconds: UInt32 = 1_000

    /// Opens a database; a file that is missing or empty becomes a new one.
    ///
    /// - Parameter path: Of the file. Its folder must exist.
    /// - Throws: 503 when the file cannot be used: not a database, not Roster's, of a newer or
    ///   older schema, locked, read-only, on a full disk.
    package init(path: String, older: OlderSchema = .refuse) throws(SCIMError) {
        do {
            queue = try DatabaseQueue(path: path, configuration: Self.configuration)
            attributes = try queue.writeWithoutTransaction { database in
                try Migrations.prepare(database, older: older)
                return try AttributeNumbers(database, types: ResourceType.all)
            }
        } catch {
            throw SCIMError(storeError: error)
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .callback { tries in
            usleep(busyPauseMicroseconds)
            return tries < busyTimeoutMicroseconds / busyPauseMicroseconds
        }
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA cache_size = -8000")
            // A change touches a dozen pages; fewer checkpoints write each of them less often.
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
        }
        return configuration
    }

    /// Runs statements that see one state of the database.
    private func reading<Result>(
        _ body: (Database) throws -> Result
    ) throws(SCIMError) -> Result {
        try transaction("BEGIN", body)
    }

    /// GRDB's own transaction would prepare its statements anew each time.
    private func transaction<Result>(
        _ begin: String, _ body: (Database) throws -> Result
    ) throws(SCIMError) -> Result {
        do {
            return try queue.writeWithoutTransaction { database in
                try database.cachedStatement(sql: begin).execute()
                do {
                    let result = try body(database)
                    try database.cachedStatement(sql: "COMMIT").execute()
                    return result
                } catch {
                    // A failed commit may have rolled back already.
                    if database.isInsideTransaction {
                        try database.cachedStatement(sql: "ROLLBACK").execute()
                    }
                    throw error
                }
            }
        } catch {
            throw SCIMError(storeError: error)
        }
    }

    package func write<Result>(
        _ body: (any StoreTransaction) throws(SCIMError) -> Result
    ) throws(SCIMError) -> Result {
        try transaction("BEGIN IMMEDIATE") { database in
            try body(SQLiteTransaction(database: database, attributes: attributes))
        }
    }

    package func fetch(
        _ id: String, type: ResourceType, domain: String, loading parts: ResourceParts
    ) throws(SCIMError) -> StoredResource? {
        let body = { (database: Database) in
            try Reading(database: database).fetch(id, type: type, domain: domain, parts)
        }
        if parts.contains(.members) { return try reading(body) }
        do {
            return try queue.writeWithoutTransaction(body)
        } catch {
            throw SCIMError(storeError: error)
        }
    }

    package func search(_ query: Query) throws(SCIMError) -> Page {
        try reading { try Reading(database: $0).search(query, attributes) }
    }

    package func token(hash: [UInt8]) throws(SCIMError) -> Token? {
        do {
            return try queue.writeWithoutTransaction { try Reading(database: $0).token(hash: hash) }
        } catch {
            throw SCIMError(storeError: error)
        }
    }

    package func tokens() throws(SCIMError) -> [Token] {
        try reading { try Reading(database: $0).tokens() }
    }

    package func recordUse(ofToken id: Int64, at instant: Instant) {
        // Another process may hold the lock; then it, or the next request, makes the note.
        try? queue.writeWithoutTransaction { database in
            try database.execute(
                sql: "UPDATE token SET used = ? WHERE id = ?",
                arguments: [instant.microseconds, id])
        }
    }
}
