/// A filter bound to a resource type: every name resolved, every value in comparable form.
package indirect enum Predicate: Sendable {
    /// True of a multi-valued attribute when it is true of any value.
    case comparison(AttributeReference, ComparisonOperator, Key)
    case present(AttributeReference)
    /// One element of the attribute satisfies the predicate, whose references all lead into
    /// that element.
    case element(AttributeReference, Predicate)
    case and([Predicate])
    case or([Predicate])
    case not(Predicate)
}

extension Filter {
    /// Binds the filter to a resource type.
    ///
    /// - Parameters:
    ///   - type: Of the resources that are searched.
    ///   - links: Which URLs are those of resources here: to compare with one of them, as in
    ///     `members.$ref eq "https://example.com/v2/Users/2819c223"`, is to compare with the id at
    ///     its end.
    /// - Returns: The predicate, in which every name is one of the type's.
    /// - Throws: `invalidFilter` for an unknown attribute, an operator that the attribute's type
    ///   does not have, or a value of another type (RFC 7644 §3.4.2.2).
    package func bound(to type: ResourceType, links: Links? = nil) throws(SCIMError) -> Predicate {
        try Binder(type: type, element: nil, links: links).bind(self)
    }

    /// Binds a value filter to the elements of an attribute: `type eq "work"` of
    /// `emails[type eq "work"]`.
    ///
    /// `links` is as for a whole filter.
    ///
    /// - Throws: `invalidFilter` as for a whole filter.
    package func bound(
        toElementsOf reference: AttributeReference,
        in type: ResourceType,
        links: Links? = nil
    ) throws(SCIMError) -> Predicate {
        try Binder(type: type, element: reference, links: links).bind(self)
    }
}

private struct Binder {
    let type: ResourceType
    /// The attribute between whose brackets the filter stands.
    let element: AttributeReference?
    let links: Links?

    func bind(_ filter: Filter) throws(SCIMError) -> Predicate {
        switch filter {
        case .and(let terms): return .and(try bind(terms))
        case .or(let terms): return .or(try bind(terms))
        case .not(let inner): return .not(try bind(inner))
        case .present(let path): return .present(try resolve(path))
        case .comparison(let path, let comparison, let literal):
            return try bind(path, comparison, literal)
        case .valuePath(let path, let inner):
            let reference = try resolve(path)
            guard element == nil, reference.subAttribute == nil, reference.attribute != nil
            else {
                throw .invalidFilter("\(path.text) cannot be followed by brackets")
            }
            return .element(
                reference,
                try Binder(type: type, element: reference, links: links).bind(inner)
            )
        }
    }

    private func bind(_ terms: [Filter]) throws(SCIMError) -> [Predicate] {
        var bound: [Predicate] = []
        for term in terms { bound.append(try bind(term)) }
        return bound
    }

    private func resolve(_ path: AttributePath) throws(SCIMError) -> AttributeReference {
        let found = element.map { subAttribute(path, of: $0) } ?? type.resolve(path)
        guard let found else {
            throw .invalidFilter("\(type.name) has no attribute \(path.text)\(place)")
        }
        if found.definition?.returned == .never || found.attribute?.returned == .never {
            throw .invalidFilter("\(path.text) cannot be used in a filter")
        }
        return found
    }

    private var place: String {
        element.map { " within \($0.shortName)" } ?? ""
    }

    /// Of a simple attribute's element, the implicit name is `value` (RFC 7643 §2.4).
    private func subAttribute(
        _ path: AttributePath,
        of element: AttributeReference
    ) -> AttributeReference? {
        guard path.urn == nil, path.subAttribute == nil, let attribute = element.attribute else {
            return nil
        }
        if let sub = attribute.subAttribute(named: path.attribute) { return element.sub(sub) }
        return !attribute.isComplex && path.attribute.equalsIgnoringASCIICase("value")
            ? element : nil
    }

