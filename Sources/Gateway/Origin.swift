/// Scheme and authority that the client addressed, told from the request.
enum Origin {
    /// `https://host[:port]`; nil unless HTTP_HOST is a plain host name, an IPv4 address or an
    /// IPv6 address in brackets.
    ///
    /// The client writes HTTP_HOST, and not every web server checks it: the strict form keeps
    /// quotes, blanks and slashes out of whatever is built from it.
    static func text(variables: Variables) -> String? {
        guard let host = variables.value(named: "HTTP_HOST"), isAuthority(host) else {
            return nil
        }
        return scheme(variables: variables) + "://" + host
    }

    private static func scheme(variables: Variables) -> String {
        let https = variables.value(named: "HTTPS")?.lowercased()
        if https == "on" || https == "1" { return "https" }
        return variables.value(named: "REQUEST_SCHEME") == "https" ? "https" : "http"
    }

    private static func isAuthority(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { isAuthority($0[...]) }
    }

    private static func isAuthority(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard text.count <= 261 else { return false }
        if text.first == UInt8(ascii: "[") {
            guard let bracket = text.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = text[..<bracket].dropFirst()
            return address.contains(UInt8(ascii: ":")) && address.allSatisfy(isAddressByte)
                && isPort(text[bracket...].dropFirst())
        }
        let host = text.prefix { $0 != UInt8(ascii: ":") }
        return !host.isEmpty && host.allSatisfy(isHostByte) && isPort(text[host.endIndex...])
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): true
        case UInt8(ascii: ":"), UInt8(ascii: "."): true
        default: isDigit(byte)
        }
    }

    /// Nothing, or a colon and one to five digits.
    private static func isPort(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard text.first == UInt8(ascii: ":") else { return text.isEmpty }
        return (2...6).contains(text.count) && text.dropFirst().allSatisfy(isDigit)
    }
}
