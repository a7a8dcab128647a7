import Directory
import Gateway
import SCIM
import Secrets

/// Finds out which client a request comes from (RFC 7644 §2).
struct Authenticator {
    let store: any StoreReading
    let now: Instant

    private static let challenge = "Bearer realm=\"SCIM\", Basic realm=\"SCIM\""

    /// - Throws: 401 when there is no credential or none that is valid.
    func token(_ authorization: Authorization) throws -> Token {
        switch authorization {
        case .absent:
            throw Self.unauthorized(
                "Authorization header missing. If the client sends one, the web server does not "
                    + "pass it on; in Apache this line does: "
                    + "SetEnvIf Authorization \"(.+)\" HTTP_AUTHORIZATION=$1"
            )
        case .ambiguous:
            throw Self.unauthorized("there is more than one Authorization header")
        case .value(let value):
            guard let token = try find(value) else {
                throw Self.unauthorized("the token is not valid", error: "invalid_token")
            }
            return token
        }
    }

    private static func unauthorized(_ detail: String, error: String? = nil) -> SCIMError {
        let value = error.map { "Bearer realm=\"SCIM\", error=\"\($0)\", Basic realm=\"SCIM\"" }
        return SCIMError(
            status: 401,
            detail: detail,
            headers: [("WWW-Authenticate", value ?? challenge)]
        )
    }

    private func find(_ value: String) throws -> Token? {
        let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") }
        let end = value.utf8.firstIndex(where: isBlank) ?? value.endIndex
        let scheme = String(value[..<end])
        let credential = String(Substring(value.utf8[end...].drop(while: isBlank)))
        if scheme.equalsIgnoringASCIICase("bearer") {
            return try find(secret: credential, name: nil)
        }
        if scheme.equalsIgnoringASCIICase("basic") { return try findBasic(credential) }
        // Some clients send the bare token as the whole value.
        return end == value.endIndex ? try find(secret: value, name: nil) : nil
    }

    /// Name and token (RFC 7617), for clients that know nothing else.
    private func findBasic(_ credential: String) throws -> Token? {
        guard let decoded = Sodium.decodeBase64(credential),
            let colon = decoded.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        let secret = String(decoding: decoded[(colon + 1)...], as: UTF8.self)
        return try find(secret: secret, name: Array(decoded[..<colon]))
    }

    private func find(secret: String, name: [UInt8]?) throws -> Token? {
        let hash = Sodium.sha256(secret.utf8)
        guard let token = try store.token(hash: hash), Sodium.areEqual(token.hash, hash),
            token.isValid(at: now)
        else { return nil }
        if let name, !Sodium.areEqual(name, Array(token.name.utf8)) { return nil }
        return token
    }
}
