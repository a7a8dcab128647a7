import SCIM
import Secrets

/// Entity tags (RFC 7644 §3.14, RFC 9110 §8.8.3): weak, because web servers compress answers.
package enum EntityTag {
    /// `W/"7"`; `W/"7-5f0c1e2d3a4b5c6d"` where the representation shows memberships, which change
    /// without the resource being written.
    package static func text(version: Int64, memberships: [Membership]) -> String {
        if memberships.isEmpty { return text(version: version) }
        var joined: [UInt8] = []
        joined.reserveCapacity(64 * memberships.count)
        for membership in memberships {
            if !joined.isEmpty { joined.append(recordSeparator) }
            joined.append(contentsOf: membership.group.utf8)
            joined.append(fieldSeparator)
            joined.append(contentsOf: membership.display.utf8)
        }
        return text(version: version, joinedMemberships: joined)
    }

    /// What distinguishes memberships from each other as text: control characters of ASCII.
    package static let fieldSeparator: UInt8 = 0x1F
    package static let recordSeparator: UInt8 = 0x1E

    /// The same tag, of memberships that are one text: fields and records with the separators
    /// between, in the store's order; `nil` for none.
    package static func text(version: Int64, joinedMemberships: [UInt8]? = nil) -> String {
        guard let joinedMemberships else { return "W/\"" + String(version) + "\"" }
        // The first 16 hexadecimal digits of the SHA-256: tells states apart, and any SQL engine
        // can compute it.
        let digest = Sodium.hexadecimal(Sodium.sha256(joinedMemberships).prefix(8))
        return "W/\"" + String(version) + "-" + digest + "\""
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
