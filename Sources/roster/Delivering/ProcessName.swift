import Glibc

/// Names a process of a machine, so that another can tell whether it has ended.
struct ProcessName {
    private let boot: String
    private let id: Int32
    private let start: String

    /// This process.
    static let current = ProcessName(
        boot: boot,
        id: getpid(),
        start: startTime(of: getpid()) ?? ""
    )

    /// The name as `BOOT:PID:START`.
    var text: String { "\(boot):\(id):\(start)" }

    private init(boot: String, id: Int32, start: String) {
        self.boot = boot
        self.id = id
        self.start = start
    }

    private init?(_ text: String) {
        let parts = text.split(separator: ":").map(String.init)
        guard parts.count == 3, let id = Int32(parts[1]) else { return nil }
        self.init(boot: parts[0], id: id, start: parts[2])
    }

    /// Whether a process is known to have ended: one of this machine, since its last start.
    static func isGone(_ text: String) -> Bool {
        guard let name = ProcessName(text), name.boot == boot else { return false }
        return startTime(of: name.id) != name.start
    }

    /// Another for each start of the machine, and for each container's processes.
    private static let boot: String = {
        let id = firstLine("/proc/sys/kernel/random/boot_id") ?? "unknown"
        var namespace = stat()
        _ = stat("/proc/self/ns/pid", &namespace)
        return "\(id)-\(namespace.st_ino)"
    }()

    /// When a process was started, in a unit of the kernel's own; `nil` for none.
    private static func startTime(of id: Int32) -> String? {
        guard let line = firstLine("/proc/\(id)/stat"), let name = line.lastIndex(of: ")") else {
            return nil
        }
        // The 22nd field; the program's name, which may hold blanks, is the second.
        let fields = line[line.index(after: name)...].split(separator: " ")
        return fields.count > 19 && fields[0] != "Z" ? String(fields[19]) : nil
    }

    private static func firstLine(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = read(file, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].prefix { $0 != 0x0A }, as: UTF8.self)
    }
}
