/// Adding and replacing (RFC 7644 §3.5.2.1, §3.5.2.3).
extension Patch {
    /// Sets a whole attribute: a single value replaces, a complex value merges, several values
    /// are appended or replaced.
    func set(
        _ reference: AttributeReference,
        _ value: JSON,
        _ kind: PatchOperation.Kind,
        in outcome: inout Outcome
    ) throws(SCIMError) {
        guard let attribute = reference.attribute else { return }
        let name = reference.shortName
        if attribute.source == .members {
            let ids = try memberIDs(value)
            outcome.memberChanges.append(kind == .add ? .add(ids) : .replace(ids))
            return
        }
        let stored = outcome.resource.value(at: reference)
        if attribute.mutability == .immutable, stored != nil, stored != value {
            throw .mutability("\(name) is immutable")
        }
        let changed: JSON?
        if attribute.multiValued {
            changed = try elements(attribute, value, kind, stored: stored, name, in: &outcome)
        } else if attribute.isComplex {
            changed = try merged(attribute, value, stored: stored, kind, name)
        } else {
            changed = try attribute.canonical(value, at: name) ?? (kind == .add ? stored : nil)
        }
        try assign(changed, at: reference, in: &outcome)
    }

    private func elements(
        _ attribute: Attribute,
        _ value: JSON,
        _ kind: PatchOperation.Kind,
        stored: JSON?,
        _ name: String,
        in outcome: inout Outcome
    ) throws(SCIMError) -> JSON? {
        let sent = value.array ?? [value]
        let new = try attribute.canonical(.array(sent), at: name)?.array ?? []
        guard kind == .add else { return new.isEmpty ? nil : .array(new) }
        let old = stored?.array ?? []
        try count(old.count + new.count, in: &outcome)
        let both = attribute.collapsed(old + new)
        try attribute.checkCount(both, at: name)
        let all = onePrimary(of: attribute, both, added: new)
        return all.isEmpty ? nil : .array(all)
    }

    /// Where one of the elements that were added is primary, the others no longer are.
    private func onePrimary(
        of attribute: Attribute,
        _ elements: [JSON],
        added: [JSON]
    ) -> [JSON] {
        guard let primary = added.first(where: \.isPrimary).map(attribute.identity) else {
            return elements
        }
        let isPrimary = { (element: JSON) in attribute.identity(of: element) == primary }
        let newest = elements.indices.filter { elements[$0].isPrimary && isPrimary(elements[$0]) }
        // With one difference less, elements may have become the same.
        return attribute.collapsed(Self.keepingOnePrimary(elements, newest: newest))
    }

    /// The sub-attributes that the value has are set; the rest of the complex value stays.
    private func merged(
        _ attribute: Attribute,
        _ value: JSON,
        stored: JSON?,
        _ kind: PatchOperation.Kind,
        _ name: String
    ) throws(SCIMError) -> JSON? {
        guard let sent = value.object else {
            if case .null = value { return kind == .add ? stored : nil }
            throw .invalidValue("\(name) is complex and must be an object, not \(value.kind)")
        }
        var object = stored?.object ?? [:]
        let new = try attribute.canonicalSingle(value, at: name)?.object ?? [:]
        for sub in attribute.subAttributes where sent.value(named: sub.name) != nil {
            if sub.mutability == .readOnly { continue }
            if new[sub.name] != nil || kind == .replace { object[sub.name] = new[sub.name] }
        }
        return object.isEmpty ? nil : .object(object.inOrder(of: attribute.subAttributes))
    }

    /// Sets part of an attribute: a sub-attribute, the elements that a filter selects, or a
    /// sub-attribute of those.
    func setPart(
        _ target: Target,
        _ value: JSON,
        _ operation: PatchOperation,
        in outcome: inout Outcome
    ) throws(SCIMError) {
        let attribute = target.attribute
        guard attribute.multiValued || target.filter != nil else {
            guard let sub = target.sub else { return }
            return try set(
                target.reference.sub(nil),
                .object([sub.name: value]),
                operation.kind,
                in: &outcome
            )
        }
        var elements = outcome.resource.elements(of: target.reference)
        try count(target.terms * elements.count, in: &outcome)
        var changed: [Int] = []
        for (index, element) in elements.enumerated()
        where target.filter?.matches(element: element) ?? true {
            elements[index] = try part(target, value, operation, of: element)
            changed.append(index)
        }
        if changed.isEmpty {
            elements.append(try newElement(target, value, operation))
            changed = [elements.count - 1]
        }
        elements = Self.keepingOnePrimary(elements, newest: changed)
        try attribute.checkPrimary(elements, at: attribute.name)
        if attribute.multiValued {
            elements = attribute.collapsed(elements)
            try attribute.checkCount(elements, at: attribute.name)
        }
        try assign(
            attribute.multiValued ? .array(elements) : elements.first,
            at: target.reference.sub(nil),
            in: &outcome
        )
    }

    /// Adds to the comparisons that the request has made.
    ///
    /// - Throws: `tooMany` beyond `Limits.patchComparisons`.
    func count(_ comparisons: Int, in outcome: inout Outcome) throws(SCIMError) {
        outcome.comparisons += comparisons
        if outcome.comparisons > limits.patchComparisons {
            throw .tooMany(
                "the operations compare more than \(limits.patchComparisons) values; send fewer"
            )
        }
    }

