import CSodium

extension Sodium {
    /// Base64 with padding (RFC 4648 §4).
    package static func base64(_ bytes: [UInt8]) -> String {
        encoded(bytes, sodium_base64_VARIANT_ORIGINAL)
    }

    /// Base64 for URLs, without padding (RFC 4648 §5).
    package static func base64URL(_ bytes: [UInt8]) -> String {
        encoded(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING)
    }

    private static func encoded(_ bytes: [UInt8], _ variant: Int32) -> String {
        let length = sodium_base64_encoded_len(bytes.count, variant)
        var text = [CChar](repeating: 0, count: length)
        _ = sodium_bin2base64(&text, length, bytes, bytes.count, variant)
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// - Returns: `nil` when the text is not base64 (RFC 4648 §4).
    package static func decodeBase64(_ text: String) -> [UInt8]? {
        decoded(text, sodium_base64_VARIANT_ORIGINAL)
    }

    /// - Returns: `nil` when the text is not base64 for URLs without padding (RFC 4648 §5).
    package static func decodeBase64URL(_ text: String) -> [UInt8]? {
        decoded(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING)
    }

    private static func decoded(_ text: String, _ variant: Int32) -> [UInt8]? {
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
            variant
        )
        return status == 0 ? Array(bytes[..<length]) : nil
    }
}
