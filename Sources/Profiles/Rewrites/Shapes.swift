import JSONText
import SCIM

extension Rewrite {
    /// JSON as text where an object is meant: `"value": "{\"value\": \"a@b.example\"}"`.
    ///
    /// Older releases of SCIM-SDK print their objects so. Text that begins so and is no JSON is
    /// refused: it is nobody's address.
    static let jsonText = Rewrite(
        "jsonText",
        values: ValueChange { value, place in
            guard place.attribute.isComplex, let text = value.string, looksLikeJSON(text),
                let parsed = try? JSON(parsing: Array(text.utf8), depthMax: 4)
            else { return nil }
            let areObjects = parsed.array?.allSatisfy { $0.object != nil } ?? false
            guard parsed.object != nil || areObjects else { return nil }
            return parsed
        }
    )

    /// Whether text begins like an object or an array of objects.
    private static func looksLikeJSON(_ text: String) -> Bool {
        let isSpace = { (byte: UInt8) in [0x09, 0x0A, 0x0D, 0x20].contains(byte) }
        let rest = text.utf8.drop(while: isSpace)
        if rest.first == UInt8(ascii: "{") { return true }
        return rest.first == UInt8(ascii: "[")
            && rest.dropFirst().drop(while: isSpace).first == UInt8(ascii: "{")
    }

    /// An array of one for an attribute that has one value, or for one of its elements:
    /// `"manager": [{…}]`, `"displayName": ["x"]`, `"active": [false]`.
    ///
    /// Extensions of Keycloak send all values so. An empty array says that there is no value.
    static let arrayForSingleValue = Rewrite(
        "arrayForSingleValue",
        values: ValueChange { value, place in
            guard let elements = value.array, elements.count <= 1 else { return nil }
            if place.position == .element { return elements.first }
            // Written out, because `nil` between other JSON values would be `null`.
            if place.attribute.multiValued { return Optional.none }
            return elements.first ?? .null
        }
    )

    /// An object for a simple value, in which nothing but that value is said:
    /// `"displayName": {"$ref": null, "value": "x"}`.
    ///
    /// Older jobs of Entra ID send it, in an array.
    static let objectForSimpleValue = Rewrite(
        "objectForSimpleValue",
        values: ValueChange { value, place in
            guard !place.attribute.isComplex,
                place.position == .element || !place.attribute.multiValued,
                let object = value.object, let inner = object.value(named: "value"),
                object.removing("value").members.allSatisfy({ $0.value == .null })
            else { return nil }
            return inner
        }
    )

    /// One value for an attribute that has several: `"emails": {…}`, as in OneLogin's 1.x
    /// template, and `"schemas": "urn:…"`.
    static let singleValueForArray = Rewrite(
        "singleValueForArray",
        values: ValueChange { value, place in
            guard place.position == .whole, place.attribute.multiValued else { return nil }
            let isOne =
                place.attribute.isComplex
                ? value.object?.isEmpty == false : value.string?.isEmpty == false
            guard isOne else { return nil }
            return [value]
        }
    )

    /// Text for an element, or for all elements, whose `value` it is: `"emails": ["a@b"]` as
    /// WSO2 Identity Server writes it, `"members": "id"` as Microsoft's request collection does,
    /// `"roles": ["admin"]` as administrators map them in Okta.
    static let textForElement = Rewrite(
        "textForElement",
        values: ValueChange { value, place in
            guard place.attribute.multiValued, let text = value.string, !looksLikeJSON(text),
                place.attribute.subAttribute(named: "value") != nil
            else { return nil }
            if place.position == .element { return ["value": .string(text)] }
            guard !text.isEmpty else { return nil }
            return [value]
        }
    )

    /// Elements of which nothing but the kind is known, as templates write them that are filled
    /// from an empty field: `{"type": "work", "value": ""}`.
    ///
    /// PingOne does not read them back.
    static let emptyElements = Rewrite(
        "emptyElements",
        values: ValueChange(.leaving, in: [.add, .replace]) { value, place in
            guard place.position == .whole, place.attribute.multiValued,
                place.attribute.source == .document, let elements = value.array,
                elements.contains(where: { isEmpty($0, of: place.attribute) })
            else { return nil }
            return .array(elements.filter { !isEmpty($0, of: place.attribute) })
        }
    )

    /// A path to the `value` of selected elements that is taken away or left empty:
    /// `remove emails[type eq "work"].value`, `replace … ""`.
    ///
    /// Entra ID clears so. Nothing but the kind would be left of the elements: they go.
    static let emptyValuePath = Rewrite(
        "emptyValuePath",
        finished: { operation, context in
            guard let path = operation.path.attribute, path.filter != nil,
                let (attribute, sub) = context.type.target(of: path), sub?.name == "value",
                attribute.multiValued, attribute.source == .document,
                operation.kind == .remove || operation.value == "" || operation.value == .null
            else { return nil }
            return [operation.removing(PatchPath(path: path.path, filter: path.filter))]
        }
    )

    /// More than one primary element: the last one is.
    ///
    /// RFC 7643 §2.4 allows one.
    static let lastPrimary = Rewrite(
        "lastPrimary",
        values: ValueChange(.leaving, in: [.add, .replace]) { value, place in
            guard place.position == .whole, place.attribute.multiValued,
                let elements = value.array
            else { return nil }
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
    )

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
        operation: { operation, context in
            guard let path = operation.path.attribute,
                let attribute = context.type.wholeTarget(of: path), attribute.multiValued,
                let object = operation.value?.object, object.members.count == 1,
                let values = object.value(named: attribute.name), values != .null
            else { return nil }
            return [operation.setting(value: values)]
        }
    )
}
