import SCIM

/// Takes secrets out of what clients send.
package struct Redaction: Sendable {
    /// What stands in a secret's place.
    package static let mark = "•••"

    /// Names of the attributes whose values are secrets, in small letters.
    private let folded: [[UInt8]]

    /// Secrets are the values that no answer ever shows (RFC 7643 §7, `returned`, `mutability`).
    package init(_ types: ResourceTypes) {
        var names = ["password"]
        for attribute in types.schemas.flatMap(\.attributes) {
            for part in [attribute] + attribute.subAttributes
            where part.isSecret && !names.contains(part.name) {
                names.append(part.name)
            }
        }
        folded = names.map { $0.utf8.map(\.asciiLowercased) }
    }

    /// The JSON with every secret replaced, whatever the form of the request: where a name or a
    /// path speaks of a secret, what stands with it is taken for one.
    package func redacted(_ json: JSON) -> JSON {
        switch json {
        case .array(let elements): .array(elements.map(redacted))
        case .object(let object): .object(redacted(object))
        case .string(let text): .string(redacted(text))
        case .null, .bool, .integer, .number: json
        }
    }

    private func redacted(_ object: JSONObject) -> JSONObject {
        // As a path does.
        let speaksOfSecret = object.members.contains { member in
            !member.name.equalsIgnoringASCIICase("value")
                && member.value.string.map(mentionsSecret) ?? false
        }
        var redacted = object
        for index in object.members.indices {
            let name = object.members[index].name
            let isMeant = speaksOfSecret && name.equalsIgnoringASCIICase("value")
            redacted.members[index].value =
                isMeant || mentionsSecret(name)
                ? .string(Self.mark) : self.redacted(object.members[index].value)
        }
        return redacted
    }

    /// Whether no secret's name stands anywhere in a JSON text, however it is written.
    func findsNothing(in json: [UInt8]) -> Bool {
        json.withUnsafeBufferPointer { bytes in
            // Letters may be written by their numbers.
            let hasNumbers = bytes.indices.contains { index in
                bytes[index] == UInt8(ascii: "\\") && index + 1 < bytes.count
                    && bytes[index + 1] == UInt8(ascii: "u")
            }
            return !hasNumbers && !mentionsSecret(bytes)
        }
    }

    /// A text that may hold a secret: a filter that compares with one, JSON within JSON.
    private func redacted(_ text: String) -> String {
        let mayHold = text.utf8.contains {
            $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "=")
        }
        return mayHold && mentionsSecret(text) ? Self.mark : text
    }

    /// Whether the name of a secret stands anywhere in a text.
    private func mentionsSecret(_ text: String) -> Bool {
        var text = text
        return text.withUTF8(mentionsSecret)
    }

    private func mentionsSecret(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        for name in folded where bytes.count >= name.count {
            for start in 0...bytes.count - name.count
            where bytes[start].asciiLowercased == name[0] {
                var length = 1
                while length < name.count,
                    bytes[start + length].asciiLowercased == name[length]
                {
                    length += 1
                }
                if length == name.count { return true }
            }
        }
        return false
    }
}

extension Attribute {
    /// Whether no answer ever shows its values.
    package var isSecret: Bool { returned == .never || mutability == .writeOnly }
}
