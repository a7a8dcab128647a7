import Directory
import Glibc
import SCIM

/// The store on SQLite: one connection a process, WAL, `synchronous=FULL`.
package final class SQLiteStore: Store {
    /// What to do with a file that is not a database of the program's own schema.
    package struct Policy: Sendable {
        package enum New: Sendable {
            /// A file that is missing or empty is no database.
            case refuse
            /// A file that is missing or empty becomes a new database.
            case make
        }

        package enum Older: Sendable {
            /// Another process may still run the older program.
            case refuse
            case migrate
        }

        let new: New
        let older: Older

        /// For processes that serve: a file that has gone must not become an empty directory.
        package static let serve = Policy(new: .refuse, older: .refuse)
        /// For commands that may be the first to use a database.
        package static let make = Policy(new: .make, older: .refuse)
        package static let migrate = Policy(new: .make, older: .migrate)
    }

    private let file: OpenFile
    private let attributes: AttributeNumbers
    private let types: ResourceTypes
    private let batches = JournalBatches()
    private var hasFailed = false
    /// Whether no new connection is needed.
    ///
    /// What was wrong may be right by the next request, and show in a new connection only; one to a
    /// file that was read-only stays so.
    package var isUsable: Bool { !hasFailed && !connection.isReadOnly }

    /// Opens a database.
    ///
    /// - Parameters:
    ///   - path: Of the file. Its folder must exist.
    ///   - types: The resource types that it holds.
    ///   - policy: What to do with a file that is not of the program's own schema.
    /// - Throws: `StoreError.unusable` when the file cannot be used: missing, not a database, not
    ///   Roster's, of a newer or older schema, read-only; `.changing` while others have the file
    ///   open that was here before; `.busy`, `.full`.
    package init(
        path: String,
        types: ResourceTypes = .standard,
        policy: Policy = .serve
    ) throws {
        (file, attributes) = try mapped {
            if case .make = policy.new { try Self.makeFile(path) }
            let file = try OpenFile(path: path)
            let connection = file.connection
            try connection.run(script: Self.settings)
            try file.holdWAL()
            try Migrations.prepare(connection, path: path, policy)
            try connection.add(
                function: VersionTagFunction.name,
                argumentsCount: 2,
                VersionTagFunction.function
            )
            let attributes = try AttributeNumbers(connection, types: types)
            try file.holdWAL()
            return (file, attributes)
        }
        self.types = types
    }

    private var connection: Connection { file.connection }

    private static let settings: StaticString = """
        PRAGMA synchronous = FULL;
        PRAGMA cache_size = -8000;
        -- A change touches a dozen pages; fewer checkpoints write each of them less often.
        PRAGMA wal_autocheckpoint = 4000;
        -- Temporary results of a search never reach a disk where others could read them.
        PRAGMA temp_store = MEMORY;
        """

    private static func makeFile(_ path: String) throws {
        _ = try Connection(path: path, .create)
    }

    package func read<Result>(
        within budget: Budget,
        _ body: (any StoreReading) throws -> Result
    ) throws -> Result {
        try noting {
            try connection.within(budget) {
                try connection.transaction("BEGIN") { try body(reading) }
            }
        }
    }

    package func write<Result>(
        within budget: Budget,
        _ body: (any StoreTransaction) throws -> Result
    ) throws -> Result {
        try noting {
            try connection.within(budget) {
                // Immediate, so that nothing it has read can change before it commits.
                try connection.transaction("BEGIN IMMEDIATE") {
                    try checkSchema()
                    return try body(SQLiteTransaction(reading: reading, batches: batches))
                }
            }
        }
    }

    package func attempt(_ body: (any StoreTransaction) throws -> Void) -> Bool {
        do {
            try connection.withoutWaiting {
                try connection.transaction("BEGIN IMMEDIATE") {
                    try checkSchema()
                    try body(SQLiteTransaction(reading: reading, batches: batches))
                }
            }
            return true
        } catch {
            return false
        }
    }

    package func giveWay() {
        // Those who wait for the lock look for it each millisecond.
        usleep(3_000)
    }

    package func takeBatchEnd() -> Bool { batches.takeEnd() }

    /// Copies the database into a new file, whole and of one moment, while others use it.
    ///
    /// - Throws: `StoreError.failed` or `.unusable` where no such file can be made.
    package func copy(to path: String) throws {
        try mapped { try connection.execute("VACUUM INTO ?", path) }
    }

    private var reading: SQLiteReading {
        SQLiteReading(connection: connection, attributes: attributes, types: types)
    }

    /// Runs a step, and notes a failure after which a new connection is needed.
    private func noting<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try mapped(body)
        } catch let error as StoreError {
            switch error {
            case .unusable, .full: hasFailed = true
            default: break
            }
            throw error
        }
    }

    /// A newer program may have migrated the database since it was opened.
    private func checkSchema() throws {
        let found = try Migrations.version(connection)
        let known = Migrations.currentVersion
        if found > known { throw DatabaseUnfit.newerSchema(found: found, known: known) }
        if found < known { throw DatabaseUnfit.olderSchema(found: found, known: known) }
    }

    /// Sets or reads a pragma of the connection, for tests of what SQLite then refuses.
    ///
    /// - Returns: The first value of the answer.
    package func pragma(_ pragma: StaticString) throws -> Int? {
        let rows = try connection.rows(pragma)
        return try rows.next() ? Int(rows.integer(0)) : nil
    }
}
