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
    private let path: String
    private let walPath: String

    /// How long another process may take to find out the same.
    private static let triesMax = 200
    private static let pauseMicroseconds: UInt32 = 1_000

    /// Takes hold of a database file.
    ///
    /// - Throws: `DatabaseUnfit.missing`; `.replaced` when the `-wal` beside it belongs to another
    ///   file.
    init(path: String) throws {
        self.path = path
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
    ///
    /// - Throws: `DatabaseUnfit.replaced` when another file has taken the name since this one was
    ///   taken hold of: SQLite may have opened either.
    func holdWAL() throws {
        guard database < 0 || isInPlace else { throw DatabaseUnfit.replaced }
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

    /// Clears the place beside a file that has taken the name: SQLite leaves the `-wal` of a file
    /// that was moved, for whoever opens the new one.
    ///
    /// The last process that holds the `-wal` does so: by then nobody commits to it any more. A
    /// lock that was shared is lost where it cannot become exclusive, so that there is a last one.
    ///
    /// - Parameter empty: Moves all that the `-wal` holds into its database. Returns whether it
    ///   could; otherwise the `-wal` is kept under a name that no database has.
    func clearPlace(empty: () -> Bool) {
        guard wal >= 0, !isInPlace, flock(wal, LOCK_EX | LOCK_NB) == 0 else { return }
        let isEmpty = empty()
        guard Self.isNamed(wal, walPath) else { return }
        unlink(path + "-shm")
        if isEmpty { unlink(walPath) } else { rename(walPath, walPath + Self.keptSuffix) }
    }

    private static let keptSuffix = ".kept"

    /// Whether the file that is held still has its name.
    private var isInPlace: Bool { Self.isNamed(database, path) }

    private static func isNamed(_ descriptor: Int32, _ path: String) -> Bool {
        var held = stat()
        var named = stat()
        return fstat(descriptor, &held) == 0 && stat(path, &named) == 0
            && held.st_dev == named.st_dev && held.st_ino == named.st_ino
    }

    private static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
