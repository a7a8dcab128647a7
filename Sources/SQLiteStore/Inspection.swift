import GRDB
import SCIM

/// What can be told of a database file without changing it, for diagnosis.
package struct Inspection: Sendable {
    /// What a file is to this program.
    package enum Content: Sendable, Equatable {
        /// Without any table; Roster makes them on first use.
        case empty
        /// A database of another program.
        case foreign
        /// Of the schema that this program has.
        case current(schema: Int)
        case older(found: Int, known: Int)
        case newer(found: Int, known: Int)
    }

    package let content: Content
    /// `wal` as Roster wants it, or what the file system allowed instead.
    package let journalMode: String
    /// What `PRAGMA quick_check` found, empty when all is well; `nil` when it was not asked for.
    package let damages: [String]?

    /// How far to look.
    package enum Depth: Sendable {
        case header
        /// Reads the whole file.
        case pages
    }

    /// Opens the file read-only and closes it again.
    ///
    /// - Parameters:
    ///   - path: Of a file that exists.
    ///   - depth: `pages` takes as long as reading the whole file.
    /// - Throws: As `SQLiteStore.init`, for a file that SQLite cannot open or read.
    package init(path: String, depth: Depth = .header) throws(SCIMError) {
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(5)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            self = try queue.read { try Inspection($0, depth) }
        } catch {
            throw SCIMError(storeError: error)
        }
    }

    private init(_ database: Database, _ depth: Depth) throws {
        content = try Migrations.content(database)
        journalMode = try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? ""
        damages =
            switch depth {
            case .header: nil
            case .pages:
                try String.fetchAll(database, sql: "PRAGMA quick_check(20)").filter { $0 != "ok" }
            }
    }
}

extension Migrations {
    fileprivate static func content(_ database: Database) throws -> Inspection.Content {
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        guard tables > 0 else { return .empty }
        guard try Int.fetchOne(database, sql: "PRAGMA application_id") == applicationID else {
            return .foreign
        }
        let found = try version(database)
        if found < currentVersion { return .older(found: found, known: currentVersion) }
        if found > currentVersion { return .newer(found: found, known: currentVersion) }
        return .current(schema: found)
    }
}
