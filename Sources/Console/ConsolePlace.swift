import SCIM

/// Where the console is, and which of its pages a path leads to.
struct ConsolePlace: Sendable {
    /// The path of the console, without a trailing slash: `/scim/admin`.
    let base: String
    /// Of the SCIM endpoint beside it, without a trailing slash: `/scim/v2`.
    let endpoint: String
    /// What follows, decoded.
    let segments: [String]

    /// Reads a path; `nil` for one that is not the console's.
    ///
    /// - Parameter path: Percent-encoded; the console is where `admin` follows `scim` or `v2`, or
    ///   begins the path.
    init?(_ path: String) {
        let encoded = path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
        guard let index = Self.index(encoded) else { return nil }
        let before = encoded[..<index]
        // A cookie's path ends there, and its next attribute begins.
        guard !before.contains(where: { $0.utf8.contains(UInt8(ascii: ";")) }) else { return nil }
        let root = before.last == "v2" ? before.dropLast() : before
        base = "/" + encoded[...index].joined(separator: "/")
        endpoint = "/" + (root + ["v2"]).joined(separator: "/")
        // What cannot be decoded is the name of nothing, either way.
        segments = encoded[(index + 1)...].map { $0.percentDecoded ?? $0 }
    }

    private static func index(_ segments: [String]) -> Int? {
        segments.indices.first { index in
            guard segments[index] == "admin" else { return false }
            if index == 0 { return !segments.contains("v2") }
            return segments[index - 1] == "scim" || segments[index - 1] == "v2"
        }
    }
}
