import Console
import SCIM
import Transport

/// Tries the endpoint's address as `roster check --url` does, in a process of its own: this one may
/// be the one that is to answer.
struct WayCheck {
    let url: String
    /// The database's file.
    let path: String

    private static let milliseconds = 60_000
    private static let outputBytesMax = 65_536

    var checks: [Console.Check] {
        do throws(ChildProcess.Failure) {
            let result = try ChildProcess.run(
                ["/proc/self/exe", "check", "--url", url, "--database", path],
                input: [],
                outputBytesMax: Self.outputBytesMax,
                millisecondsMax: Self.milliseconds
            )
            let lines = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
            return lines.compactMap { Finding(line: $0) }.compactMap(Console.Check.init)
        } catch {
            return [.init(.warning, "The address could not be tried: the check did not end")]
        }
    }
}

extension Finding {
    /// Reads what `line` writes; `nil` for anything else.
    fileprivate init?(line: Substring) {
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let level = Level(rawValue: String(parts[0])) else { return nil }
        let texts = parts[1].dropFirst().components(" — ")
        self.init(level: level, what: texts.0, cure: texts.1)
    }
}

extension Substring {
    /// What stands before the first separator, and behind it.
    fileprivate func components(_ separator: String) -> (String, String?) {
        var rest = self
        while !rest.isEmpty {
            if rest.hasPrefix(separator) {
                return (String(self[..<rest.startIndex]), String(rest.dropFirst(separator.count)))
            }
            rest = rest.dropFirst()
        }
        return (String(self), nil)
    }
}
