import SCIM

extension Rewrite {
    /// An array of one for an attribute that has one value: `"manager": [{…}]`,
    /// `"displayName": ["x"]`.
    ///
    /// An empty one says that there is no value.
    static let arrayForSingleValue = Rewrite("arrayForSingleValue") { value, attribute, position in
        guard position == .whole, !attribute.multiValued, let elements = value.array,
            elements.count <= 1
        else { return nil }
        return elements.first ?? .null
    }

    /// An object for an attribute that has several values: `"emails": {…}`, as in OneLogin's 1.x
    /// template.
    static let singleValueForArray = Rewrite("singleValueForArray") { value, attribute, position in
        guard position == .whole, attribute.multiValued, attribute.isComplex,
            value.object?.isEmpty == false
        else { return nil }
        return [value]
    }

    /// Text for an element, or for all elements, whose `value` it is: `"emails": ["a@b"]` as
    /// WSO2 Identity Server writes it, `"members": "id"` as Microsoft's request collection does.
    static let textForElement = Rewrite("textForElement") { value, attribute, position in
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
        in: [.add, .replace]
    ) { value, attribute, position in
        guard position == .whole, attribute.multiValued, attribute.source == .document,
            let elements = value.array
        else { return nil }
        guard elements.contains(where: { isEmpty($0, of: attribute) }) else { return nil }
        return .array(elements.filter { !isEmpty($0, of: attribute) })
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
