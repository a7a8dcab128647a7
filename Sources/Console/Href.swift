/// The address of a page of the console, relative to it.
struct Href: Sendable, Equatable {
    private(set) var path: [String]
    private(set) var query: [(name: String, value: String)] = []
    var fragment: String?

    /// `Href("users", id)` leads to `/users/ID`; text from anywhere is encoded.
    init(_ path: String...) {
        self.path = path
    }

    init(path: [String]) {
        self.path = path
    }

    /// The same with a parameter; `nil` or nothing takes it away.
    func with(_ name: String, _ value: String?) -> Href {
        var href = self
        href.query.removeAll { $0.name == name }
        if let value, !value.isEmpty { href.query.append((name, value)) }
        return href
    }

    func at(_ fragment: String) -> Href {
        var href = self
        href.fragment = fragment
        return href
    }

    /// - Parameter base: Of the console, such as `/scim/admin`.
    /// - Returns: A path with query and fragment, percent-encoded.
    func text(from base: String) -> String {
        var text = base + "/" + path.map(Self.encoded).joined(separator: "/")
        for (index, parameter) in query.enumerated() {
            text += index == 0 ? "?" : "&"
            text += Self.encoded(parameter.name) + "=" + Self.encoded(parameter.value)
        }
        if let fragment { text += "#" + Self.encoded(fragment) }
        return text
    }

    private static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                let digits = Array("0123456789ABCDEF".utf8)
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func == (left: Href, right: Href) -> Bool {
        left.text(from: "") == right.text(from: "")
    }
}
