import SCIM

/// Entity tags (RFC 7644 §3.14, RFC 9110 §8.8.3): weak, because web servers compress answers.
package enum EntityTag {
    /// `W/"7"`; `W/"7-5f0c1e2d3a4b5c6d"` where the representation shows memberships, which change
    /// without the resource being written.
    package static func text(version: Int64, memberships: [Membership]) -> String {
        memberships.isEmpty
            ? "W/\"" + String(version) + "\""
            : "W/\"\(version)-\(String(digest(memberships), radix: 16))\""
    }

    /// What distinguishes memberships from each other as text.
    package static let fieldSeparator = "\u{1F}"
    package static let recordSeparator = "\u{1E}"

    /// The same tag, of memberships that are one text: fields and records with the separators
    /// between, in the store's order; `nil` for none.
    package static func text(version: Int64, joinedMemberships: String?) -> String {
        guard let joinedMemberships else { return text(version: version, memberships: []) }
        return "W/\"\(version)-\(String(digest(joinedMemberships), radix: 16))\""
    }

    private static func digest(_ memberships: [Membership]) -> UInt64 {
        var digest = digest("")
        for (index, membership) in memberships.enumerated() {
            if index > 0 { digest = Self.digest(recordSeparator, after: digest) }
            digest = Self.digest(membership.group, after: digest)
            digest = Self.digest(fieldSeparator, after: digest)
            digest = Self.digest(membership.display, after: digest)
        }
        return digest
    }

    /// FNV-1a, 64 bits: tells states apart, and protects nothing.
    ///
    /// `digest` is that of the text before this one.
    private static func digest(
        _ text: String,
        after digest: UInt64 = 0xcbf2_9ce4_8422_2325
    ) -> UInt64 {
        var text = text
        return text.withUTF8 { bytes in
            bytes.reduce(digest) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
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

/// The preconditions of a request (RFC 9110 §13).
package struct Preconditions: Sendable {
    package let ifMatch: String?
    package let ifNoneMatch: String?

    package init(ifMatch: String? = nil, ifNoneMatch: String? = nil) {
        self.ifMatch = ifMatch
        self.ifNoneMatch = ifNoneMatch
    }

    package var isEmpty: Bool { ifMatch == nil && ifNoneMatch == nil }

    /// - Throws: 412 when a change must not be made to the resource with this tag.
    package func checkChange(of tag: String) throws(SCIMError) {
        if let ifMatch, !EntityTag.list(ifMatch, contains: tag) {
            throw .preconditionFailed("the resource has changed: its version is \(tag)")
        }
        if let ifNoneMatch, EntityTag.list(ifNoneMatch, contains: tag) {
            throw .preconditionFailed("the resource has the version \(tag)")
        }
    }
}