    private func bind(
        _ path: AttributePath,
        _ comparison: ComparisonOperator,
        _ literal: Literal
    ) throws(SCIMError) -> Predicate {
        var reference = try resolve(path)
        if literal == .null {
            switch comparison {
            case .eq: return .not(.present(reference))
            case .ne: return .present(reference)
            default: throw .invalidFilter("null can only be compared with eq and ne")
            }
        }
        // RFC 7644 §3.4.2.2, Figure 2: `emails co "x"` compares `emails.value`.
        if reference.definition?.isComplex == true {
            reference = reference.sub(reference.definition?.subAttribute(named: "value"))
        }
        guard let definition = reference.definition, !definition.isComplex else {
            throw .invalidFilter(
                "\(path.text) is complex; name one of its sub-attributes to compare it"
            )
        }
        try check(comparison, definition, path)
        if comparison == .eq || comparison == .ne, let value = reference.idBesideURL,
            let id = id(in: literal, of: definition)
        {
            return .comparison(value, comparison, .text(id))
        }
        return .comparison(reference, comparison, try key(literal, definition, path))
    }

    /// The id at the end of the URL of a resource here.
    ///
    /// No two resources have one id, whatever their types: that the URL names a type to which the
    /// attribute may refer is enough.
    private func id(in literal: Literal, of reference: Attribute) -> String? {
        let url: String
        switch literal {
        case .string(let text), .bare(let text): url = text
        case .number, .boolean, .null: return nil
        }
        guard let links else { return nil }
        for type in links.types.all where reference.referenceTypes.contains(type.name) {
            let collection = links.url(of: "", type)
            guard url.utf8.starts(with: collection.utf8) else { continue }
            let id = url.utf8.dropFirst(collection.utf8.count)
            return id.isEmpty || id.contains(UInt8(ascii: "/")) ? nil : String(Substring(id))
        }
        return nil
    }

    private func check(
        _ comparison: ComparisonOperator,
        _ definition: Attribute,
        _ path: AttributePath
    ) throws(SCIMError) {
        let isAllowed =
            switch (definition.type, comparison) {
            case (.string, _), (.reference, _): true
            case (.boolean, .eq), (.boolean, .ne), (.binary, .eq), (.binary, .ne): true
            case (.boolean, _), (.binary, _), (.complex, _): false
            case (_, .co), (_, .sw), (_, .ew): false
            case (.decimal, _), (.integer, _), (.dateTime, _): true
            }
        guard isAllowed else {
            throw .invalidFilter(
                "\(comparison.rawValue) does not apply to \(path.text),"
                    + " which is of type \(definition.type.rawValue)"
            )
        }
    }

    private func key(
        _ literal: Literal,
        _ definition: Attribute,
        _ path: AttributePath
    ) throws(SCIMError) -> Key {
        let value: JSON =
            switch literal {
            case .string(let text), .bare(let text): .string(text)
            case .boolean(let flag): .bool(flag)
            case .number(let text):
                Int64(text).map(JSON.integer) ?? .number(Double(text) ?? .nan)
            case .null: .null
            }
        // Between a decimal's and an integer's literal forms the grammar makes no difference.
        if definition.type == .integer, case .number(let number) = value { return .real(number) }
        guard let key = definition.key(of: value) else {
            throw .invalidFilter(
                "\(path.text) is of type \(definition.type.rawValue)"
                    + " and cannot be compared with \(literal.text)"
            )
        }
        return key
    }
}

extension AttributeReference {
    /// `members.value` for `members.$ref`: the id from which the URL follows that is compared.
    ///
    /// - Returns: `nil` for anything else, and where the URL is kept as it was sent.
    fileprivate var idBesideURL: AttributeReference? {
        guard subAttribute?.name == "$ref", let attribute,
            attribute.source == .members || attribute.source == .memberships,
            let value = attribute.subAttribute(named: "value"), value.holdsID
        else { return nil }
        return sub(value)
    }
}
