import Glibc

/// The least that the system must allow a process, before it begins.
///
/// Where memory cannot be had, Swift's runtime ends the process by a signal, which tells nobody
/// why; where descriptors cannot be had, every request would fail.
enum ProcessLimits {
    /// Standard streams, listener, stop signals, events, connection, log, the database with its
    /// two files and the two locks on them, and what a search for names takes for a moment.
    private static let descriptorsMin: rlim_t = 16
    /// Of address space, in bytes: the program, and six times an answer of the greatest size.
    private static let addressSpaceMin: rlim_t = 256 << 20

    /// - Returns: What a limit is, and what it must be; `nil` when none is too low.
    static func fault() -> String? {
        let descriptors = limit(RLIMIT_NOFILE.rawValue)
        if descriptors < descriptorsMin {
            return "\(descriptors) open files are allowed (ulimit -n), and "
                + "\(descriptorsMin) are needed"
        }
        let addressSpace = limit(RLIMIT_AS.rawValue)
        if addressSpace < addressSpaceMin {
            return "\(addressSpace >> 10) kB of address space are allowed (ulimit -v), and "
                + "\(addressSpaceMin >> 10) are needed"
        }
        return nil
    }

    private static func limit(_ resource: UInt32) -> rlim_t {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(resource), &limit) == 0 else { return .max }
        return limit.rlim_cur
    }
}
