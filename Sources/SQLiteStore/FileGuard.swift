import Glibc

/// Keeps a `-wal` file from being applied to a database that it is not of.
///
/// Somebody may rename another file into the place of a database that processes have open. They go
/// on with the old file until they close it, and its `-wal` stays beside the new one, which SQLite
/// would take for its own.
///
/// Each process that has the database open holds a shared lock (flock) on the database file and
/// one on its `-wal`. Where the `-wal` is held by others and the database by nobody, they do not
/// belong together. SQLite's own locks are of another kind.
final class FileGuard {
    private let database: Int32
    private var wal: Int32 = -1
    private let walPath: String

    /// How long another process may take to find out the same.
    private static let triesMax = 200
    private static let pauseMicroseconds: UInt32 = 1_000

    /// Takes hold of a database file.
    ///
    /// - Throws: `DatabaseUnfit.missing`; `.replaced` when the `-wal` beside it belongs to another
    ///   file.
    init(path: String) throws {
        walPath = path + "-wal"
        database = open(path, O_RDONLY | O_CLOEXEC)
        if database < 0 {
            if errno == ENOENT { throw DatabaseUnfit.missing(path: path) }
            // SQLite says what is wrong with it.
            return
        }
        guard Self.isOwn(database, walPath: walPath) else { throw DatabaseUnfit.replaced }
    }

    /// To be called when SQLite has the file open, and has read it: then there is a `-wal`.
    func holdWAL() {
        guard wal < 0 else { return }
        wal = open(walPath, O_RDONLY | O_CLOEXEC)
        if wal >= 0 { flock(wal, LOCK_SH) }
    }

    /// Not before SQLite has closed the file: whoever closes a descriptor of a file gives up all of
    /// the process's own locks on it.
    deinit {
        if wal >= 0 { close(wal) }
        if database >= 0 { close(database) }
    }

    /// Takes the shared lock on the database, if the `-wal` is its own.
    private static func isOwn(_ database: Int32, walPath: String) -> Bool {
        for _ in 0..<triesMax {
            if flock(database, LOCK_EX | LOCK_NB) == 0 {
                // Nobody else has this file open: a `-wal` that somebody has open is another's.
                let isOwn = !isHeld(walPath)
                flock(database, isOwn ? LOCK_SH : LOCK_UN)
                return isOwn
            }
            // No file system for locks: nothing can be known.
            if errno != EWOULDBLOCK { return true }
            // Shared locks are held by those alone who have found out.
            if flock(database, LOCK_SH | LOCK_NB) == 0 { return true }
            usleep(pauseMicroseconds)
        }
        return false
    }

    private static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
