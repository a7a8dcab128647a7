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
