import Glibc
import SCIM
import Synchronization

/// A time zone, by the machine's own tables.
struct Zone: Sendable {
    /// `Europe/Berlin`, or an offset such as `+02:00`; `UTC` where the machine does not know it.
    let name: String
    /// As the C library wants it.
    private let text: String

    static let utc = Zone("UTC")

    init(_ name: String) {
        if let offset = Self.offset(name) {
            // POSIX counts west of Greenwich, and has no colon in a name.
            text = "<\(name.filter { $0 != ":" })>" + (name.hasPrefix("+") ? "-" : "+") + offset
            self.name = name
        } else if Self.isKnown(name) {
            (self.name, text) = (name, ":" + name)
        } else {
            (self.name, text) = ("UTC", "UTC0")
        }
    }

    /// `02:00` of `+02:00`.
    private static func offset(_ name: String) -> String? {
        let bytes = Array(name.utf8)
        guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            bytes[3] == UInt8(ascii: ":"),
            [1, 2, 4, 5].allSatisfy({ (0x30...0x39).contains(bytes[$0]) })
        else { return nil }
        return String(name.dropFirst())
    }

    /// Whether the machine has a table of the name, which may come from anywhere.
    private static func isKnown(_ name: String) -> Bool {
        let isName = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                || "/_+-".utf8.contains(byte)
        }
        guard isName, !name.isEmpty, name.utf8.first != UInt8(ascii: "/") else { return false }
        return access("/usr/share/zoneinfo/" + name, R_OK) == 0
    }

    /// The C library has one zone, for the whole process.
    private static let clocks = Mutex(())

    private func with(_ body: () -> Void) {
        Self.clocks.withLock { _ in
            setenv("TZ", text, 1)
            tzset()
            body()
        }
    }

    /// A moment as the zone's clocks show it.
    struct Time: Sendable {
        /// Since the year 0.
        let year: Int
        /// 1 to 12.
        let month: Int
        let day: Int
        /// 0 for Sunday.
        let weekday: Int
        let hour: Int
        let minute: Int
        let second: Int
    }

    func time(of instant: Instant) -> Time {
        var seconds = time_t(instant.microseconds / 1_000_000)
        var parts = tm()
        with { localtime_r(&seconds, &parts) }
        return Time(
            year: Int(parts.tm_year) + 1_900,
            month: Int(parts.tm_mon) + 1,
            day: Int(parts.tm_mday),
            weekday: Int(parts.tm_wday),
            hour: Int(parts.tm_hour),
            minute: Int(parts.tm_min),
            second: Int(parts.tm_sec)
        )
    }

    /// The moment when a day begins.
    ///
    /// - Returns: `nil` for a day that there is not.
    func start(ofYear year: Int, month: Int, day: Int) -> Instant? {
        guard (0...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
            return nil
        }
        var parts = tm()
        parts.tm_year = Int32(year - 1_900)
        parts.tm_mon = Int32(month - 1)
        parts.tm_mday = Int32(day)
        parts.tm_isdst = -1
        var seconds: time_t = 0
        with { seconds = mktime(&parts) }
        guard Int(parts.tm_mon) == month - 1, Int(parts.tm_mday) == day else { return nil }
        return Instant(microseconds: Int64(seconds) * 1_000_000)
    }
}
