import SCIM

/// Somebody who is told of changes: a WordPress site, or any URL that takes webhooks.
package struct Receiver: Sendable {
    package enum Kind: String, Sendable {
        case wordpress, webhook
    }

    /// Which changes concern a receiver.
    package struct Scope: Sendable, Equatable {
        /// Name of the only resource type that it is told of; `nil` for all.
        package var type: String?
        /// Whether what it is told of a resource depends on the groups that the resource is in.
        package var followsGroups: Bool
        /// Whether it depends on the names of resources that the resource refers to.
        package var followsReferences: Bool

        package init(type: String?, followsGroups: Bool, followsReferences: Bool = false) {
            self.type = type
            self.followsGroups = followsGroups
            self.followsReferences = followsReferences
        }
    }

    /// 0 before the store has given a number.
    package var id: Int64
    package let kind: Kind
    /// Letters, digits, `.`, `_` and `-`; no other receiver has it.
    package let name: String
    package var scope: Scope
    /// What its kind needs to know: where it is, its secret, its mapping.
    package var settings: JSONObject
    package let created: Instant
    /// Whether nothing is sent to it for now.
    package var isPaused: Bool
    /// Why it cannot be reached; `nil` when the last try succeeded.
    package var trouble: Trouble?
    /// Who sends to it; one process at a time does.
    package var lease: Lease?

    package init(
        id: Int64 = 0,
        kind: Kind,
        name: String,
        scope: Scope,
        settings: JSONObject,
        created: Instant,
        isPaused: Bool = false,
        trouble: Trouble? = nil,
        lease: Lease? = nil
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.scope = scope
        self.settings = settings
        self.created = created
        self.isPaused = isPaused
        self.trouble = trouble
        self.lease = lease
    }

    /// - Throws: `invalidValue` for a name that cannot be.
    func check() throws(SCIMError) {
        let isFit =
            (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "._-".utf8.contains(byte)
                }
            }
        guard isFit else {
            throw .invalidValue("a name is 1 to 64 letters, digits, '.', '_' and '-'")
        }
    }

    /// Whether something may be sent to it now.
    package func isOpen(at now: Instant) -> Bool {
        guard !isPaused else { return false }
        guard let trouble else { return true }
        return trouble.retryAt.map { $0 <= now } ?? false
    }
}

/// What keeps a delivery, or all to one receiver, from being done.
package struct Problem: Sendable, Equatable {
    /// A word for programs, such as `existing_user_login` or `unreachable`.
    package let code: String
    /// For people; at most 500 bytes, and never a secret.
    package let message: String

    private static let messageBytesMax = 500

    package init(code: String, message: String) {
        self.code = code
        var bytes = Array(message.utf8.prefix(Self.messageBytesMax + 1))
        if bytes.count > Self.messageBytesMax {
            // Not in the middle of a character.
            while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
        }
        self.message = String(decoding: bytes, as: UTF8.self)
    }
}

/// A receiver that cannot be reached.
package struct Trouble: Sendable, Equatable {
    /// How often it was tried in vain.
    package let attempts: Int
    /// Since the first of these.
    package let since: Instant
    /// When to try again; `nil` when somebody has to mend it first.
    package let retryAt: Instant?
    package let problem: Problem

    package init(attempts: Int, since: Instant, retryAt: Instant?, problem: Problem) {
        self.attempts = attempts
        self.since = since
        self.retryAt = retryAt
        self.problem = problem
    }
}

/// The right to send to a receiver, for a while.
///
/// Two who send at once do no harm, but waste time: versions say what is newer.
package struct Lease: Sendable, Equatable {
    /// Names the process.
    package let holder: String
    package let until: Instant

    package init(holder: String, until: Instant) {
        self.holder = holder
        self.until = until
    }
}
