import Directory
import Glibc
import SCIM

/// The system clock.
@Sendable func currentInstant() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(
        milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    )
}

/// Microseconds of a clock that is never set, for durations.
@Sendable func monotonicMicroseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
}

/// Milliseconds of processor time that the process has used.
func cpuMilliseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
}

extension Budget {
    /// Makes the budget of one request, which begins now.
    ///
    /// - Parameters:
    ///   - limit: Of the process's time, in milliseconds.
    ///   - isAbandoned: Whether nobody waits for the answer any more; asked now and then.
    /// - Returns: A budget for this request alone.
    static func request(
        cpuMilliseconds limit: Int,
        isAbandoned: @escaping () -> Bool
    ) -> Budget {
        let start = cpuMilliseconds()
        var nextLook = abandonmentMilliseconds
        return Budget {
            let used = cpuMilliseconds() - start
            if used >= limit { return .time }
            if used < nextLook { return nil }
            nextLook = used + abandonmentMilliseconds
            return isAbandoned() ? .abandoned : nil
        }
    }

    /// How much time is used up between looks at whether the client has gone.
    private static let abandonmentMilliseconds = 20
}

/// The value of an environment variable; `nil` when it is unset or empty.
func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
}

/// Writes one line to standard error.
func complain(_ message: String) {
    let line = Array("roster: \(message)\n".utf8)
    _ = write(2, line, line.count)
}

func exit(status: Int32) -> Never {
    Glibc.exit(status)
}

/// What tells a file from another that took its name.
struct FileIdentity: Equatable {
    private let device: UInt64
    private let inode: UInt64

    /// - Returns: `nil` when there is no such file.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}

/// Does nothing for a while.
func sleepMilliseconds(_ milliseconds: Int) {
    usleep(UInt32(1_000 * milliseconds))
}
