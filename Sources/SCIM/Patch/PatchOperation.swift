/// An operation of a PATCH request (RFC 7644 §3.5.2).
package struct PatchOperation: Sendable {
    package enum Kind: String, Sendable {
        case add, remove, replace
    }

    /// What an operation is about.
    package enum Path: Sendable {
        /// The resource itself.
        case none
        case attribute(PatchPath)
        /// Text that is no path. It is refused when the operation is applied: until then a
        /// profile may know what is meant.
        case unread(SyntaxError)
    }

    package var kind: Kind
    package var path: Path
    /// The path as sent, for error details; empty for none.
    package var pathText: String
    /// As sent, `null` too; `nil` when absent.
    package var value: JSON?
    /// The values that are to go, where a removal lists them instead of selecting them.
    ///
    /// The RFC has no such removal: a profile makes it of the value that a client sends along.
    package var listed: [JSON]?
    /// The operation's place in the message, from 0.
    package let index: Int

    /// Reads an element of `Operations`; names are matched without regard to case.
    ///
    /// - Parameters:
    ///   - json: As sent.
    ///   - index: Its place in the message, from 0.
    ///   - values: What stands for a value in paths.
    ///   - limits: On the length, terms and levels of paths.
    /// - Throws: `invalidSyntax` when this is no operation; `invalidPath` for a path that is no
    ///   text, `invalidValue` when there is nothing to add or to replace by.
    init(
        _ json: JSON,
        _ index: Int,
        _ values: FilterParser.Values,
        _ limits: Limits
    ) throws(SCIMError) {
        let name = "Operations[\(index)]"
        guard let object = json.object else {
            throw .invalidSyntax("\(name) must be an object, not \(json.kind)")
        }
        let op = try object.uniqueValue(named: "op", at: name)
        guard let kind = op?.string.flatMap(Kind.init(rawValue:)) else {
            throw .invalidSyntax("\(name).op must be one of add, remove, replace")
        }
        self.kind = kind
        self.index = index
        switch try object.uniqueValue(named: "path", at: name) {
        case nil, .null?, ""?: (path, pathText) = (.none, "")
        case .string(let text)?:
            (path, pathText) = (Path(reading: text, values, limits), text)
        case let other?:
            throw .invalidPath("\(name).path must be a string, not \(other.kind)")
        }
        value = try object.uniqueValue(named: "value", at: name)
        // A replacement by nothing at all is no way to say "clear": that takes null or [].
        if kind != .remove, value == nil { throw .invalidValue("\(name) has no value") }
    }

    /// The value; `nil` also for `null`.
    package var assigned: JSON? {
        if case .null? = value { nil } else { value }
    }
}

extension PatchOperation.Path {
    /// Reads text of at least one byte.
    package init(reading text: String, _ values: FilterParser.Values, _ limits: Limits) {
        do {
            self = .attribute(
                try FilterParser.parsePatchPath(text, values: values, limits: limits)
            )
        } catch {
            self = .unread(error)
        }
    }

    /// The path, where there is one that could be read.
    package var attribute: PatchPath? {
        if case .attribute(let path) = self { path } else { nil }
    }

    package var isNone: Bool {
        if case .none = self { true } else { false }
    }
}
