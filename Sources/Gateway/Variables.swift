import Glibc

/// The CGI variables of one request (RFC 3875 §4.1): server variables and header fields.
///
/// A copy in two arrays, because FastCGI's own strings die with the request, and because few of the
/// many variables are ever looked at: a look-up scans, nothing is hashed or decoded beforehand.
///
/// A name may occur more than once (nginx sends repeated header fields so, and a configuration that
/// overrides a parameter does it too): the last one counts.
struct Variables: Sendable {
    /// `NAME=value` strings, the last followed by nil, as in `environ`.
    typealias Strings = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    /// Where one variable stands in `text`: `NAME=value`, without a terminator.
    private struct Entry {
        let start: Int
        let equals: Int
        let end: Int
    }

    /// What the request line and the end of the body are told by.
    private static let essentialNames = ["REQUEST_METHOD", "REQUEST_URI", "CONTENT_LENGTH"]

    /// How many internal redirects a variable is followed through.
    private static let redirectsMax = 5

    private var text: [UInt8] = []
    private var entries: [Entry] = []
    /// Set when the variables exceed a limit; then only the essential ones are kept.
    let fault: RequestFault?

    /// Copies variables.
    ///
    /// - Parameters:
    ///   - strings: Read during the call only.
    ///   - limits: `headerBytes` and `headerCount` count here.
    init(copying strings: Strings, limits: RequestLimits) {
        var count = 0
        var byteCount = 0
        while let string = strings[count] {
            byteCount += strlen(string) + 1
            count += 1
        }
        fault = Self.fault(count: count, bytes: byteCount, limits: limits)
        if fault == nil {
            text.reserveCapacity(byteCount)
            entries.reserveCapacity(count)
        }
        for index in 0..<count {
            guard let string = strings[index] else { break }
            append(string, limitBytes: limits.headerBytes)
        }
    }

    /// Holds the given variables, in this order.
    init(_ variables: [(name: String, value: String)]) {
        fault = nil
        for variable in variables {
            let start = text.count
            text.append(contentsOf: variable.name.utf8)
            let equals = text.count
            text.append(UInt8(ascii: "="))
            text.append(contentsOf: variable.value.utf8)
            entries.append(Entry(start: start, equals: equals, end: text.count))
        }
    }

    static func fault(count: Int, bytes: Int, limits: RequestLimits) -> RequestFault? {
        if count > limits.headerCount { return .tooManyHeaders(limit: limits.headerCount) }
        if bytes > limits.headerBytes { return .headersTooLarge(limitBytes: limits.headerBytes) }
        return nil
    }

    private mutating func append(_ string: UnsafeMutablePointer<CChar>, limitBytes: Int) {
        guard let equals = strchr(string, 0x3D) else { return }
        let length = strlen(string)
        let nameLength = equals - string
        if fault != nil {
            // A single variable may be as large as memory: what is over the limit is left out.
            guard text.count + length <= limitBytes, isEssential(string, nameLength) else { return }
        }
        let start = text.count
        text.append(contentsOf: UnsafeRawBufferPointer(start: string, count: length))
        entries.append(Entry(start: start, equals: start + nameLength, end: start + length))
    }

    private func isEssential(_ string: UnsafeMutablePointer<CChar>, _ nameLength: Int) -> Bool {
        Self.essentialNames.contains {
            $0.utf8.count == nameLength && strncmp(string, $0, nameLength) == 0
        }
    }
}

extension Variables {
    /// The last value of a variable; nil when it is absent or empty, which mean the same.
    func value(named name: String) -> String? {
        withBytes(of: name) { name in
            value(where: { $0.count == name.count && $0.elementsEqual(name) })
        }
    }

    /// The first value there is of the variable itself and of the names that internal redirects
    /// gave it: each puts one more `REDIRECT_` in front, and the plain name may be gone then.
    func redirectedValue(named name: String) -> String? {
        if let value = value(named: name) { return value }
        guard hasVariable(endingIn: name) else { return nil }
        for redirects in 1...Self.redirectsMax {
            let prefix = String(repeating: "REDIRECT_", count: redirects)
            if let value = value(named: prefix + name) { return value }
        }
        return nil
    }

    /// Tells in one scan that there is none of the longer names, as is the rule.
    private func hasVariable(endingIn name: String) -> Bool {
        withBytes(of: name) { name in
            value(where: { $0.count > name.count && $0.suffix(name.count).elementsEqual(name) })
                != nil
        }
    }

    private func withBytes<Result>(
        of name: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        var name = name
        return name.withUTF8(body)
    }

    /// The value of a header field, whose name is as in HTTP (RFC 3875 §4.1.18).
    func value(ofHeader name: String) -> String? {
        let prefix = "HTTP_"
        let name = name.utf8
        return value(where: { bytes in
            bytes.count == prefix.utf8.count + name.count
                && bytes.starts(with: prefix.utf8)
                && bytes.dropFirst(prefix.utf8.count).elementsEqual(name, by: isVariableByte)
        })
    }

    private func value(where isName: (UnsafeBufferPointer<UInt8>) -> Bool) -> String? {
        text.withUnsafeBufferPointer { bytes in
            let last = entries.last { entry in
                isName(UnsafeBufferPointer(rebasing: bytes[entry.start..<entry.equals]))
            }
            guard let last, last.equals + 1 < last.end else { return nil }
            return String(decoding: bytes[(last.equals + 1)..<last.end], as: UTF8.self)
        }
    }
}

/// Whether `variable` is the byte that stands for `header` in a variable's name.
private func isVariableByte(_ variable: UInt8, _ header: UInt8) -> Bool {
    switch header {
    case UInt8(ascii: "-"): variable == UInt8(ascii: "_")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): variable == header - 0x20
    default: variable == header
    }
}
