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
func monotonicMicroseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
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