    private func part(
        _ target: Target,
        _ value: JSON,
        _ operation: PatchOperation,
        of element: JSON
    ) throws(SCIMError) -> JSON {
        let name = operation.pathText
        guard let sub = target.sub else {
            guard let new = try target.attribute.canonicalSingle(value, at: name) else {
                throw .invalidValue("\(name) needs a value")
            }
            guard let added = new.object, let old = element.object else { return new }
            // A replaced element goes on satisfying the filter that selected it, unless the
            // value says otherwise: what sets an e-mail address does not mean to lose its type.
            let kept =
                operation.kind == .add ? old : target.filterSyntax?.equalities(target, old) ?? [:]
            return .object(kept.merging(added).inOrder(of: target.attribute.subAttributes))
        }
        if sub.mutability == .immutable, element.object?[sub.name] != value {
            throw .mutability("\(name) is immutable")
        }
        var object = element.object ?? [:]
        object[sub.name] = try sub.canonical(value, at: name)
        return .object(object.inOrder(of: target.attribute.subAttributes))
    }

    private func newElement(
        _ target: Target,
        _ value: JSON,
        _ operation: PatchOperation
    ) throws(SCIMError) -> JSON {
        guard unmatchedFilter == .createElement || target.filter == nil,
            let seed = target.filterSyntax.map({ $0.equalities(target) }) ?? [:]
        else {
            throw .noTarget("\(operation.pathText) selects no value")
        }
        return try part(target, value, operation, of: .object(seed))
    }

    /// The newest primary element stays primary; the others no longer are (RFC 7644 §3.5.2).
    static func keepingOnePrimary(_ elements: [JSON], newest: some Collection<Int>) -> [JSON] {
        guard elements.count(where: \.isPrimary) > 1,
            newest.contains(where: { elements[$0].isPrimary })
        else { return elements }
        return elements.enumerated().map { index, element in
            guard element.isPrimary, !newest.contains(index), var object = element.object else {
                return element
            }
            object["primary"] = false
            return .object(object)
        }
    }

    func assign(
        _ value: JSON?,
        at reference: AttributeReference,
        in outcome: inout Outcome
    ) throws(SCIMError) {
        if value == nil, reference.attribute?.required == true {
            throw .mutability("\(reference.shortName) cannot be removed")
        }
        outcome.resource.set(value, at: reference, in: type)
    }
}

extension Filter {
    /// The values that an element must have to satisfy the filter.
    ///
    /// Where `element` has one of the attributes, its own value is taken, not the filter's.
    ///
    /// - Returns: `nil` when the filter is more than equalities joined by `and`.
    fileprivate func equalities(_ target: Patch.Target, _ element: JSONObject? = nil) -> JSONObject?
    {
        switch self {
        case .and(let terms):
            return terms.reduce(JSONObject()) { seed, term in
                guard let seed, let more = term.equalities(target, element),
                    // No element is of two types at once.
                    more.members.allSatisfy({ seed[$0.name] == nil || seed[$0.name] == $0.value })
                else { return nil }
                return seed.merging(more)
            }
        case .comparison(let path, .eq, let literal):
            guard let sub = target.attribute.subAttribute(named: path.attribute) else {
                return nil
            }
            let value = element?[sub.name] ?? literal.json
            return (try? sub.canonical(value, at: sub.name)).map { [sub.name: $0] }
        default: return nil
        }
    }
}

extension Literal {
    fileprivate var json: JSON {
        switch self {
        case .string(let text), .bare(let text): .string(text)
        case .number(let text): Int64(text).map(JSON.integer) ?? .number(Double(text) ?? .nan)
        case .boolean(let flag): .bool(flag)
        case .null: .null
        }
    }
}

extension JSONObject {
    /// The members of both; where both have one, `other`'s.
    func merging(_ other: JSONObject) -> JSONObject {
        var merged = self
        for member in other.members { merged[member.name] = member.value }
        return merged
    }

    /// The members in the order in which the schema lists them.
    func inOrder(of attributes: [Attribute]) -> JSONObject {
        JSONObject(
            attributes.compactMap { attribute in
                self[attribute.name].map { .init(name: attribute.name, value: $0) }
            }
        )
    }

    /// The whole value of an attribute.
    func value(at reference: AttributeReference) -> JSON? {
        let container = reference.isExtension ? self[reference.schema ?? ""]?.object : self
        return container?[reference.attribute?.name ?? ""]
    }

    /// Sets the whole value of an attribute; an extension without data disappears.
    package mutating func set(
        _ value: JSON?,
        at reference: AttributeReference,
        in type: ResourceType
    ) {
        guard let name = reference.attribute?.name else { return }
        guard reference.isExtension, let urn = reference.schema else {
            self[name] = value
            return
        }
        var container = self[urn]?.object ?? [:]
        container[name] = value
        let ordered = container.inOrder(of: type.extension(urn)?.attributes ?? [])
        self[urn] = ordered.isEmpty ? nil : .object(ordered)
    }
}
