import CJansson
import SCIM

/// Why a text is not JSON.
package struct JSONSyntaxError: Error, Sendable {
    /// Quotes nothing of the text, which may hold a secret.
    package let message: String
    /// Bytes from the start of the text; `nil` where it is not known.
    package let offset: Int?
}

extension JSON {
    /// Reads JSON text (RFC 8259) with jansson.
    ///
    /// A byte order mark before the text is passed over (RFC 8259 §8.1).
    ///
    /// - Parameters:
    ///   - text: UTF-8; any value, not only an object or array.
    ///   - depthMax: Levels of arrays and objects.
    /// - Throws: `JSONSyntaxError` for text that is not JSON or not UTF-8, for a name that stands
    ///   twice in an object, an integer beyond 64 bits, U+0000 in a string (which neither
    ///   WordPress nor a C string can hold), for nesting beyond `depthMax`, and for more than
    ///   `Limits.combiningMarks` in a row.
    package init(
        parsing text: some Collection<UInt8>,
        depthMax: Int = Limits.standard.jsonDepth
    ) throws(JSONSyntaxError) {
        let parsed =
            text.withContiguousStorageIfAvailable(Self.load)
            ?? Array(text).withUnsafeBufferPointer(Self.load)
        let root = try parsed.get()
        defer { json_decref(root) }
        do throws(Excess) {
            self = try Self.tree(root, depthMax)
        } catch {
            let message =
                switch error {
                case .levels: "arrays and objects have more than \(depthMax) levels"
                case .marks:
                    "a text has more than \(Limits.standard.combiningMarks) combining marks in a row"
                }
            throw JSONSyntaxError(message: message, offset: nil)
        }
    }

    private static func load(
        _ text: UnsafeBufferPointer<UInt8>
    ) -> Result<UnsafeMutablePointer<json_t>, JSONSyntaxError> {
        let mark = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let whole = text
        let text = UnsafeBufferPointer(rebasing: whole[mark...])
        guard let base = text.baseAddress, !text.isEmpty else {
            return .failure(JSONSyntaxError(message: "the text is empty", offset: mark))
        }
        // jansson passes over one behind a number or a literal.
        if let offset = text.firstIndex(of: 0) {
            return .failure(JSONSyntaxError(message: "U+0000", offset: mark + offset))
        }
        var error = json_error_t()
        let flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY
        let root = base.withMemoryRebound(to: CChar.self, capacity: text.count) {
            json_loadb($0, text.count, Int(flags), &error)
        }
        if let root { return .success(root) }
        return .failure(
            JSONSyntaxError(
                message: Self.message(&error),
                offset: mark + max(0, Int(error.position))
            )
        )
    }

    private static func message(_ error: inout json_error_t) -> String {
        withUnsafeBytes(of: &error.text) { text in
            // jansson quotes the text around an error, which may hold a secret, and speaks of
            // its own options.
            String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
                .components(before: " near '").components(before: " without JSON_")
        }
    }

    private static func tree(
        _ value: UnsafeMutablePointer<json_t>,
        _ depthLeft: Int
    ) throws(Excess) -> JSON {
        switch value.pointee.type {
        case JSON_NULL: return .null
        case JSON_TRUE: return .bool(true)
        case JSON_FALSE: return .bool(false)
        case JSON_INTEGER: return .integer(json_integer_value(value))
        case JSON_REAL: return .number(json_real_value(value))
        case JSON_STRING: return .string(try checked(string(value)))
        case JSON_ARRAY: return .array(try elements(value, depthLeft))
        default: return .object(try members(value, depthLeft))
        }
    }

    private static func string(_ value: UnsafeMutablePointer<json_t>) -> String {
        let length = json_string_length(value)
        guard let text = json_string_value(value) else { return "" }
        return text.withMemoryRebound(to: UInt8.self, capacity: length) {
            String(decoding: UnsafeBufferPointer(start: $0, count: length), as: UTF8.self)
        }
    }

    private static func elements(
        _ value: UnsafeMutablePointer<json_t>,
        _ depthLeft: Int
    ) throws(Excess) -> [JSON] {
        try checkDepth(depthLeft)
        let count = json_array_size(value)
        var elements: [JSON] = []
        elements.reserveCapacity(count)
        for index in 0..<count {
            guard let element = json_array_get(value, index) else { continue }
            elements.append(try tree(element, depthLeft - 1))
        }
        return elements
    }

    private static func members(
        _ value: UnsafeMutablePointer<json_t>,
        _ depthLeft: Int
    ) throws(Excess) -> JSONObject {
        try checkDepth(depthLeft)
        var members: [JSONObject.Member] = []
        members.reserveCapacity(json_object_size(value))
        var iterator = json_object_iter(value)
        while let current = iterator {
            if let name = json_object_iter_key(current),
                let member = json_object_iter_value(current)
            {
                let name = try checked(String(cString: name))
                members.append(.init(name: name, value: try tree(member, depthLeft - 1)))
            }
            iterator = json_object_iter_next(value, current)
        }
        return JSONObject(members)
    }

    private static func checkDepth(_ depthLeft: Int) throws(Excess) {
        if depthLeft <= 0 { throw .levels }
    }

    /// Swift compares text in a time that grows with the square of marks in a row.
    private static func checked(_ text: String) throws(Excess) -> String {
        if text.hasCombiningMarks(inARow: Limits.standard.combiningMarks + 1) { throw .marks }
        return text
    }
}

/// What a text has too much of.
private enum Excess: Error { case levels, marks }

extension String {
    fileprivate func components(before separator: String) -> String {
        var end = startIndex
        while end < endIndex, !self[end...].hasPrefix(separator) { end = index(after: end) }
        return String(self[..<end])
    }
}
