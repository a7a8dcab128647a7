import SCIM

/// Entity tags (RFC 7644 §3.14, RFC 9110 §8.8.3): weak, because web servers compress answers.
package enum EntityTag {
    /// `W/"7"`; `W/"7-5f0c1e2d3a4b5c6d"` where the representation shows memberships, which change
    /// without the resource being written.
    package static func text(version: Int64, memberships: [Membership]) -> String {
        if memberships.isEmpty { return text(version: version) }
        var digest = Digest()
        for index in memberships.indices {
            if index > 0 { digest.add(recordSeparator) }
            digest.add(memberships[index].group)
            digest.add(fieldSeparator)
            digest.add(memberships[index].display)
        }
        return text(version: version, digest)
    }

    /// What distinguishes memberships from each other as text: control characters of ASCII.
    package static let fieldSeparator: UInt8 = 0x1F
    package static let recordSeparator: UInt8 = 0x1E

    /// The same tag, of memberships that are one text: fields and records with the separators
    /// between, in the store's order; `nil` for none.
    package static func text(version: Int64, joinedMemberships: [UInt8]? = nil) -> String {
        guard let joinedMemberships else { return "W/\"" + String(version) + "\"" }
        var digest = Digest()
        for byte in joinedMemberships { digest.add(byte) }
        return text(version: version, digest)
    }

    private static func text(version: Int64, _ digest: Digest) -> String {
        var version = String(version)
        return version.withUTF8 { version in
            let count = 5 + version.count + Digest.digitsCount
            return String(unsafeUninitializedCapacity: count) { text in
                var end = text.update(fromContentsOf: "W/\"".utf8)
                end = text[end...].update(fromContentsOf: version)
                text[end] = UInt8(ascii: "-")
                digest.write(into: text[(end + 1)...])
                text[count - 1] = UInt8(ascii: "\"")
                return count
            }
        }
    }

    /// Whether a list of tags, as in `If-Match`, has the tag.
    ///
    /// Compares weakly, and takes away what web servers append to the tags of compressed answers.
    /// `list` is the field's value; `*` has every tag.
    package static func list(_ list: String, contains tag: String) -> Bool {
        if list.utf8.elementsEqual("*".utf8) { return true }
        let wanted = opaque(Substring(tag))
        return list.split(separator: ",").contains { opaque($0) == wanted }
    }

    private static func opaque(_ tag: Substring) -> Substring {
        var text = tag.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        if text.hasPrefix("W/") { text = text.dropFirst(2) }
        if text.first == "\"", text.last == "\"", text.count >= 2 {
            text = text.dropFirst().dropLast()
        }
        for suffix in ["-gzip", "-br", "-zstd", ";gzip"] where text.hasSuffix(suffix) {
            return text.dropLast(suffix.count)
        }
        return text
    }
}

/// FNV-1a in 64 bits: tells the states of one resource apart. A list computes hundreds, which a
/// cryptographic digest would be a tenth of; nobody gains by two states of one tag.
private struct Digest {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }

    mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { for byte in $0 { add(byte) } }
    }

    static let digitsCount = 16

    /// Writes the hexadecimal digits to the beginning of the slice.
    func write(into text: Slice<UnsafeMutableBufferPointer<UInt8>>) {
        for index in 0..<Self.digitsCount {
            let digit = UInt8(truncatingIfNeeded: state >> UInt64(60 - 4 * index)) & 0xF
            text.base[text.startIndex + index] =
                digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
        }
    }
}

/// The preconditions of a request (RFC 9110 §13), as the values of its header fields.
package struct Preconditions: Sendable {
    private let ifMatch: String?
    private let ifNoneMatch: String?

    package init(ifMatch: String? = nil, ifNoneMatch: String? = nil) {
        self.ifMatch = ifMatch
        self.ifNoneMatch = ifNoneMatch
    }

    /// Checks that a change may be made to the resource with this tag.
    ///
    /// - Throws: 412.
    package func check(for tag: String) throws(SCIMError) {
        try checkMatch(of: tag)
        if hasNone(tag) { throw .preconditionFailed("the resource has the version \(tag)") }
    }

    /// Whether a client that reads the resource with this tag has it already: 304.
    ///
    /// - Throws: 412. `If-Match` counts first (RFC 9110 §13.2.2).
    package func isUnmodified(_ tag: String) throws(SCIMError) -> Bool {
        try checkMatch(of: tag)
        return hasNone(tag)
    }

    private func checkMatch(of tag: String) throws(SCIMError) {
        if let ifMatch, !EntityTag.list(ifMatch, contains: tag) {
            throw .preconditionFailed("the resource has changed: its version is \(tag)")
        }
    }

    private func hasNone(_ tag: String) -> Bool {
        ifNoneMatch.map { EntityTag.list($0, contains: tag) } ?? false
    }
}
