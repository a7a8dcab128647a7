extension Array<UInt8> {
    /// Appends a text's UTF-8, copied in one piece: a request appends dozens of them, and a view
    /// of the text hands its bytes over one by one.
    package mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }
}

extension Array<UInt8> {
    /// Appends a text's UTF-8 with every byte as `%XX` that does not pass (RFC 3986 §2.1).
    package mutating func append(percentEncoding text: String, except isAllowed: (UInt8) -> Bool) {
        if text.bytesSatisfy(isAllowed) { return append(text: text) }
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            if isAllowed(byte) {
                append(byte)
            } else {
                self += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            }
        }
    }
}

extension String {
    /// Whether all bytes pass, read where the string has them.
    func bytesSatisfy(_ isAllowed: (UInt8) -> Bool) -> Bool {
        var text = self
        return text.withUTF8 { $0.allSatisfy(isAllowed) }
    }
}
