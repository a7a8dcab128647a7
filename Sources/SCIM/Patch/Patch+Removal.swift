/// Removing (RFC 7644 §3.5.2.2).
extension Patch {
    func remove(
        _ target: Target,
        _ operation: PatchOperation,
        _ outcome: inout Outcome
    ) throws(SCIMError) {
        if let listed = operation.listed { return try remove(listed, target, &outcome) }
        // Read literally, the RFC removes every value and ignores this one: nothing a client
        // that lists values can want.
        if operation.assigned != nil, target.attribute.multiValued, target.isWhole {
            throw .invalidSyntax(
                "remove takes no value; select what to remove by a filter in the path"
            )
        }
        try clear(target, operation, &outcome)
    }

    /// Removes the elements that a list names: by their `value`, else by all that is said of them.
    private func remove(
        _ listed: [JSON],
        _ target: Target,
        _ outcome: inout Outcome
    ) throws(SCIMError) {
        let attribute = target.attribute
        let value = attribute.subAttribute(named: "value")
        var keys: Set<Key> = []
        var descriptions: [JSONObject] = []
        for element in listed {
            if let key = value?.key(of: element.object?.value(named: "value") ?? .null) {
                keys.insert(key)
            } else if let object = element.object {
                descriptions.append(object)
            }
        }
        let elements = outcome.resource.elements(of: target.reference)
        try count((descriptions.count + 1) * elements.count, in: &outcome)
        let kept = elements.filter { element in
            let key = value?.key(of: element.object?["value"] ?? .null)
            return !(key.map(keys.contains) ?? false)
                && !descriptions.contains { attribute.describes($0, element) }
        }
        if kept.count == elements.count { return }
        try assign(kept.isEmpty ? nil : .array(kept), at: target.reference, in: &outcome)
    }

    func clear(
        _ target: Target,
        _ operation: PatchOperation,
        _ outcome: inout Outcome
    ) throws(SCIMError) {
        let reference = target.reference.sub(nil)
        if target.sub?.required == true {
            throw .mutability("\(operation.pathText) cannot be removed")
        }
        if target.isWhole { return try assign(nil, at: reference, in: &outcome) }
        let elements = outcome.resource.elements(of: reference)
        try count(target.terms * elements.count, in: &outcome)
        let isSelected = { (element: JSON) in target.filter?.matches(element: element) ?? true }
        if target.filter != nil, !elements.contains(where: isSelected) {
            // What a client that sends the same removal twice means has come about already.
            if unmatchedFilter == .createElement { return }
            throw .noTarget("\(operation.pathText) selects no value")
        }
        var kept = elements.compactMap { element -> JSON? in
            guard isSelected(element) else { return element }
            guard let sub = target.sub, var object = element.object else { return nil }
            object[sub.name] = nil
            return object.isEmpty ? nil : .object(object)
        }
        if target.attribute.multiValued {
            // Without a part, elements may have become the same.
            if target.sub != nil { kept = target.attribute.collapsed(kept) }
            try assign(kept.isEmpty ? nil : .array(kept), at: reference, in: &outcome)
        } else {
            try assign(kept.first, at: reference, in: &outcome)
        }
    }
}

/// Membership (RFC 7643 §4.2): elements come and go, and never change.
extension Patch {
    func memberChanges(
        _ operation: PatchOperation,
        _ target: Target
    ) throws(SCIMError) -> [MemberChange] {
        if let filter = target.filter {
            return try memberChanges(operation, target, selectedBy: filter)
        }
        if let sub = target.sub { throw Self.immutable(sub) }
        if operation.kind == .remove, let listed = operation.listed {
            return [.remove(Self.memberIDs(.array(listed)))]
        }
        switch (operation.kind, operation.assigned) {
        case (.remove, nil), (.replace, nil): return [.removeAll]
        case (.add, nil): return []
        case (.remove, _?):
            throw .invalidSyntax(
                "remove takes no value; select members by a filter in the path"
            )
        case (.add, let value?): return [.add(try memberIDs(value))]
        case (.replace, let value?): return [.replace(try memberIDs(value))]
        }
    }

    private func memberChanges(
        _ operation: PatchOperation,
        _ target: Target,
        selectedBy filter: Predicate
    ) throws(SCIMError) -> [MemberChange] {
        if let sub = target.sub { throw Self.immutable(sub) }
        let ids = filter.idsSelected
        switch operation.kind {
        case .remove: return [ids.map(MemberChange.remove) ?? .removeMatching(filter)]
        case .add where unmatchedFilter == .createElement && ids?.count == 1:
            let value = operation.assigned ?? .null
            let listed = value.isUnassigned ? [] : try memberIDs(value)
            guard listed.isEmpty || listed == ids else {
                throw .invalidValue("\(operation.pathText) and the value name different members")
            }
            return [.add(ids ?? [])]
        case .add, .replace:
            throw .mutability("members cannot be changed, only added and removed")
        }
    }

    private static func immutable(_ sub: Attribute) -> SCIMError {
        .mutability("members.\(sub.name) is immutable; add and remove members as a whole")
    }

    /// The ids of the members that a value lists, each once.
    func memberIDs(_ value: JSON) throws(SCIMError) -> [String] {
        if case .null = value { return [] }
        guard let attribute = type.membership else { return [] }
        let elements = try attribute.canonical(.array(value.array ?? [value]), at: attribute.name)
        return Self.memberIDs(elements)
    }

    /// The ids in a canonical list of members, each once.
    package static func memberIDs(_ elements: JSON?) -> [String] {
        var seen: Set<String> = []
        return (elements?.array ?? []).compactMap { $0.object?["value"]?.string }
            .filter { seen.insert($0).inserted }
    }
}

extension Attribute {
    /// Whether an element has every assigned value that a description gives.
    fileprivate func describes(_ description: JSONObject, _ element: JSON) -> Bool {
        let keys = subAttributes.compactMap { sub -> (sub: Attribute, key: Key)? in
            description.value(named: sub.name).flatMap(sub.key).map { (sub, $0) }
        }
        return !keys.isEmpty
            && keys.allSatisfy { sub, key in
                element.object?[sub.name].flatMap(sub.key)?.equals(key) == true
            }
    }
}

extension Predicate {
    /// The members that the predicate selects, where it only lists their ids:
    /// `value eq "a"`, `value eq "a" or value eq "b"`.
    fileprivate var idsSelected: [String]? {
        switch self {
        case .comparison(let reference, .eq, .text(let id))
        where reference.definition?.name == "value":
            return [id]
        case .or(let terms):
            let ids = terms.map(\.idsSelected)
            return ids.contains { $0 == nil } ? nil : ids.flatMap { $0 ?? [] }
        default: return nil
        }
    }
}
