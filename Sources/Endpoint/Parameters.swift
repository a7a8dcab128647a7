import SCIM

/// The parameters of a query (RFC 7644 §3.4.2, §3.9). Unknown ones are ignored; of a repeated
/// one the last counts.
struct Parameters: Sendable {
    private var values: [(name: String, value: String)] = []

    /// - Parameter query: Percent-encoded, without the `?`.
    /// - Throws: `invalidValue` when it cannot be decoded.
    init(_ query: String?) throws(SCIMError) {
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts[0].percentDecoded(plusIsSpace: true),
                let value = parts.count == 1 ? "" : parts[1].percentDecoded(plusIsSpace: true)
            else {
                throw .invalidValue("the query is not percent-encoded UTF-8")
            }
            values.append((name, value))
        }
    }

    subscript(name: String) -> String? {
        values.last { $0.name.equalsIgnoringASCIICase(name) }?.value
    }

    /// The value; `nil` also when it is empty, for parameters whose empty value means nothing.
    func text(_ name: String) -> String? {
        guard let text = self[name], !text.isEmpty else { return nil }
        return text
    }

    /// - Throws: `invalidValue` when the value is no integer.
    func integer(_ name: String) throws(SCIMError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text) else {
            throw .invalidValue("\(name) must be an integer")
        }
        return number
    }
}
