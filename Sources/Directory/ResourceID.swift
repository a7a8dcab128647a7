import SCIM
import Secrets

/// New resource ids.
package enum ResourceID {
    /// A UUID, version 7 (RFC 9562 §5.7): its first 48 bits are the time in milliseconds, so that
    /// ids of new resources stand together in the store's index.
    package static func new(at now: Instant) -> String {
        var bytes = Sodium.randomBytes(16)
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
                text[end] = Sodium.digit(byte >> 4)
                text[end + 1] = Sodium.digit(byte & 0xF)
                end += 2
            }
            return end
        }
    }
}
