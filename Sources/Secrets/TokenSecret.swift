/// The secret of a token.
package struct TokenSecret: Sendable {
    /// What the client sends: a recognisable prefix and 256 random bits, without a comma, blank
    /// or any other character that a header or shell could mistake.
    package let text: String

    private static let prefix = "roster_"

    package init() {
        text = Self.prefix + Sodium.base64URL(Sodium.randomBytes(32))
    }

    package var hash: [UInt8] { Sodium.sha256(text.utf8) }
}
