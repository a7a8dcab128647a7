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

        var nameCount: Int { equals - start }
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
            copy(strings, count: count, byteCount: byteCount)
        } else {
            copyEssential(strings, count: count, limits: limits)
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

    /// Copies all strings, in one pass over their bytes.
    ///
    /// `byteCount` is that of all strings, each with its terminator.
    private mutating func copy(_ strings: Strings, count: Int, byteCount: Int) {
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        text = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, used in
            guard let base = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
            for index in 0..<count {
                let start = (base + used).assumingMemoryBound(to: CChar.self)
                guard let string = strings[index], let end = stpcpy(start, string) else { break }
                if let equals = strchr(start, 0x3D) {
                    entries.append(
                        Entry(
                            start: used,
                            equals: used + (equals - start),
                            end: used + (end - start)
                        )
                    )
                }
                used += end - start + 1
            }
        }
        self.entries = entries
    }

    /// Copies what is essential, and of that what fits: one variable may be as large as memory.
    private mutating func copyEssential(_ strings: Strings, count: Int, limits: RequestLimits) {
        let names = Self.essentialNames + limits.keptVariables
        for index in 0..<count {
            guard let string = strings[index], let equals = strchr(string, 0x3D) else { continue }
            let length = strlen(string)
            let nameLength = equals - string
            let isEssential = names.contains {
                $0.utf8.count == nameLength && strncmp(string, $0, nameLength) == 0
            }
            guard isEssential, text.count + length <= limits.headerBytes else { continue }
            let start = text.count
            text.append(contentsOf: UnsafeRawBufferPointer(start: string, count: length))
            entries.append(Entry(start: start, equals: start + nameLength, end: start + length))
        }
    }
}

extension Variables {
    /// The last value of a variable; nil when it is absent or empty, which mean the same.
    func value(named name: String) -> String? {
        withBytes(of: name) { wanted, text in
            let last = entries.last { entry in
                entry.nameCount == wanted.count
                    && Self.isEqual(wanted, text.baseAddress, at: entry.start)
            }
            return last.flatMap { Self.value(of: $0, in: text) }
        }
    }

    /// A variable that the administrator set, also when an internal redirect renamed it.
    ///
    /// - Precondition: `name` does not begin with `HTTP_`: a client can set any such variable.
    func configured(_ name: String) -> String? {
        precondition(!name.hasPrefix("HTTP_"), "a client can set \(name)")
        return redirectedValue(named: name)
    }

    /// The first value there is of the variable itself and of the names that internal redirects
    /// gave it: each puts one more `REDIRECT_` in front, and the plain name may be gone then.
    func redirectedValue(named name: String) -> String? {
        withBytes(of: name) { wanted, text in
            // One scan instead of one a name: nearly always there is none of the longer names.
            var found: [(redirects: Int, entry: Entry)] = []
            for entry in entries where entry.nameCount >= wanted.count {
                let start = entry.equals - wanted.count
                guard Self.isEqual(wanted, text.baseAddress, at: start),
                    let redirects = Self.redirects(entry.start..<start, text)
                else { continue }
                found.removeAll { $0.redirects == redirects }
                found.append((redirects, entry))
            }
            found.sort { $0.redirects < $1.redirects }
            for (_, entry) in found {
                if let value = Self.value(of: entry, in: text) { return value }
            }
            return nil
        }
    }

    /// How many times `REDIRECT_` a text is; nil when it is anything else, or more of them than
    /// are followed.
    private static func redirects(_ range: Range<Int>, _ text: UnsafeBufferPointer<UInt8>) -> Int? {
        let prefix = "REDIRECT_".utf8
        guard range.count <= redirectsMax * prefix.count, range.count % prefix.count == 0 else {
            return nil
        }
        for start in stride(from: range.lowerBound, to: range.upperBound, by: prefix.count) {
            guard text[start..<start + prefix.count].elementsEqual(prefix) else { return nil }
        }
        return range.count / prefix.count
    }

    /// The value of a header field, whose name is as in HTTP (RFC 3875 §4.1.18).
    func value(ofHeader name: String) -> String? {
        let prefix = "HTTP_".utf8
        let prefixCount = prefix.count
        return withBytes(of: name) { wanted, text in
            let nameCount = prefixCount + wanted.count
            let last = entries.last { entry in
                guard entry.nameCount == nameCount else { return false }
                let start = entry.start + prefixCount
                return wanted.indices.allSatisfy { isVariableByte(text[start + $0], wanted[$0]) }
                    && text[entry.start..<start].elementsEqual(prefix)
            }
            return last.flatMap { Self.value(of: $0, in: text) }
        }
    }

    /// Hands the bytes of a name and of all variables over.
    private func withBytes<Result>(
        of name: String,
        _ body: (_ name: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        var name = name
        return name.withUTF8 { name in text.withUnsafeBufferPointer { body(name, $0) } }
    }

    private static func isEqual(
        _ name: UnsafeBufferPointer<UInt8>,
        _ text: UnsafePointer<UInt8>?,
        at start: Int
    ) -> Bool {
        guard let text, let base = name.baseAddress, let last = name.last else {
            return name.isEmpty
        }
        // Names begin alike more often than they end alike.
        return text[start + name.count - 1] == last
            && memcmp(text + start, base, name.count) == 0
    }

    private static func value(of entry: Entry, in text: UnsafeBufferPointer<UInt8>) -> String? {
        guard entry.equals + 1 < entry.end else { return nil }
        let bytes = UnsafeBufferPointer(rebasing: text[(entry.equals + 1)..<entry.end])
        return String(decoding: bytes, as: UTF8.self)
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
