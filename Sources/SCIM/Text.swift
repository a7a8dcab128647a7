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

    /// Whether the string ends in ASCII text without regard to ASCII case.
    package func hasSuffixIgnoringASCIICase(_ suffix: String) -> Bool {
        utf8.count >= suffix.utf8.count
            && String(Substring(utf8.suffix(suffix.utf8.count))).equalsIgnoringASCIICase(suffix)
    }

    /// The form in which strings are compared where case does not matter: Unicode full case
    /// folding between two rounds of NFC, full-width and half-width characters as the others
    /// (RFC 8265 §3.3).
    ///
    /// Two strings are equal for SCIM exactly when their folded forms have the same bytes, and
    /// order is the order of those bytes.
    package var caseFolded: String {
        if utf8.allSatisfy({ $0 < 0x80 }) {
            return String(decoding: utf8.map(\.asciiLowercased), as: UTF8.self)
        }
        var folded = String.UnicodeScalarView()
        for scalar in inCanonicalOrder._nfc {
            // The dotless i is a letter of its own, though its capital is that of the other.
            if scalar == "\u{131}" {
                folded.append(scalar)
                continue
            }
            // Upper case first: it unites what has one capital, as in ß/SS and ς/σ.
            for upper in scalar.unified.properties.uppercaseMapping.unicodeScalars {
                // One at a time: `append(contentsOf:)` copies all that is there already.
                for lower in upper.properties.lowercaseMapping.unicodeScalars {
                    folded.append(lower)
                }
            }
        }
        var composed = String.UnicodeScalarView()
        for scalar in String(folded).inCanonicalOrder._nfc { composed.append(scalar) }
        return String(composed)
    }

    /// The same text with long runs of combining marks in canonical order (Unicode Standard
    /// §3.11, D109), which is what normalisation makes of them first.
    ///
    /// The standard library inserts each mark of a run at its place, in time that is quadratic in
    /// the run's length; where all stand in order, it moves none. Runs that any language writes
    /// are short, and stay as they are.
    package var inCanonicalOrder: String {
        var ordered = String.UnicodeScalarView()
        var run: [Unicode.Scalar] = []
        var isChanged = false
        for scalar in unicodeScalars {
            if scalar.isCombiningMark {
                run.append(scalar)
                continue
            }
            isChanged = ordered.append(marks: &run) || isChanged
            ordered.append(scalar)
        }
        isChanged = ordered.append(marks: &run) || isChanged
        return isChanged ? String(ordered) : self
    }

    /// Marks in a row that are left to the standard library: as many as the Stream-Safe Text
    /// Format has at most (UAX #15 §13).
    package static let marksInARow = 30
}

extension String.UnicodeScalarView {
    /// Appends a run of combining marks, in canonical order if it is long, and empties it.
    ///
    /// - Returns: Whether the marks were put in order.
    fileprivate mutating func append(marks run: inout [Unicode.Scalar]) -> Bool {
        if run.isEmpty { return false }
        let isLong = run.count > String.marksInARow
        // Swift's sort leaves marks of one class in their order, as it must be.
        if isLong { run.sort { $0.combiningClass < $1.combiningClass } }
        for mark in run { append(mark) }
        run.removeAll(keepingCapacity: true)
        return isLong
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
    /// The canonical combining class; 0 of what begins a character.
    fileprivate var combiningClass: UInt8 { properties.canonicalCombiningClass.rawValue }

    /// Whether it is a mark that normalisation may move.
    fileprivate var isCombiningMark: Bool {
        // There is none before U+0300.
        value >= 0x300 && combiningClass > 0
    }

    /// The character that this full-width or half-width one is a form of; the small sharp s
    /// for the capital one, which has no other capital than itself; else the character itself.
    fileprivate var unified: Unicode.Scalar {
        switch value {
        case 0x1E9E: "\u{DF}"
        case 0x3000: " "
        case 0xFF01...0xFF5E: Unicode.Scalar(UInt8(value - 0xFEE0))
        case 0xFF61...0xFF9F: Self.fullWidthKatakana[Int(value - 0xFF61)]
        // Hangul letters in five rows, each of which leaves gaps in the half-width block.
        case 0xFFA1...0xFFBE: Unicode.Scalar(value - 0xFFA1 + 0x3131) ?? self
        case 0xFFC2...0xFFC7: Unicode.Scalar(value - 0xFFC2 + 0x314F) ?? self
        case 0xFFCA...0xFFCF: Unicode.Scalar(value - 0xFFCA + 0x3155) ?? self
        case 0xFFD2...0xFFD7: Unicode.Scalar(value - 0xFFD2 + 0x315B) ?? self
        case 0xFFDA...0xFFDC: Unicode.Scalar(value - 0xFFDA + 0x3161) ?? self
        default: self
        }
    }

    /// What U+FF61 and those behind it are half-width forms of; the last two are the combining
    /// voiced sound marks.
    private static let fullWidthKatakana = Array(
        ("。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモ"
            + "ヤユヨラリルレロワン\u{3099}\u{309A}").unicodeScalars
    )
}
