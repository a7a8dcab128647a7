/// A secret that two sides share to sign what they send each other (Standard Webhooks).
package struct WebhookSecret: Sendable {
    /// What people copy from one side to the other: `whsec_` and the key in base64.
    package let text: String
    private let key: [UInt8]

    private static let prefix = "whsec_"
    /// The scheme of a signature that is an HMAC-SHA256.
    private static let scheme = "v1,"
    /// How long a key may be, in bytes: Standard Webhooks says 24 to 64, and has 18 in an example.
    private static let keyBytes = 16...64

    /// Draws a secret with a key of 256 random bits.
    package init() {
        key = Sodium.randomBytes(32)
        text = Self.prefix + Sodium.base64(key)
    }

    /// Takes a secret that was made elsewhere: `nil` where the key is not of 16 to 64 bytes.
    ///
    /// - Parameter text: `whsec_` and base64; blanks around it do not count.
    package init?(_ text: String) {
        let text = text.split(separator: " ")
        guard text.count == 1, text[0].hasPrefix(Self.prefix),
            let key = Sodium.decodeBase64(String(text[0].dropFirst(Self.prefix.count)))
        else { return nil }
        guard Self.keyBytes.contains(key.count) else { return nil }
        self.text = String(text[0])
        self.key = key
    }

    /// Signs a message.
    ///
    /// - Parameters:
    ///   - id: The message's id, for `webhook-id`; without a dot.
    ///   - timestamp: Seconds since 1970, for `webhook-timestamp`.
    ///   - body: As it is sent.
    /// - Returns: `v1,` and the signature in base64, for `webhook-signature`.
    package func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
        let start = Array("\(id).\(timestamp).".utf8)
        return Self.scheme + Sodium.base64(Sodium.hmacSHA256([start, body], key: key))
    }

    /// Whether one of the signatures is this secret's, in a time that does not tell how much of it
    /// is right.
    ///
    /// How old a message may be is for the caller to say.
    ///
    /// - Parameters:
    ///   - signatures: The field `webhook-signature`: one for each of the sender's secrets, with
    ///     blanks between; those of other schemes do not count.
    ///   - id: The field `webhook-id`.
    ///   - timestamp: The field `webhook-timestamp`.
    ///   - body: As it came.
    /// - Returns: `false` as well where there is no signature at all.
    package func verifies(
        signatures: String,
        id: String,
        timestamp: Int64,
        body: [UInt8]
    ) -> Bool {
        let expected = Array(signature(id: id, timestamp: timestamp, body: body).utf8)
        return signatures.split(separator: " ").contains {
            Sodium.areEqual(Array($0.utf8), expected)
        }
    }
}
