import CSQLite
import Directory

/// What can be told of a database file without changing it, for diagnosis.
package struct Inspection: Sendable {
    /// What a file is to this program.
    package enum Content: Sendable, Equatable {
        /// Without any table.
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
    package init(path: String, depth: Depth = .header) throws {
        self = try mapped {
            let fileGuard = try FileGuard(path: path)
            return try withExtendedLifetime(fileGuard) {
                let connection = try Connection(path: path, .readOnly)
                try fileGuard.confirm()
                return try Inspection(connection, depth)
            }
        }
    }

    private init(_ connection: Connection, _ depth: Depth) throws {
        content = try Self.content(connection)
        journalMode = try connection.texts("PRAGMA journal_mode").first ?? ""
        damages =
            switch depth {
            case .header: nil
            case .pages: try connection.texts("PRAGMA quick_check(20)").filter { $0 != "ok" }
            }
    }

    private static func content(_ connection: Connection) throws -> Content {
        guard try !Migrations.isEmpty(connection) else { return .empty }
        guard try Migrations.isRoster(connection) else { return .foreign }
        let (found, known) = (try Migrations.version(connection), Migrations.currentVersion)
        if found < known { return .older(found: found, known: known) }
        if found > known { return .newer(found: found, known: known) }
        return .current(schema: found)
    }
}
