import Glibc

/// Keeps a `-wal` file from being applied to a database that it is not of.
///
/// Somebody may rename another file into the place of a database that processes have open. They go
/// on with the old file until they close it, and its `-wal` stays beside the new one, which SQLite
/// would take for its own.
///
/// Each process that has the database open holds a shared lock on a byte of the database file (fcntl,
/// of the descriptor) and one on its `-wal` (flock). Where the `-wal` is held by others and the
/// database by nobody, they do not belong together. One process at a time finds that out: it holds
/// the database's other lock (flock). SQLite's own locks are of other bytes.
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

    /// To be called when SQLite has opened the file and not read it: with the first read it opens
    /// the `-wal`, and would move what that holds into the file when it closes it.
    ///
    /// - Throws: `DatabaseUnfit.replaced` when another file has taken the name since this one was
    ///   taken hold of: SQLite may have opened either.
    func confirm() throws {
        guard database < 0 || isInPlace else { throw DatabaseUnfit.replaced }
    }

    /// To be called when SQLite has read the file, and before it writes to it; again where a new
    /// file gets its `-wal` by being written to.
    ///
    /// - Throws: `DatabaseUnfit.replaced` when another file has taken the name: then the `-wal` may
    ///   be that one's.
    func holdWAL() throws {
        guard wal < 0 else { return }
        let found = open(walPath, O_RDONLY | O_CLOEXEC)
        // It was opened while this file was in place, and so is its own.
        guard isInPlace || database < 0 else {
            close(found)
            throw DatabaseUnfit.replaced
        }
        guard found >= 0 else { return }
        flock(found, LOCK_SH)
        // Whoever holds it keeps it there; before, another process may have cleared the place.
        guard Self.isNamed(found, walPath) else {
            close(found)
            throw DatabaseUnfit.replaced
        }
        wal = found
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
                defer { flock(database, LOCK_UN) }
                // Where nobody else has this file open, a `-wal` that somebody has is another's.
                guard isUsed(database) || !isHeld(walPath) else { return false }
                use(database)
                return true
            }
            // No file system for locks: nothing can be known.
            if errno != EWOULDBLOCK { return true }
            usleep(pauseMicroseconds)
        }
        return false
    }

    private static func isUsed(_ database: Int32) -> Bool {
        var lock = useLock(F_WRLCK)
        return fcntl(database, Self.getOpenFileLock, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
    }

    private static func use(_ database: Int32) {
        var lock = useLock(F_RDLCK)
        _ = fcntl(database, Self.setOpenFileLock, &lock)
    }

    // Linux's F_OFD_GETLK and F_OFD_SETLK, which glibc shows to GNU programs alone.
    private static let getOpenFileLock: Int32 = 36
    private static let setOpenFileLock: Int32 = 37

    /// Of the file's first byte, which SQLite does not lock.
    private static func useLock(_ type: Int32) -> flock {
        var lock = flock()
        lock.l_type = Int16(type)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_len = 1
        return lock
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
