import Directory
import JSONText
import SCIM
import Secrets

/// Somebody signed in, in one browser: what a cookie holds, signed.
///
/// Nothing of it is stored; what is over before its time is.
struct Session: Sendable, Equatable {
    /// 32 hexadecimal digits.
    let id: String
    let administrator: Int64
    let began: Instant
    /// Of the last request.
    let seen: Instant

    /// Without a request for so long it ends.
    static let idleSeconds = 30 * 60
    /// After so long it ends in any case.
    static let seconds = 12 * 60 * 60

    static func new(_ administrator: Administrator, at now: Instant) -> Session {
        Session(
            id: Sodium.hexadecimal(Sodium.randomBytes(16)[...]),
            administrator: administrator.id,
            began: now,
            seen: now
        )
    }

    func seen(at now: Instant) -> Session {
        Session(id: id, administrator: administrator, began: began, seen: now)
    }

    /// When it would end by itself.
    var end: Instant { began.adding(seconds: Self.seconds) }

    func isOver(at now: Instant) -> Bool {
        now >= end || now >= seen.adding(seconds: Self.idleSeconds)
            // A clock that was set back says nothing about how long nobody was there.
            || now.adding(seconds: Self.idleSeconds) < seen
    }
}

/// Signs what browsers hand back.
struct Seal {
    private let key: [UInt8]

    /// - Parameter key: At least 32 bytes.
    init(key: [UInt8]) {
        self.key = key
    }

    private static let separator: Character = "."

    /// - Parameters:
    ///   - session: What is signed.
    ///   - agent: The browser's name for itself: the cookie is of no use to another.
    /// - Returns: The cookie's value.
    func cookie(_ session: Session, agent: String) -> String {
        let content = [
            session.id, String(session.administrator), String(session.began.microseconds),
            String(session.seen.microseconds),
        ].joined(separator: String(Self.separator))
        return content + String(Self.separator) + code("session", content, agent)
    }

    /// - Returns: `nil` for what was not signed here for this browser.
    func session(_ cookie: String, agent: String) -> Session? {
        let parts = cookie.split(separator: Self.separator, omittingEmptySubsequences: false)
        guard parts.count == 5, let administrator = Int64(parts[1]), let began = Int64(parts[2]),
            let seen = Int64(parts[3])
        else { return nil }
        let content = parts[..<4].joined(separator: String(Self.separator))
        guard Self.areEqual(String(parts[4]), code("session", content, agent)) else { return nil }
        return Session(
            id: String(parts[0]),
            administrator: administrator,
            began: Instant(microseconds: began),
            seen: Instant(microseconds: seen)
        )
    }

    /// What each form of a session holds, and nobody else knows.
    ///
    /// - Parameter session: The session's id, or what stands for one before there is any.
    /// - Returns: 43 letters, digits, `-` and `_`.
    func formToken(_ session: String) -> String { code("form", session, "") }

    func isFormToken(_ token: String, of session: String) -> Bool {
        Self.areEqual(token, formToken(session))
    }

    private func code(_ purpose: String, _ content: String, _ agent: String) -> String {
        let parts = [purpose, content, agent].map { Sodium.sha256($0.utf8) }
        return Sodium.base64URL(Sodium.hmacSHA256(parts, key: key))
    }

    static func areEqual(_ left: String, _ right: String) -> Bool {
        Sodium.areEqual(Array(left.utf8), Array(right.utf8))
    }
}

extension Directory {
    /// The key that sessions and forms are signed with, drawn once for each directory.
    func consoleSeal() throws(SCIMError) -> Seal {
        let text = try secretSetting("console.key") {
            .string(Sodium.base64(Sodium.randomBytes(32)))
        }
        guard let base64 = (try? JSON(parsing: text))?.string,
            let key = Sodium.decodeBase64(base64), key.count >= 32
        else {
            throw SCIMError(
                status: 500,
                detail: "the console's key cannot be read",
                cause: "the setting console.key is not 32 bytes in base64"
            )
        }
        return Seal(key: key)
    }
}
