import SCIM

/// A PATCH operation that could be read (RFC 7644 §3.5.2), on its way through the rewrites.
///
/// A class, though nothing of it ever changes: a reference is handed to one rewrite after the
/// other more cheaply than all its parts.
final class Operation: Sendable {
    enum Kind: String, Sendable {
        case add, remove, replace
    }

    let kind: Kind
    /// `nil` where the operation has none, or `null`, or an empty one.
    let pathText: String?
    /// `nil` where there is no path and where it does not parse.
    let path: PatchPath?
    /// `nil` when absent.
    let value: JSON?
    private let values: FilterParser.Values
    /// The operation as sent, while nothing has changed.
    private let sent: JSON?

    /// - Returns: `nil` when this is no operation that the RFC knows.
    init?(_ json: JSON, _ values: FilterParser.Values) {
        guard let object = json.object,
            let kind = object.value(named: "op")?.string.flatMap(Kind.init(rawValue:))
        else { return nil }
        switch object.value(named: "path") {
        case nil, .null?, ""?: pathText = nil
        case .string(let text)?: pathText = text
        default: return nil
        }
        self.kind = kind
        self.values = values
        value = object.value(named: "value")
        sent = json
        path = pathText.flatMap { try? FilterParser.parsePatchPath($0, values: values) }
    }

    /// An operation on the whole resource that changes nothing.
    ///
    /// It stands for one that is passed over, since a request needs an operation (RFC 7644
    /// §3.5.2).
    var passedOver: Operation {
        Operation(.add, values, value: [:])
    }

    private init(
        _ kind: Kind,
        _ values: FilterParser.Values,
        pathText: String? = nil,
        path: PatchPath? = nil,
        value: JSON?
    ) {
        self.kind = kind
        self.values = values
        self.pathText = pathText
        self.path = path
        self.value = value
        sent = nil
    }

    /// Whether the operation has no path.
    var isWithoutPath: Bool { pathText == nil }

    func setting(value: JSON?) -> Operation {
        Operation(kind, values, pathText: pathText, path: path, value: value)
    }

    func setting(path: PatchPath?) -> Operation {
        Operation(kind, values, pathText: path?.written, path: path, value: value)
    }

    func setting(pathText: String) -> Operation {
        Operation(kind, values, pathText: pathText, path: path(named: pathText), value: value)
    }

    func setting(kind: Kind) -> Operation {
        Operation(kind, values, pathText: pathText, path: path, value: value)
    }

    /// The path that text stands for, such as a member's name in an operation without a path.
    func path(named name: String) -> PatchPath? {
        try? FilterParser.parsePatchPath(name, values: values)
    }

    var json: JSON {
        if let sent { return sent }
        var object: JSONObject = ["op": .string(kind.rawValue)]
        object["path"] = pathText.map(JSON.string)
        object["value"] = value
        return .object(object)
    }
}

extension PatchPath {
    /// The path in the grammar of RFC 7644 §3.5.2, Figure 7.
    var written: String {
        let selected = filter.map { "\(path.text)[\($0.text)]" } ?? path.text
        return subAttribute.map { "\(selected).\($0)" } ?? selected
    }

    /// Whether the path leads to an attribute as a whole, not to a selection of its values or to
    /// part of them.
    var isWhole: Bool { filter == nil && subAttribute == nil && path.subAttribute == nil }
}

extension ResourceType {
    /// The definition of what a path leads to, and of the attribute in which that is found.
    ///
    /// - Returns: `nil` for what the type does not have, and for an extension as a whole.
    func target(of path: PatchPath) -> (attribute: Attribute, sub: Attribute?)? {
        guard let reference = resolve(path.path), let attribute = reference.attribute else {
            return nil
        }
        guard let name = path.subAttribute else { return (attribute, reference.subAttribute) }
        return attribute.subAttribute(named: name).map { (attribute, $0) }
    }
}
