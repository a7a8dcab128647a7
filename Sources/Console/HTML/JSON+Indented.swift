import SCIM

extension JSON {
    /// The text on several lines, for people.
    var indented: String {
        var text = ""
        append(to: &text, indent: "")
        return text
    }

    private func append(to text: inout String, indent: String) {
        let inner = indent + "  "
        switch self {
        case .object(let object) where !object.members.isEmpty:
            text += "{"
            for (index, member) in object.members.enumerated() {
                text += index == 0 ? "\n\(inner)" : ",\n\(inner)"
                text += String(decoding: JSON.string(member.name).text, as: UTF8.self) + ": "
                member.value.append(to: &text, indent: inner)
            }
            text += "\n\(indent)}"
        case .array(let elements) where !elements.isEmpty:
            text += "["
            for (index, element) in elements.enumerated() {
                text += index == 0 ? "\n\(inner)" : ",\n\(inner)"
                element.append(to: &text, indent: inner)
            }
            text += "\n\(indent)]"
        default: text += String(decoding: self.text, as: UTF8.self)
        }
    }
}
