/// Bringing what a client sends into canonical form: names as the schema spells them, in the
/// schema's order, types checked, what is read-only or unknown left out (RFC 7643 §2, §7).
///
/// The paths for error details come as closures: nearly every value is right, and a path is text
/// to be put together for each.
extension Attribute {
    /// - Parameters:
    ///   - value: As sent.
    ///   - path: The attribute's name, for error details.
    /// - Returns: The value to store, or `nil` when it is unassigned (RFC 7643 §2.5).
    /// - Throws: `invalidValue` when the value is not of the attribute's type.
    package func canonical(
        _ value: JSON,
        at path: @autoclosure () -> String
    ) throws(SCIMError) -> JSON? {
        multiValued
            ? try canonicalElements(value, at: path()) : try canonicalSingle(value, at: path())
    }

    /// The elements of a multi-valued attribute, those of one value and type as one.
    private func canonicalElements(
        _ value: JSON,
        at path: @autoclosure () -> String
    ) throws(SCIMError) -> JSON? {
        if case .null = value { return nil }
        guard let sent = value.array else {
            throw .invalidValue("\(path()) is multi-valued and must be an array, not \(value.kind)")
        }
        var elements: [JSON] = []
        for element in sent {
            if let element = try canonicalSingle(element, at: path()) {
                elements.append(element)
            } else if source == .members {
                // Left out, a list with one empty member in it would empty the group.
                throw .invalidValue("\(path()).value is required")
            }
        }
        try checkCount(elements, at: path())
        elements = collapsed(elements)
        try checkPrimary(elements, at: path())
        return elements.isEmpty ? nil : .array(elements)
    }

    /// One value: an element of a multi-valued attribute, or the value of another.
    ///
    /// - Returns: `nil` when it is unassigned.
    package func canonicalSingle(
        _ value: JSON,
        at path: @autoclosure () -> String
    ) throws(SCIMError) -> JSON? {
        if case .null = value { return nil }
        if isComplex { return try canonicalComplex(value, at: path()) }
        switch (type, value) {
        case (.string, .string(let text)), (.reference, .string(let text)):
            try checkLength(of: text, at: path())
            return value
        case (.boolean, .bool), (.integer, .integer), (.decimal, .integer), (.decimal, .number):
            return value
        case (.dateTime, .string(let text)):
            guard Instant(text) != nil else {
                throw .invalidValue(
                    "\(path()) must be a date and time such as 2024-05-13T04:42:34Z"
                )
            }
            return value
        case (.binary, .string(let text)):
            try checkLength(of: text, at: path())
            guard Self.isBase64(text) else {
                throw .invalidValue("\(path()) must be base64 data")
            }
            return value
        default:
            throw .invalidValue("\(path()) must be of type \(type.rawValue), not \(value.kind)")
        }
    }

    private func canonicalComplex(
        _ value: JSON,
        at path: @autoclosure () -> String
    ) throws(SCIMError) -> JSON? {
        guard let sent = value.object else {
            throw .invalidValue("\(path()) is complex and must be an object, not \(value.kind)")
        }
        var object = JSONObject()
        for sub in subAttributes where sub.mutability != .readOnly {
            guard let value = try sent.uniqueValue(named: sub.name, at: path()) else { continue }
            if let value = try sub.canonical(value, at: "\(path()).\(sub.name)") {
                object.members.append(.init(name: sub.name, value: value))
            }
        }
        // An object with nothing in it is unassigned; one that says something unknown is not.
        if object.isEmpty, value.isUnassigned { return nil }
        for sub in subAttributes where sub.required && object[sub.name] == nil {
            throw .invalidValue("\(path()).\(sub.name) is required")
        }
        return object.isEmpty ? nil : .object(object)
    }

    /// - Throws: `invalidValue` beyond `Limits.attributeBytes`, and beyond `Limits.indexedBytes`
    ///   where an index is kept of the values.
    private func checkLength(
        of text: String,
        at path: @autoclosure () -> String
    ) throws(SCIMError) {
        let isKey = indexed || holdsID || uniqueness == .server
        let limit = isKey ? Limits.standard.indexedBytes : Limits.standard.attributeBytes
        if text.utf8.count > limit {
            throw .invalidValue("\(path()) is longer than \(limit) bytes")
        }
    }

    /// - Throws: `invalidValue` beyond `Limits.attributeValues`.
    package func checkCount(
        _ elements: [JSON],
        at path: @autoclosure () -> String
    ) throws(SCIMError) {
        let limit = Limits.standard.attributeValues
        if source != .members, elements.count > limit {
            throw .invalidValue("\(path()) has more than \(limit) values")
        }
    }

    /// At most one element is primary (RFC 7643 §2.4).
    package func checkPrimary(
        _ elements: [JSON],
        at path: @autoclosure () -> String
    ) throws(SCIMError) {
        if elements.count(where: \.isPrimary) > 1 {
            throw .invalidValue("\(path()) has more than one primary value")
        }
    }

    /// RFC 4648 §4 or §5, with or without padding: one alphabet or the other.
    private static func isBase64(_ text: String) -> Bool {
        let isOfBoth =
            text.utf8.contains { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
            && text.utf8.contains { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        if isOfBoth { return false }
        let padding = text.utf8.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        return padding <= 2 && text.utf8.count % 4 != 1
            && (padding == 0 || text.utf8.count % 4 == 0)
            && text.utf8.dropLast(padding).allSatisfy { byte in
                (0x61...0x7A).contains(byte.asciiLowercased) || (0x30...0x39).contains(byte)
                    || "+/-_".utf8.contains(byte)
            }
    }
}

extension JSON {
    /// Whether an element says `primary: true`.
    package var isPrimary: Bool { object?["primary"] == true }
}

extension Attribute {
    /// Canonical elements, those of one value and type as one (RFC 7643 §2.4): at the place of the
    /// first, with what the later ones say besides it.
    func collapsed(_ elements: [JSON]) -> [JSON] {
        if elements.count < 2 { return elements }
        // To look each up keeps the cost of many elements linear.
        var places: [[UInt8]: Int] = [:]
        var collapsed: [JSON] = []
        collapsed.reserveCapacity(elements.count)
        for element in elements {
            let identity = identity(of: element)
            guard let place = places[identity] else {
                places[identity] = collapsed.count
                collapsed.append(element)
                continue
            }
            collapsed[place] = merging(collapsed[place], element)
        }
        return collapsed
    }

    /// What two elements share exactly when they count as one.
    func identity(of element: JSON) -> [UInt8] {
        guard let object = element.object, let value = object["value"]?.string else {
            return element.text
        }
        let kind = object["type"]?.string?.caseFolded ?? ""
        return Array(value.utf8) + [0] + kind.utf8
    }

    private func merging(_ earlier: JSON, _ later: JSON) -> JSON {
        guard let old = earlier.object, let new = later.object else { return earlier }
        return .object(old.merging(new).inOrder(of: subAttributes))
    }
}

extension JSONObject {
    /// The value of the member with the name, without regard to case.
    ///
    /// - Throws: `invalidSyntax` when two members differ only in case.
    package func uniqueValue(
        named name: String,
        at path: @autoclosure () -> String
    ) throws(SCIMError) -> JSON? {
        var found: Int?
        for index in members.indices where members[index].name.equalsIgnoringASCIICase(name) {
            if found != nil {
                let path = path()
                throw .invalidSyntax("\(path.isEmpty ? name : "\(path).\(name)") stands twice")
            }
            found = index
        }
        return found.map { members[$0].value }
    }
}
