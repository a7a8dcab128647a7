import CSodium
import SCIM

/// Random numbers, hashes and comparison that does not betray where values differ (libsodium).
package enum Secrets {
    /// - Precondition: The operating system gives random numbers.
    private static let isReady: Bool = {
        precondition(sodium_init() >= 0, "libsodium cannot be used")
        return true
    }()

    package static func randomBytes(_ count: Int) -> [UInt8] {
        precondition(isReady)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
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

    fileprivate static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// Compares in a time that depends on the length only.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && sodium_memcmp(left, right, left.count) == 0
    }

    /// - Returns: `nil` when the text is not base64 (RFC 4648 §4) or longer than a token could be.
    package static func decodeBase64(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: text.utf8.count)
        var length = 0
        let status = sodium_base642bin(
            &bytes,
            bytes.count,
            text,
            text.utf8.count,
            nil,
            &length,
            nil,
            sodium_base64_VARIANT_ORIGINAL
        )
        return status == 0 ? Array(bytes[..<length]) : nil
    }
}

/// The secret of a token.
package struct TokenSecret: Sendable {
    /// What the client sends: a recognisable prefix and 256 random bits, without a comma, blank
    /// or any other character that a header or shell could mistake.
    package let text: String

    private static let prefix = "roster_"

    package init() {
        text = Self.prefix + Self.base64URL(Secrets.randomBytes(32))
    }

    private static func base64URL(_ bytes: [UInt8]) -> String {
        let variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING
        let length = sodium_base64_encoded_len(bytes.count, variant)
        var text = [CChar](repeating: 0, count: length)
        _ = sodium_bin2base64(&text, length, bytes, bytes.count, variant)
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    package var hash: [UInt8] { Secrets.sha256(text.utf8) }
}

/// New resource ids.
package enum ResourceID {
    /// A UUID, version 7 (RFC 9562 §5.7): its first 48 bits are the time in milliseconds, so that
    /// ids of new resources stand together in the store's index.
    package static func new(at now: Instant) -> String {
        var bytes = Secrets.randomBytes(16)
        let milliseconds = UInt64(bitPattern: now.microseconds / 1_000)
        for index in 0..<6 {
            bytes[index] = UInt8(truncatingIfNeeded: milliseconds >> UInt64(40 - 8 * index))
        }
        bytes[6] = bytes[6] & 0x0F | 0x70
        bytes[8] = bytes[8] & 0x3F | 0x80
        return text(bytes)
    }

    private static func text(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: 36) { text in
            var end = 0
            for (index, byte) in bytes.enumerated() {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    text[end] = UInt8(ascii: "-")
                    end += 1
                }
                text[end] = Secrets.digit(byte >> 4)
                text[end + 1] = Secrets.digit(byte & 0xF)
                end += 2
            }
            return end
        }
    }
}
