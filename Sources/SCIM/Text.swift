@_spi(_Unicode) import Swift

extension String {
    /// Whether both strings have the same code points; `==` would take canonically equivalent
    /// strings for equal.
    package func isIdenticalText(to other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let isIdentical = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in
                // What was copied and not changed has its bytes in one place.
                left.baseAddress == right.baseAddress
                    || left.indices.allSatisfy { left[$0] == right[$0] }
            }
        }
        return (isIdentical ?? nil) ?? utf8.elementsEqual(other.utf8)
    }

    /// Whether both names are the same without regard to ASCII case (RFC 7643 §2.1).
    package func equalsIgnoringASCIICase(_ other: String) -> Bool {
        utf8.count == other.utf8.count && hasPrefixIgnoringASCIICase(other)
    }

    /// Whether the strings begin alike without regard to ASCII case.
    package func hasPrefixIgnoringASCIICase(_ prefix: String) -> Bool {
        // Names are compared by the hundred for each request: straight from memory, where the
        // string has its bytes there.
        let hasPrefix = utf8.withContiguousStorageIfAvailable { text in
            prefix.utf8.withContiguousStorageIfAvailable { text.hasPrefixIgnoringCase($0) }
        }
        return (hasPrefix ?? nil)
            ?? Array(utf8).withUnsafeBufferPointer { text in
                Array(prefix.utf8).withUnsafeBufferPointer { text.hasPrefixIgnoringCase($0) }
            }
    }

    /// The form in which strings are compared where case does not matter: Unicode full case
    /// folding between two rounds of NFC, full-width ASCII as ASCII (RFC 8265 §3.3).
    ///
    /// Two strings are equal for SCIM exactly when their folded forms have the same bytes, and
    /// order is the order of those bytes.
    package var caseFolded: String {
        if utf8.allSatisfy({ $0 < 0x80 }) {
            return String(decoding: utf8.map(\.asciiLowercased), as: UTF8.self)
        }
        var folded = String.UnicodeScalarView()
        for scalar in _nfc {
            // Upper case first: it unites what has one capital, as in ß/SS and ς/σ.
            for upper in scalar.unified.properties.uppercaseMapping.unicodeScalars {
                folded.append(contentsOf: upper.properties.lowercaseMapping.unicodeScalars)
            }
        }
        var composed = String.UnicodeScalarView()
        for scalar in String(folded)._nfc { composed.append(scalar) }
        return String(composed)
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func hasPrefixIgnoringCase(_ prefix: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count >= prefix.count else { return false }
        for index in prefix.indices where self[index] != prefix[index] {
            guard self[index].asciiLowercased == prefix[index].asciiLowercased else {
                return false
            }
        }
        return true
    }
}

extension UInt8 {
    /// The byte with an ASCII capital made small.
    package var asciiLowercased: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}

extension Unicode.Scalar {
    /// The ASCII character that this full-width character is a wide form of; the small sharp s
    /// for the capital one, which has no other capital than itself; else the character itself.
    fileprivate var unified: Unicode.Scalar {
        switch value {
        case 0x1E9E: "\u{DF}"
        case 0x3000: " "
        case 0xFF01...0xFF5E: Unicode.Scalar(UInt8(value - 0xFEE0))
        default: self
        }
    }
}
