extension Slice<UnsafeBufferPointer<UInt8>> {
    /// The text of these bytes, which are cut from a string, with `%XX` decoded (RFC 3986 §2.1).
    ///
    /// - Parameter plusIsSpace: As in a query.
    /// - Returns: `nil` when an escape is malformed or the escapes are not UTF-8.
    package func percentDecoded(plusIsSpace: Bool = false) -> String? {
        guard contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            // Nothing was put together here: it is as much UTF-8 as what it was cut from.
            return String(decoding: UnsafeBufferPointer(rebasing: self), as: UTF8.self)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var rest = self
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst()?.hexadecimalValue,
                    let low = rest.popFirst()?.hexadecimalValue
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension String {
    /// The text with `%XX` decoded; `nil` as above.
    package var percentDecoded: String? {
        var text = self
        return text.withUTF8 { $0[...].percentDecoded() }
    }
}
