import SCIM

/// Values of an attribute: `userName`, `emails[type eq "work"].value`.
package struct AttributeSelection: Sendable {
    /// Down to the simple attribute that holds the value.
    package let reference: AttributeReference
    /// `type eq "work"` of `emails[type eq "work"].value`.
    private let filter: Filter?
    private let predicate: Predicate?

    /// - Parameters:
    ///   - text: A path as in a PATCH; of a complex attribute, its `value` is meant.
    ///   - type: What has the attribute.
    ///   - offset: Where the text stands, for errors.
    /// - Throws: `ExpressionError` for what is no path, for attributes that the type does not
    ///   have or that nobody is shown, and where no one value is named.
    init(_ text: String, of type: ResourceType, offset: Int) throws(ExpressionError) {
        do {
            let path = try FilterParser.parsePatchPath(text, limits: Self.limits)
            let place = try Self.resolve(path.path, of: type)
            guard path.filter == nil || place.subAttribute == nil else {
                throw SCIMError.invalidPath("\(place.shortName) cannot be followed by brackets")
            }
            filter = path.filter
            predicate = try path.filter.map { filter throws(SCIMError) in
                try filter.bound(toElementsOf: place, in: type)
            }
            reference = try Self.value(of: place, path.subAttribute, text)
        } catch let error as SyntaxError {
            throw ExpressionError(error.message, offset: offset + error.offset)
        } catch let error as SCIMError {
            throw ExpressionError(error.detail, offset: offset)
        } catch {
            throw ExpressionError("\(text) cannot be read", offset: offset)
        }
    }

    private static var limits: Limits {
        var limits = Limits.standard
        limits.filterNodes = Expression.Limits.nodes
        limits.filterDepth = Expression.Limits.depth
        return limits
    }

    private static func resolve(
        _ path: AttributePath,
        of type: ResourceType
    ) throws(SCIMError) -> AttributeReference {
        guard let reference = type.resolve(path) else {
            throw .invalidPath("\(type.name) has no attribute \(path.text)")
        }
        guard reference.attribute?.returned != .never else {
            throw .invalidPath("\(path.text) is not shown to anybody")
        }
        // The times, the version and the address of a resource are not part of a person.
        guard reference.attribute?.name != "meta" else {
            throw .invalidPath("\(path.text) cannot be used: it tells of the resource itself")
        }
        return reference
    }

    /// The reference to the one simple value that is meant.
    private static func value(
        of place: AttributeReference,
        _ sub: String?,
        _ text: String
    ) throws(SCIMError) -> AttributeReference {
        var reference = place
        if let sub {
            guard place.subAttribute == nil, let found = place.attribute?.subAttribute(named: sub)
            else { throw .invalidPath("\(place.shortName) has no sub-attribute \(sub)") }
            reference = place.sub(found)
        }
        guard let definition = reference.definition else {
            throw .invalidPath("\(text) is an extension; name one of its attributes")
        }
        guard definition.isComplex else { return reference }
        guard let value = definition.subAttribute(named: "value") else {
            let first = definition.subAttributes.first.map { ", such as \($0.name)" } ?? ""
            throw .invalidPath("\(text) is complex; name one of its sub-attributes\(first)")
        }
        return reference.sub(value)
    }

    /// The values that a resource has of it, that of a primary element first.
    func values(of resource: JSONObject) -> [String] {
        var elements = resource.elements(of: reference)
        if let predicate { elements.removeAll { !predicate.matches(element: $0) } }
        let isPrimary = { (element: JSON) in element.object?["primary"]?.bool == true }
        return (elements.filter(isPrimary) + elements.filter { !isPrimary($0) })
            .compactMap { reference.value(in: $0)?.plainText }
            .filter(\.isValue)
    }

    /// The path with names as the schemas write them; those in a filter are as they were written.
    var text: String {
        guard let filter else { return reference.shortName }
        let sub = reference.subAttribute.map { ".\($0.name)" } ?? ""
        return "\(reference.sub(nil).shortName)[\(filter.text)]\(sub)"
    }
}

extension JSON {
    /// A simple value as people read it.
    var plainText: String? {
        switch self {
        case .string(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .number(let number): number.description
        case .null, .array, .object: nil
        }
    }
}
