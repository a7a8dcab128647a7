import Glibc
import Synchronization

extension ChildProcess {
    /// Those that nobody has waited for yet; the system keeps what is left of an ended one.
    private static let detached = Mutex<[pid_t]>([])

    /// Starts a program that goes on by itself, whatever becomes of this process: in a session of
    /// its own, without anything that this process has open.
    ///
    /// - Parameter arguments: The program's name or path first. Everybody on the machine can read
    ///   them.
    /// - Throws: `missing` or `system` where it cannot be started.
    package static func startDetached(_ arguments: [String]) throws(Failure) {
        reapDetached()
        let process = try start(arguments, .detached)
        detached.withLock { $0.append(process) }
    }

    /// Starts a program that says what it says where this process does, and that is waited for.
    ///
    /// - Returns: Its number, for `wait`.
    /// - Throws: `missing` or `system` where it cannot be started.
    package static func startBeside(_ arguments: [String]) throws(Failure) -> Int32 {
        try start(arguments, .shared)
    }

    /// Waits for the end of a program that was started beside this one.
    ///
    /// - Returns: Its status, as `Result` has it.
    package static func wait(for process: Int32) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return Self.status(of: status)
    }

    /// Lets go of the detached programs that have ended; each new start does so too.
    ///
    /// - Returns: How many still go on.
    @discardableResult package static func reapDetached() -> Int {
        detached.withLock { processes in
            processes.removeAll { waitpid($0, nil, WNOHANG) != 0 }
            return processes.count
        }
    }
}
