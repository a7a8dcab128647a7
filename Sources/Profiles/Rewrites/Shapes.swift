import SCIM

extension Rewrite {
    /// An array of one for an attribute that has one value, or for one of its elements:
    /// `"manager": [{…}]`, `"displayName": ["x"]`.
    ///
    /// An empty one says that there is no value.
    static let arrayForSingleValue = Rewrite(
        "arrayForSingleValue",
        of: .collections
    ) { value, attribute, position in
        guard let elements = value.array, elements.count <= 1 else { return nil }
        if position == .element { return elements.first }
        // Written out, because `nil` between other JSON values would be `null`.
        if attribute.multiValued { return Optional.none }
        return elements.first ?? .null
    }

    /// An object for an attribute that has several values: `"emails": {…}`, as in OneLogin's 1.x
    /// template.
    static let singleValueForArray = Rewrite(
        "singleValueForArray",
        of: .collections
    ) { value, attribute, position in
        guard position == .whole, attribute.multiValued, attribute.isComplex,
            value.object?.isEmpty == false
        else { return nil }
        return [value]
    }

    /// Text for an element, or for all elements, whose `value` it is: `"emails": ["a@b"]` as
    /// WSO2 Identity Server writes it, `"members": "id"` as Microsoft's request collection does.
    static let textForElement = Rewrite(
        "textForElement",
        of: .texts
    ) { value, attribute, position in
        guard attribute.multiValued, let text = value.string,
            attribute.subAttribute(named: "value") != nil
        else { return nil }
        if position == .element { return ["value": .string(text)] }
        return text.isEmpty ? nil : [value]
    }

    /// Elements of which nothing but the kind is known, as templates write them that are filled
    /// from an empty field: `{"type": "work", "value": ""}`.
    ///
    /// PingOne does not read them back.
    static let emptyElements = Rewrite(
        "emptyElements",
        of: .collections,
        in: [.add, .replace]
    ) { value, attribute, position in
        guard position == .whole, attribute.multiValued, attribute.source == .document,
            let elements = value.array
        else { return nil }
        guard elements.contains(where: { isEmpty($0, of: attribute) }) else { return nil }
        return .array(elements.filter { !isEmpty($0, of: attribute) })
    }

    /// A path to the `value` of selected elements that is taken away or left empty:
    /// `remove emails[type eq "work"].value`, `replace … ""`.
    ///
    /// Entra ID clears so. Nothing but the kind would be left of the elements: they go.
    static let emptyValuePath = Rewrite(
        "emptyValuePath",
        operation: { operation, type in
            guard let path = operation.path, path.filter != nil,
                let (attribute, sub) = type.target(of: path), sub?.name == "value",
                attribute.multiValued, attribute.source == .document,
                operation.kind == .remove || operation.value == "" || operation.value == .null
            else { return nil }
            let elements = PatchPath(path: path.path, filter: path.filter)
            return [operation.setting(kind: .remove).setting(path: elements).setting(value: nil)]
        }
    )

    /// More than one primary element: the last one is.
    ///
    /// RFC 7643 §2.4 allows one.
    static let lastPrimary = Rewrite(
        "lastPrimary",
        of: .collections,
        in: [.add, .replace]
    ) { value, attribute, position in
        guard position == .whole, attribute.multiValued, let elements = value.array else {
            return nil
        }
        let primary = elements.indices.filter { isPrimary(elements[$0]) }
        guard primary.count > 1 else { return nil }
        var kept = elements
        for index in primary.dropLast() {
            kept[index] =
                elements[index].object.map { .object($0.setting("primary", false)) }
                ?? elements[index]
        }
        return .array(kept)
    }

    private static func isPrimary(_ element: JSON) -> Bool {
        guard let primary = element.object?.value(named: "primary") else { return false }
        return primary == true || primary.string?.lowercased() == "true"
    }

    private static func isEmpty(_ element: JSON, of attribute: Attribute) -> Bool {
        guard let object = element.object, !object.isEmpty else { return false }
        let hasValue = attribute.subAttribute(named: "value") != nil
        if hasValue, object.value(named: "value") == "" { return true }
        return object.members.allSatisfy { member in
            member.value.isUnassigned || member.value == ""
                || member.name.equalsIgnoringASCIICase("type")
                || member.name.equalsIgnoringASCIICase("primary")
        }
    }

    /// The attribute's name again, around the values for its path:
    /// `"path": "members", "value": {"members": […]}`.
    ///
    /// Salesforce removes members so.
    static let repeatedName = Rewrite(
        "repeatedName",
        operation: { operation, type in
            guard let path = operation.path, path.isWhole,
                let attribute = type.target(of: path)?.attribute, attribute.multiValued,
                let object = operation.value?.object, object.members.count == 1,
                let values = object.value(named: attribute.name), values != .null
            else { return nil }
            return [operation.setting(value: values)]
        }
    )
}
