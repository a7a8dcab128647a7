import Directory
import SCIM
import Secrets

/// What the probes log in with.
enum Credential {
    /// Made for this check in the database at hand; revoked when it is over.
    case temporary(ProbeToken)
    /// One that the administrator named.
    case given(String)
    /// None that is valid: enough to see whether the header arrives.
    case invalid(String)

    var secret: String {
        switch self {
        case .temporary(let token): token.secret
        case .given(let secret), .invalid(let secret): secret
        }
    }
}

/// A token that can read and ends by itself soon.
struct ProbeToken {
    static let name = "check"
    private static let lifetimeMicroseconds: Int64 = 5 * 60 * 1_000_000

    /// A secret that no database knows.
    static var unknownSecret: String { TokenSecret().text }

    let secret: String
    private let number: Int64

    init(in directory: Directory, now: Instant) throws(SCIMError) {
        let token = Token(
            name: Self.name,
            profile: "generic",
            rights: .read,
            domain: "default",
            expires: Instant(microseconds: now.microseconds + Self.lifetimeMicroseconds)
        )
        let made = try directory.create(token, by: .commandLine)
        number = made.token.id
        secret = made.secret.text
    }

    func revoke(in directory: Directory) throws(SCIMError) {
        _ = try directory.revoke(by: .commandLine) { $0.id == number }
    }
}
