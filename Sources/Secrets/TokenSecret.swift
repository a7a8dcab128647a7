import CSodium

/// The secret of a token.
package struct TokenSecret: Sendable {
    /// What the client sends: a recognisable prefix and 256 random bits, without a comma, blank
    /// or any other character that a header or shell could mistake.
    package let text: String

    private static let prefix = "roster_"

    package init() {
        text = Self.prefix + Self.base64URL(Sodium.randomBytes(32))
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        let variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING
        let length = sodium_base64_encoded_len(bytes.count, variant)
        var text = [CChar](repeating: 0, count: length)
        _ = sodium_bin2base64(&text, length, bytes, bytes.count, variant)
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    package var hash: [UInt8] { Sodium.sha256(text.utf8) }
}
