import CSodium

/// Random numbers, hashes and comparison that does not betray where values differ (libsodium).
package enum Sodium {
    /// Makes the library ready, before anything else of it is used; again does no harm.
    ///
    /// - Returns: Whether it can be used.
    package static func prepare() -> Bool { sodium_init() >= 0 }

    package static func randomBytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress { randombytes_buf(base, count) }
            initialized = count
        }
    }

    package static func sha256(_ text: String.UTF8View) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        var text = String(text)
        text.withUTF8 { _ = crypto_hash_sha256(&hash, $0.baseAddress, UInt64($0.count)) }
        return hash
    }

    /// The hash of any bytes, 32 bytes.
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(crypto_hash_sha256_BYTES)) { hash, count in
            guard let base = hash.baseAddress else { return }
            crypto_hash_sha256(base, bytes, UInt64(bytes.count))
            count = hash.count
        }
    }

    /// Two digits a byte, letters small.
    package static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
        String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
            var end = 0
            for byte in bytes {
                text[end] = digit(byte >> 4)
                text[end + 1] = digit(byte & 0xF)
                end += 2
            }
            return end
        }
    }

    /// The hexadecimal digit of a value below 16, in ASCII.
    package static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// Compares in a time that depends on the length only.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && sodium_memcmp(left, right, left.count) == 0
    }
}
