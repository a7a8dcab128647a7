/// A connection for reading and writing, and the locks that guard its file.
final class OpenFile {
    // In this order they are let go: the connection before the locks.
    let connection: Connection
    private let fileGuard: FileGuard

    /// - Throws: As `FileGuard.init` and `Connection.init`.
    init(path: String) throws {
        // A file that is gone at this moment is missing, whatever happens next.
        fileGuard = try FileGuard(path: path)
        SharedMemory.mend(path: path)
        connection = try Connection(path: path, .readWrite)
        try fileGuard.confirm()
    }

    /// A file that was moved aside keeps what was committed: nothing of its `-wal` stays.
    deinit {
        fileGuard.clearPlace { (try? connection.checkpoint()) == true }
    }

    /// As `FileGuard.holdWAL`.
    func holdWAL() throws {
        try fileGuard.holdWAL()
    }
}
