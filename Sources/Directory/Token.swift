import SCIM

/// A client's permission to use the endpoint.
///
/// The secret itself is kept nowhere.
package struct Token: Sendable {
    package enum Rights: String, Sendable, CaseIterable {
        case read, write
    }

    package var id: Int64
    /// The client's name; several tokens may share it while one replaces another.
    package var name: String
    /// Name of the provider profile.
    package var profile: String
    package var rights: Rights
    /// Clients of one provisioning domain share their `externalId`s (RFC 7643 §3.1).
    package var domain: String
    package var created: Instant
    package var expires: Instant?
    package var revoked: Instant?
    /// To the minute.
    package var used: Instant?
    /// What it was used for then: `GET /Users 200`; `nil` where it was never used, or nobody knows.
    package var lastRequest: String?
    /// SHA-256 of the secret.
    package var hash: [UInt8]

    package init(
        id: Int64 = 0,
        name: String,
        profile: String,
        rights: Rights,
        domain: String,
        created: Instant = Instant(microseconds: 0),
        expires: Instant? = nil,
        revoked: Instant? = nil,
        used: Instant? = nil,
        lastRequest: String? = nil,
        hash: [UInt8] = []
    ) {
        self.id = id
        self.name = name
        self.profile = profile
        self.rights = rights
        self.domain = domain
        self.created = created
        self.expires = expires
        self.revoked = revoked
        self.used = used
        self.lastRequest = lastRequest
        self.hash = hash
    }

    package func isValid(at now: Instant) -> Bool {
        guard revoked == nil else { return false }
        return expires.map { now.microseconds < $0.microseconds } ?? true
    }

    /// Whether the answer that was noted last was an error's.
    package var hasFailedLast: Bool {
        lastRequest.flatMap { Int($0.suffix(3)) }.map { $0 >= 400 } ?? false
    }

    /// Checks what people choose of a token.
    ///
    /// - Throws: `invalidValue`.
    package func check() throws(SCIMError) {
        let isName = name.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte.asciiLowercased) || (0x30...0x39).contains(byte)
                || "._-".utf8.contains(byte)
        }
        guard isName, (1...64).contains(name.utf8.count) else {
            throw .invalidValue("a name has 1 to 64 letters, digits, '.', '_' and '-'")
        }
        // Tokens are named by their number, too.
        guard !name.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .invalidValue("a name of digits only would be taken for a number")
        }
        guard domain.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            (1...64).contains(domain.utf8.count)
        else {
            throw .invalidValue(
                "a domain has 1 to 64 letters, digits and marks of ASCII, no blanks"
            )
        }
    }
}
