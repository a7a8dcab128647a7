import CSodium

extension Sodium {
    /// The HMAC-SHA256 (RFC 2104) of texts as if they were one.
    ///
    /// - Parameters:
    ///   - parts: What is authenticated; several, so that nobody has to put a long one together.
    ///   - key: Of any length.
    /// - Returns: 32 bytes.
    package static func hmacSHA256(_ parts: [[UInt8]], key: [UInt8]) -> [UInt8] {
        var state = crypto_auth_hmacsha256_state()
        crypto_auth_hmacsha256_init(&state, key, key.count)
        for part in parts { crypto_auth_hmacsha256_update(&state, part, UInt64(part.count)) }
        var code = [UInt8](repeating: 0, count: Int(crypto_auth_hmacsha256_BYTES))
        crypto_auth_hmacsha256_final(&state, &code)
        return code
    }
}
