/// Whether a byte is an ASCII letter or digit.
func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    default: isDigit(byte)
    }
}

/// Whether a byte is an ASCII digit.
func isDigit(_ byte: UInt8) -> Bool {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
}

/// Whether a byte may stand in a token (RFC 9110 §5.6.2), such as a method or a field name.
func isTokenByte(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
}

/// Whether a byte may stand in a request target: no blank and no control character.
func isTargetByte(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte != 0x7F
}

/// Whether a byte may stand in a scheme's name (RFC 3986 §3.1).
func isSchemeByte(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || "+-.".utf8.contains(byte)
}

/// Whether a byte stands for itself in a path (RFC 3986 §3.3: `pchar` or `/`).
func isPathByte(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || "-._~!$&'()*+,;=:@/".utf8.contains(byte)
}
