/// The base URL of a SCIM endpoint (RFC 3986), taken apart.
package struct URL: Equatable {
    /// The scheme, `http` or `https`.
    package let scheme: String
    /// Host and port, such as `www.example.com` or `www.example.com:8443`.
    package let authority: String
    /// The path without a trailing slash, such as `/scim/v2`.
    package let path: String

    /// - Returns: `nil` for anything but `http(s)://host[:port]/path` in ASCII: no user, query or
    ///   fragment.
    package init?(_ text: String) {
        guard text.utf8.allSatisfy(Self.isPlain),
            let separator = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            text[separator...].hasPrefix("://")
        else { return nil }
        let scheme = text[..<separator].lowercased()
        let rest = text[separator...].dropFirst(3)
        let authority = rest.prefix { $0 != "/" }
        guard scheme == "http" || scheme == "https", !authority.isEmpty,
            authority.first != ":", Self.hasPort(authority)
        else { return nil }
        self.scheme = scheme
        self.authority = authority.lowercased()
        var path = rest[authority.endIndex...]
        while path.hasSuffix("/") { path.removeLast() }
        self.path = String(path)
    }

    package var text: String { "\(scheme)://\(authority)\(path)" }

    package var origin: String { "\(scheme)://\(authority)" }

    /// Without the port.
    package var host: String { String(authority[..<Self.hostEnd(authority[...])]) }

    package var port: String? {
        let port = authority[Self.hostEnd(authority[...])...].dropFirst()
        return port.isEmpty ? nil : String(port)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !"\"\\<>?#@".utf8.contains(byte)
    }

    /// Whether it names this machine, so that nobody listens on the way.
    package var isLoopback: Bool {
        host == "localhost" || host == "[::1]" || host.hasPrefix("127.")
    }

    /// The colon before the port, which is none of those in brackets.
    private static func hostEnd(_ authority: Substring) -> Substring.Index {
        let start = authority.lastIndex(of: "]") ?? authority.startIndex
        return authority[start...].firstIndex(of: ":") ?? authority.endIndex
    }

    private static func hasPort(_ authority: Substring) -> Bool {
        let rest = authority[hostEnd(authority)...]
        guard !rest.isEmpty else { return true }
        return UInt16(rest.dropFirst()) != nil
    }
}
