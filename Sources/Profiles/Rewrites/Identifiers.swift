import SCIM

extension Rewrite {
    /// Ids of resources with capitals, from clients that keep them as UUIDs and print them so.
    ///
    /// All ids here have small letters; to look for others would find nothing, and a member that
    /// is to be removed would stay.
    static let capitalIDs = Rewrite(
        "capitalIDs",
        values: ValueChange { value, place in
            guard place.attribute.holdsID, let id = value.string.flatMap(smallID) else {
                return nil
            }
            return .string(id)
        },
        literal: { literal, attribute in
            switch literal {
            case .string(let text) where attribute.holdsID: smallID(text).map(Literal.string)
            case .bare(let text) where attribute.holdsID: smallID(text).map(Literal.bare)
            default: nil
            }
        }
    )

    /// - Returns: `nil` for what is no UUID with capitals.
    static func smallID(_ text: String) -> String? {
        guard text.utf8.count == 36, text.utf8.contains(where: { $0.asciiLowercased != $0 })
        else { return nil }
        let bytes = Array(text.utf8)
        let isUUID = bytes.enumerated().allSatisfy { index, byte in
            [8, 13, 18, 23].contains(index)
                ? byte == UInt8(ascii: "-")
                : (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte.asciiLowercased)
        }
        return isUUID ? String(decoding: bytes.map(\.asciiLowercased), as: UTF8.self) : nil
    }
}
