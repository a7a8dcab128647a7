import SCIM

/// Somebody who may use the console.
package struct Administrator: Sendable, Equatable {
    package enum Role: String, Sendable, CaseIterable {
        /// Sees and changes everything.
        case administrator
        /// Sees everything and changes nothing.
        case auditor
    }

    /// 0 before the store has given a number.
    package var id: Int64
    /// An e-mail address, or `LOGIN@HOST` of somebody whom a WordPress site vouches for.
    package let name: String
    package var role: Role
    /// bcrypt hash of the console password; `nil` for whom a site vouches for.
    package var passwordHash: String?
    /// Number of the WordPress site that vouches; `nil` for whom a password does.
    package var receiver: Int64?
    package let created: Instant
    package var signedIn: Instant?
    /// Sessions that began before are over.
    package var sessionsSince: Instant

    package init(
        id: Int64 = 0,
        name: String,
        role: Role,
        passwordHash: String? = nil,
        receiver: Int64? = nil,
        created: Instant,
        signedIn: Instant? = nil,
        sessionsSince: Instant
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.passwordHash = passwordHash
        self.receiver = receiver
        self.created = created
        self.signedIn = signedIn
        self.sessionsSince = sessionsSince
    }

    private static let nameBytesMax = 254
    private static let passwordCharactersMin = 12
    /// bcrypt looks at no more.
    private static let passwordBytesMax = 72

    /// - Throws: `invalidValue` for a name that cannot be.
    func check() throws(SCIMError) {
        let isFit = name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } && !name.isEmpty
        guard isFit, name.utf8.count <= Self.nameBytesMax else {
            throw .invalidValue(
                "a name has 1 to \(Self.nameBytesMax) bytes, and no blanks: an e-mail address"
            )
        }
    }

    /// - Throws: `invalidValue` for a password that is too short or too long.
    package static func check(password: String) throws(SCIMError) {
        guard password.count >= passwordCharactersMin, password.utf8.count <= passwordBytesMax
        else {
            throw .invalidValue(
                "a password has at least \(passwordCharactersMin) characters and at most "
                    + "\(passwordBytesMax) bytes"
            )
        }
    }
}
