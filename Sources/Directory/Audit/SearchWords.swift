@_spi(_Unicode) import Swift

import SCIM

/// Words as they are searched for: folded, and made of ASCII letters and digits alone, so that no
/// store cuts them otherwise.
package enum SearchWords {
    /// Bytes of a word, beyond which it is cut.
    private static let wordBytes = 40

    /// The words of a text: runs of letters and digits, without regard to case and accents.
    ///
    /// - Parameters:
    ///   - text: Any.
    ///   - limit: Words that are looked at.
    /// - Returns: In the order of the text.
    package static func words(of text: String, limit: Int = 32) -> [String] {
        let text = text.cut(toBytes: 2_048)
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return asciiWords(of: text, limit) }
        var words: [String] = []
        var word = ""
        for scalar in text.caseFolded._nfd {
            if let letter = letter(scalar) {
                word += letter
                continue
            }
            close(&word, &words)
            if words.count >= limit { return words }
        }
        close(&word, &words)
        return words
    }

    /// Nearly every text is of this kind.
    private static func asciiWords(of text: String, _ limit: Int) -> [String] {
        var (words, word): ([String], [UInt8]) = ([], [])
        for byte in text.utf8.map(\.asciiLowercased) + [0] {
            if (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) {
                if word.count < wordBytes { word.append(byte) }
            } else if !word.isEmpty {
                let closed = String(decoding: word, as: UTF8.self)
                if !words.contains(closed) { words.append(closed) }
                if words.count >= limit { return words }
                word.removeAll(keepingCapacity: true)
            }
        }
        return words
    }

    private static func close(_ word: inout String, _ words: inout [String]) {
        if word.isEmpty { return }
        let cut = word.cut(toBytes: wordBytes)
        if !words.contains(cut) { words.append(cut) }
        word = ""
    }

    /// What a scalar is in a word, `""` for a mark upon the letter before; `nil` where it ends one.
    private static func letter(_ scalar: Unicode.Scalar) -> String? {
        if scalar.isASCII {
            let isWord =
                (0x30...0x39).contains(scalar.value) || (0x61...0x7A).contains(scalar.value)
            return isWord ? String(Character(scalar)) : nil
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return ""
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber, .privateUse:
            return "z" + String(scalar.value, radix: 16)
        default: return nil
        }
    }
}

/// Words that somebody looks for.
package struct WordSearch: Sendable, Equatable {
    package struct Term: Sendable, Equatable {
        package let text: String
        /// Whether longer words that begin so are meant as well.
        package let isPrefix: Bool

        package func matches(_ words: [String]) -> Bool {
            words.contains { isPrefix ? $0.hasPrefix(text) : $0 == text }
        }
    }

    package let terms: [Term]

    /// Letters from which on a word stands for all that begin so.
    private static let prefixMin = 2

    /// Words behind an `@` are meant whole: a host's name stands in nearly every name.
    package init(_ text: String) {
        let at = text.firstIndex(of: "@") ?? text.endIndex
        let end = text[at...].firstIndex { $0.isWhitespace } ?? text.endIndex
        let open = SearchWords.words(of: "\(text[..<at]) \(text[end...])", limit: 8)
        let whole = SearchWords.words(of: String(text[at..<end]), limit: 8)
        terms =
            open.map { Term(text: $0, isPrefix: $0.utf8.count >= Self.prefixMin) }
            + whole.map { Term(text: $0, isPrefix: false) }
    }

    package func matches(_ words: [String]) -> Bool { terms.allSatisfy { $0.matches(words) } }
}
