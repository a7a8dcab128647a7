import SCIM

/// The parameters of a query (RFC 7644 §3.4.2, §3.9).
///
/// Unknown ones are ignored. Of a repeated one the last counts, but lists of names are joined.
struct Parameters: Sendable {
    private var values: [(name: String, value: String)] = []

    /// - Parameter query: Percent-encoded, without the `?`.
    /// - Throws: `invalidValue` when it cannot be decoded.
    init(_ query: String?) throws(SCIMError) {
        guard var query else { return }
        guard let values = query.withUTF8(Self.values) else {
            throw .invalidValue("the query is not percent-encoded UTF-8")
        }
        self.values = values
    }

    /// - Returns: `nil` when the query cannot be decoded.
    private static func values(
        _ query: UnsafeBufferPointer<UInt8>
    ) -> [(name: String, value: String)]? {
        var values: [(name: String, value: String)] = []
        var start = 0
        while start < query.count {
            let end = query[start...].firstIndex(of: UInt8(ascii: "&")) ?? query.count
            defer { start = end + 1 }
            let pair = query[start..<end]
            if pair.isEmpty { continue }
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let text = pair[(equals.map { $0 + 1 } ?? pair.endIndex)...]
            // Who writes spaces as "%20" means a plus sign by "+".
            guard let name = pair[..<(equals ?? pair.endIndex)].percentDecoded(plusIsSpace: true),
                let value = text.percentDecoded(plusIsSpace: !text.hasEncodedSpace)
            else { return nil }
            values.append((name, value))
        }
        return values
    }

    subscript(name: String) -> String? {
        if Self.lists.contains(name) {
            let texts = values.filter { $0.name.equalsIgnoringASCIICase(name) }.map(\.value)
            return texts.isEmpty ? nil : texts.joined(separator: ",")
        }
        return values.last { $0.name.equalsIgnoringASCIICase(name) }?.value
    }

    /// Names with commas between, which generated clients also send one by one.
    private static let lists = ["attributes", "excludedAttributes"]

    /// The value; `nil` also when it is empty, for parameters whose empty value means nothing.
    func text(_ name: String) -> String? {
        guard let text = self[name], !text.isEmpty else { return nil }
        return text
    }

    /// The value as an integer; one that is out of range is the greatest or the least there is.
    ///
    /// - Throws: `invalidValue` when the value is no integer.
    func integer(_ name: String) throws(SCIMError) -> Int? {
        guard let text = text(name) else { return nil }
        if let number = Int(text) { return number }
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        let signs = text.utf8.count - digits.count
        guard signs <= 1, !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .invalidValue("\(name) must be an integer")
        }
        return text.utf8.first == UInt8(ascii: "-") ? .min : .max
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    fileprivate var hasEncodedSpace: Bool {
        var rest = self
        while let percent = rest.firstIndex(of: UInt8(ascii: "%")) {
            rest = rest[(percent + 1)...]
            if rest.starts(with: "20".utf8) { return true }
        }
        return false
    }
}
