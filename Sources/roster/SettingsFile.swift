import Glibc

/// Settings in a file beside the program, for hosts where neither the environment nor the web
/// server can be given variables: `roster.conf` for a program `roster`, `v2.conf` for `v2`.
///
/// A line a setting, `NAME=VALUE`; lines that begin with `#` are comments.
struct SettingsFile {
    /// The file of this program; `nil` where there is none, or where others could have written it.
    static let own: SettingsFile? = executablePath.flatMap { SettingsFile(path: $0 + ".conf") }

    private let values: [String: String]

    /// - Returns: `nil` when there is no such file, or when others than its owner may write it.
    init?(path: String) {
        guard let status = FileStatus(path: path), let text = FileContent.text(path: path) else {
            return nil
        }
        if status.mode & 0o022 != 0 {
            complain("\(path) is not used: others than its owner may write it (\(status.summary))")
            return nil
        }
        self.init(text: text)
    }

    init(text: String) {
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) where line.first != "#" {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty else { continue }
            values[String(parts[0])] = String(parts[1])
        }
        self.values = values
    }

    subscript(name: String) -> String? { values[name] }

    /// Where this program's file is.
    static var executablePath: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return nil }
        let path = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        // The kernel's words for a program whose file was replaced while it runs.
        let replaced = " (deleted)"
        return path.hasSuffix(replaced) ? String(path.dropLast(replaced.count)) : path
    }
}
