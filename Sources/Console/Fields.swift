import SCIM

/// Names with values, as a query or a form has them (application/x-www-form-urlencoded).
struct Fields: Sendable {
    private(set) var all: [(name: String, value: String)] = []

    static let none = Fields(nil)

    /// What cannot be decoded is left out.
    init(_ text: String?) {
        self.init(bytes: Array((text ?? "").utf8))
    }

    init(bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { buffer in
            for pair in buffer[...].split(separator: UInt8(ascii: "&")) {
                let equals = pair.firstIndex(of: UInt8(ascii: "="))
                let value = pair[(equals.map { $0 + 1 } ?? pair.endIndex)...]
                guard
                    let name = pair[..<(equals ?? pair.endIndex)].percentDecoded(plusIsSpace: true),
                    let value = value.percentDecoded(plusIsSpace: true)
                else { continue }
                all.append((name, value))
            }
        }
    }

    /// The value without blanks around it; `nil` where there is none or it is empty.
    subscript(name: String) -> String? {
        guard let value = all.last(where: { $0.name == name })?.value else { return nil }
        let bytes = Array(value.utf8)
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let start = bytes.firstIndex(where: { !isBlank($0) }),
            let end = bytes.lastIndex(where: { !isBlank($0) })
        else { return nil }
        return String(decoding: bytes[start...end], as: UTF8.self)
    }

    /// The value as it was typed, blanks and all: a password.
    func exact(_ name: String) -> String { all.last { $0.name == name }?.value ?? "" }

    /// All values of a name that may come several times.
    func values(_ name: String) -> [String] { all.filter { $0.name == name }.map(\.value) }

    /// Whether a box was ticked.
    func has(_ name: String) -> Bool { self[name] != nil }
}
