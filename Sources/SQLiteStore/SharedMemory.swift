import Glibc

/// The `-shm` file beside a database, which SQLite makes with the database's own mode.
enum SharedMemory {
    /// Gives it back the right to be written.
    ///
    /// Where the database was read-only for a while, a `-shm` that was made then stays so, and
    /// nobody could write any more.
    static func mend(path: String) {
        var database = stat()
        guard stat(path, &database) == 0, database.st_mode & S_IWUSR != 0 else { return }
        for file in [path + "-shm", path + "-wal"] {
            var status = stat()
            guard stat(file, &status) == 0, status.st_uid == geteuid(),
                status.st_mode & S_IWUSR == 0
            else { continue }
            chmod(file, database.st_mode & 0o777)
        }
    }
}
