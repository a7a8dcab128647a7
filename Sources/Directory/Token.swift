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
    /// To the hour.
    package var used: Instant?
    /// SHA-256 of the secret.
    package var hash: [UInt8]

    package init(
        id: Int64 = 0,
        name: String,
        profile: String,
        rights: Rights,
        domain: String,
        created: Instant,
        expires: Instant? = nil,
        revoked: Instant? = nil,
        used: Instant? = nil,
        hash: [UInt8]
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
        self.hash = hash
    }

    package func isValid(at now: Instant) -> Bool {
        guard revoked == nil else { return false }
        return expires.map { now.microseconds < $0.microseconds } ?? true
    }
}

/// Who a change comes from, for the audit trail.
package struct Caller: Sendable {
    package let token: Token
    /// Of the request, as the log shows it.
    package let requestID: String
    /// The departures from the RFCs that the profile rewrote in this request.
    package var rewrites: [String]

    package init(token: Token, requestID: String, rewrites: [String] = []) {
        self.token = token
        self.requestID = requestID
        self.rewrites = rewrites
    }
}
