extension Array<UInt8> {
    /// Appends a text's UTF-8, copied in one piece: a request appends dozens of them, and a view
    /// of the text hands its bytes over one by one.
    package mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }
}

extension String {
    /// Whether all bytes pass, read where the string has them.
    func bytesSatisfy(_ isAllowed: (UInt8) -> Bool) -> Bool {
        var text = self
        return text.withUTF8 { $0.allSatisfy(isAllowed) }
    }
}
