import SCIM
import SQLiteStore

/// The database of a process that serves: opened when a request needs it, closed when none comes.
///
/// The last process that closes it leaves it whole in one file: then it can be copied, or replaced,
/// where nobody can stop the processes.
final class ServedDatabase {
    private struct File {
        let path: String
        let identity: FileIdentity?

        init(path: String) {
            self.path = path
            identity = FileIdentity(path: path)
        }

        /// Whether it still is the file with the path.
        var isThere: Bool { identity != nil && identity == FileIdentity(path: path) }

        var hasWAL: Bool { FileIdentity(path: path + "-wal") != nil }
    }

    private var opened: (file: File, store: SQLiteStore)?
    /// What was closed, and how many more times it may be.
    private var closed: (file: File, closings: Int)?

    private static let closingsMax = 5

    /// The store, opened once, and again when another file has taken the database's place.
    ///
    /// - Throws: As `SQLiteStore.init`.
    func store(path: String) throws -> SQLiteStore {
        closed = nil
        if let opened, opened.file.path == path, opened.file.isThere, opened.store.isUsable {
            return opened.store
        }
        opened = nil
        // Looked at before it is opened: a file that is renamed into place in between is then seen
        // to be another by the next request.
        let file = File(path: path)
        let store = try SQLiteStore(path: path)
        opened = (file, store)
        return store
    }

    /// Closes the database when nothing is to be done.
    ///
    /// Processes that close it in the same moment leave what the last one has to do to each other.
    /// So each comes back a few times while it is not done, after some time of its own.
    ///
    /// - Returns: The milliseconds after which to do it again; -1 for not before another request.
    func letGo() -> Int32 {
        if let opened {
            closed = (opened.file, 0)
            self.opened = nil
        } else if let closed, closed.file.isThere {
            // Opened and closed at once.
            _ = try? SQLiteStore(path: closed.file.path)
        }
        guard let last = closed, last.file.isThere, last.file.hasWAL,
            last.closings < Self.closingsMax
        else {
            closed = nil
            return -1
        }
        closed = (last.file, last.closings + 1)
        return .random(in: 50...500)
    }
}
