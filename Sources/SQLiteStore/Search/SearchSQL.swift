import Directory
import SCIM

/// A query as SQL over `resource r`.
///
/// Means what `Predicate.matches` means.
struct SearchSQL {
    let query: Query
    let attributes: AttributeNumbers

    var condition: SQL {
        guard let predicate = query.predicate else { return "r.type = \(query.type.name)" }
        // The plus keeps SQLite from walking through all resources of the type when the filter
        // leads straight to the few that it can be true of.
        let type: SQL =
            isSelective(predicate) ? "+r.type = \(query.type.name)" : "r.type = \(query.type.name)"
        return "\(type) AND \(sql(predicate))"
    }

    /// Whether the predicate narrows the search by an index other than the type's.
    private func isSelective(_ predicate: Predicate) -> Bool {
        switch predicate {
        case .and(let terms): terms.contains(where: isSelective)
        case .or(let terms): terms.allSatisfy(isSelective)
        case .not, .present: false
        case .element(let reference, let inner):
            switch reference.attribute?.source {
            case .document: driver(inner) != nil
            case .members, .memberships: memberEquality(inner) != nil
            default: false
            }
        case .comparison(let reference, let comparison, _):
            switch reference.attribute?.source {
            case .document: isIndexed(reference) && comparison.usesIndex
            case .domain: comparison.usesIndex
            case .record: reference.attribute?.name == "id" && comparison == .eq
            case .members, .memberships:
                comparison == .eq && reference.subAttribute?.name == "value"
            case nil: false
            }
        }
    }

    // MARK: Predicates of a resource

    private func sql(_ predicate: Predicate) -> SQL {
        switch predicate {
        case .and(let terms): joined(terms.map(sql), " AND ")
        case .or(let terms): joined(terms.map(sql), " OR ")
        case .not(let inner): "NOT (\(sql(inner)))"
        case .present(let reference): present(reference)
        case .element(let reference, let inner): element(reference, inner)
        case .comparison(let reference, let comparison, let key):
            compare(reference, comparison, key)
        }
    }

    private func joined(_ terms: [SQL], _ connective: SQL) -> SQL {
        "(\(terms.joined(connective)))"
    }

    private func present(_ reference: AttributeReference) -> SQL {
        switch reference.attribute?.source {
        case .document, nil:
            """
            EXISTS (SELECT 1 FROM value v WHERE v.resource = r.key
                AND v.attribute = \(attributes[reference]) AND v.key <> '')
            """
        case .domain:
            """
            EXISTS (SELECT 1 FROM external_id x WHERE x.resource = r.key
                AND x.domain = \(query.domain) AND x.value <> '')
            """
        case .record: "1"
        case .members: "EXISTS (SELECT 1 FROM member m WHERE m.grp = r.key)"
        case .memberships:
            reference.subAttribute?.name == "display"
                ? memberships("\(otherSide(reference)) <> ''")
                : "EXISTS (SELECT 1 FROM member m WHERE m.member = r.key)"
        }
    }

    private func compare(
        _ reference: AttributeReference,
        _ comparison: ComparisonOperator,
        _ key: Key
    ) -> SQL {
        switch reference.attribute?.source {
        case .document, nil: return compareDocument(reference, comparison, key)
        case .domain: return compareExternalID(comparison, key)
        case .record: return holds(recordExpression(reference), comparison, key)
        case .members, .memberships:
            if comparison == .eq, reference.subAttribute?.name == "value" {
                return containsMember(reference, key)
            }
            let condition = holds(otherSide(reference), comparison, key)
            return reference.attribute?.source == .members
                ? members(condition) : memberships(condition)
        }
    }

    private func compareDocument(
        _ reference: AttributeReference,
        _ comparison: ComparisonOperator,
        _ key: Key
    ) -> SQL {
        let number = attributes[reference]
        if reference.isMultiValued, reference.definition?.absentMeansFalse == true {
            return elements(of: reference, where: primary(reference, comparison, key))
        }
        if comparison == .ne, !reference.isMultiValued {
            return """
                NOT EXISTS (SELECT 1 FROM value v WHERE v.resource = r.key
                    AND v.attribute = \(number) AND v.key = \(key))
                """
        }
        if comparison == .eq, indexClass(reference) == .unique {
            // At most one resource: cheaper than a list of those that there are.
            return """
                r.key = coalesce((SELECT v.resource FROM value v
                    WHERE v.class = \(class: .unique) AND v.attribute = \(number)
                        AND v.key = \(key)), -1)
                """
        }
        let condition = holds("v.key", comparison, key)
        if isIndexed(reference), comparison.usesIndex {
            return """
                r.key IN (SELECT v.resource FROM value v WHERE v.class = \(class: indexClass(reference))
                    AND v.attribute = \(number) AND \(condition))
                """
        }
        return """
            EXISTS (SELECT 1 FROM value v WHERE v.resource = r.key
                AND v.attribute = \(number) AND \(condition))
            """
    }

    private func compareExternalID(_ comparison: ComparisonOperator, _ key: Key) -> SQL {
        if comparison == .ne {
            return "NOT \(compareExternalID(.eq, key))"
        }
        let condition = holds("x.value", comparison, key)
        if comparison.usesIndex {
            return """
                r.key IN (SELECT x.resource FROM external_id x
                    WHERE x.domain = \(query.domain) AND \(condition))
                """
        }
        return """
            EXISTS (SELECT 1 FROM external_id x WHERE x.resource = r.key
                AND x.domain = \(query.domain) AND \(condition))
            """
    }

    // MARK: Predicates of one element

    private func element(_ reference: AttributeReference, _ inner: Predicate) -> SQL {
        switch reference.attribute?.source {
        case .document, nil: return documentElement(reference, inner)
        case .domain:
            return """
                EXISTS (SELECT 1 FROM external_id x WHERE x.resource = r.key
                    AND x.domain = \(query.domain) AND \(ofElement(inner) { _ in "x.value" }))
                """
        case .record: return ofElement(inner, recordExpression)
        case .members:
            if let key = memberEquality(inner) { return containsMember(reference, key, inner) }
            return members(ofElement(inner) { otherSide($0) })
        case .memberships:
            if let key = memberEquality(inner) { return containsMember(reference, key, inner) }
            return memberships(ofElement(inner) { otherSide($0) })
        }
    }

    private func documentElement(_ reference: AttributeReference, _ inner: Predicate) -> SQL {
        guard let (sub, key) = driver(inner) else {
            return elements(of: reference, where: ofDocumentElement(inner))
        }
        return """
            r.key IN (SELECT e.resource FROM value e WHERE e.class = \(class: indexClass(sub))
                AND e.attribute = \(attributes[sub]) AND e.key = \(key)
                AND \(ofDocumentElement(inner)))
            """
    }

    private func elements(of reference: AttributeReference, where condition: SQL) -> SQL {
        """
        EXISTS (SELECT 1 FROM value e WHERE e.resource = r.key
            AND e.attribute = \(attributes[reference.sub(nil)]) AND \(condition))
        """
    }

    /// The condition on one element, whose row is `e`.
    private func ofDocumentElement(_ predicate: Predicate) -> SQL {
        switch predicate {
        case .and(let terms): return joined(terms.map(ofDocumentElement), " AND ")
        case .or(let terms): return joined(terms.map(ofDocumentElement), " OR ")
        case .not(let inner): return "NOT (\(ofDocumentElement(inner)))"
        case .element: preconditionFailure("value paths are never nested")
        case .present(let reference):
            guard reference.subAttribute != nil else { return "e.key <> ''" }
            return part(reference, "s.key <> ''")
        case .comparison(let reference, let comparison, let key):
            guard let sub = reference.subAttribute else { return holds("e.key", comparison, key) }
            if sub.absentMeansFalse, reference.isMultiValued {
                return primary(reference, comparison, key)
            }
            return comparison == .ne
                ? "NOT \(part(reference, holds("s.key", .eq, key)))"
                : part(reference, holds("s.key", comparison, key))
        }
    }

    /// A sub-attribute of element `e` satisfies the condition on `s.key`.
    private func part(_ reference: AttributeReference, _ condition: SQL) -> SQL {
        """
        EXISTS (SELECT 1 FROM value s WHERE s.resource = e.resource AND s.element = e.element
            AND s.attribute = \(attributes[reference]) AND \(condition))
        """
    }

    /// `primary` of element `e`, which is false where it is absent (RFC 7643 §2.4).
    private func primary(
        _ reference: AttributeReference,
        _ comparison: ComparisonOperator,
        _ key: Key
    ) -> SQL {
        let isPrimary = part(reference, "s.key = 1")
        return (comparison == .eq) == key.equals(.integer(1)) ? isPrimary : "NOT \(isPrimary)"
    }

    /// The condition on an element that is not in table `value`.
    private func ofElement(
        _ predicate: Predicate,
        _ expression: (AttributeReference) -> SQL
    ) -> SQL {
        switch predicate {
        case .and(let terms): joined(terms.map { ofElement($0, expression) }, " AND ")
        case .or(let terms): joined(terms.map { ofElement($0, expression) }, " OR ")
        case .not(let inner): "NOT (\(ofElement(inner, expression)))"
        case .element: preconditionFailure("value paths are never nested")
        case .present(let reference): "\(expression(reference)) <> ''"
        case .comparison(let reference, let comparison, let key):
            holds(expression(reference), comparison, key)
        }
    }

    /// A sub-attribute by whose index elements that satisfy the predicate are found.
    private func driver(_ predicate: Predicate) -> (AttributeReference, Key)? {
        switch predicate {
        case .and(let terms): terms.lazy.compactMap(driver).first
        case .comparison(let reference, .eq, let key)
        where reference.subAttribute != nil && isIndexed(reference):
            (reference, key)
        default: nil
        }
    }

    // MARK: Membership

    /// The other resource of a membership, `o`: the member of a group, or the group of a member.
    private func otherSide(_ reference: AttributeReference) -> SQL {
        switch reference.subAttribute?.name {
        case "$ref": "(\(query.base) || \(ofOtherType { $0.endpoint }) || '/' || o.id)"
        case "type":
            reference.attribute?.source == .members
                ? ofOtherType { $0.name.caseFolded } : "'direct'"
        case "display":
            """
            (SELECT d.key FROM value d WHERE d.resource = o.key
                AND d.attribute = \(attributes[Self.groupName]) AND d.element = 0)
            """
        default: "o.id"
        }
    }

    /// What depends on the resource type of `o`.
    private func ofOtherType(_ value: (ResourceType) -> String) -> SQL {
        let cases = ResourceType.all.map { type -> SQL in "WHEN \(type.name) THEN \(value(type))" }
        return "CASE o.type \(cases.joined(" ")) END"
    }

    private static let groupName = AttributeReference(
        schema: Schema.group.id,
        isExtension: false,
        attribute: Schema.group.attribute(named: "displayName")
    )

    private func members(_ condition: SQL) -> SQL {
        """
        EXISTS (SELECT 1 FROM member m JOIN resource o ON o.key = m.member
            WHERE m.grp = r.key AND \(condition))
        """
    }

    private func memberships(_ condition: SQL) -> SQL {
        """
        EXISTS (SELECT 1 FROM member m JOIN resource o ON o.key = m.grp
            WHERE m.member = r.key AND \(condition))
        """
    }

    private func containsMember(
        _ reference: AttributeReference,
        _ key: Key,
        _ inner: Predicate? = nil
    ) -> SQL {
        let rest: SQL = inner.map { ofElement($0) { otherSide($0) } } ?? "1"
        return reference.attribute?.source == .members
            ? """
            r.key IN (SELECT m.grp FROM resource o JOIN member m ON m.member = o.key
                WHERE o.id = \(key) AND \(rest))
            """
            : """
            r.key IN (SELECT m.member FROM resource o JOIN member m ON m.grp = o.key
                WHERE o.id = \(key) AND \(rest))
            """
    }

    /// The id that the other side of a membership must have.
    private func memberEquality(_ predicate: Predicate) -> Key? {
        switch predicate {
        case .and(let terms): terms.lazy.compactMap(memberEquality).first
        case .comparison(let reference, .eq, let key)
        where reference.subAttribute?.name == "value":
            key
        default: nil
        }
    }

    // MARK: Columns

    private func recordExpression(_ reference: AttributeReference) -> SQL {
        switch reference.subAttribute?.name {
        case "resourceType": "r.type"
        case "created": "r.created"
        case "lastModified": "r.modified"
        case "location": "(\(query.base + query.type.endpoint + "/") || r.id)"
        case "version":
            """
            version_tag(r.version, (
                SELECT group_concat(
                    g.id || \(EntityTag.fieldSeparator) || json_extract(g.document, '$.displayName'),
                    \(EntityTag.recordSeparator))
                FROM (SELECT o.id, o.document FROM member m JOIN resource o ON o.key = m.grp
                    WHERE m.member = r.key AND \(query.type.hasMemberships ? 1 : 0) ORDER BY m.grp) g))
            """
        default: "r.id"
        }
    }

    private func isIndexed(_ reference: AttributeReference) -> Bool {
        reference.definition.map { ValueClass($0) != .plain } ?? false
    }

    private func indexClass(_ reference: AttributeReference) -> ValueClass {
        reference.definition.map(ValueClass.init) ?? .plain
    }

    // MARK: Comparisons

    private func holds(_ expression: SQL, _ comparison: ComparisonOperator, _ key: Key) -> SQL {
        let value = key
        switch comparison {
        case .eq: return "\(expression) = \(value)"
        case .ne: return "\(expression) <> \(value)"
        case .gt: return "\(expression) > \(value)"
        case .ge: return "\(expression) >= \(value)"
        case .lt: return "\(expression) < \(value)"
        case .le: return "\(expression) <= \(value)"
        case .co, .sw, .ew:
            guard case .text(let text) = key, !text.isEmpty else {
                return "\(expression) IS NOT NULL"
            }
            return contains(expression, comparison, text)
        }
    }

    private func contains(
        _ expression: SQL,
        _ comparison: ComparisonOperator,
        _ text: String
    ) -> SQL {
        switch comparison {
        case .sw:
            guard let end = text.prefixSuccessor else { return "\(expression) >= \(text)" }
            return "(\(expression) >= \(text) AND \(expression) < \(end))"
        case .ew: return "substr(\(expression), \(-text.unicodeScalars.count)) = \(text)"
        default: return "instr(\(expression), \(text)) > 0"
        }
    }

    // MARK: Order

    var order: SQL {
        guard let order = query.order else { return "r.key" }
        let key = orderKey(order.reference)
        return order.descending
            ? "(\(key)) IS NULL DESC, \(key) DESC, r.key"
            : "(\(key)) IS NULL, \(key), r.key"
    }

    private func orderKey(_ reference: AttributeReference) -> SQL {
        switch reference.attribute?.source {
        case .record: return recordExpression(reference)
        case .domain:
            return """
                (SELECT x.value FROM external_id x
                    WHERE x.resource = r.key AND x.domain = \(query.domain))
                """
        case .members:
            return """
                (SELECT \(otherSide(reference)) FROM member m
                    JOIN resource o ON o.key = m.member
                    WHERE m.grp = r.key ORDER BY m.member LIMIT 1)
                """
        case .memberships:
            return """
                (SELECT \(otherSide(reference)) FROM member m
                    JOIN resource o ON o.key = m.grp
                    WHERE m.member = r.key ORDER BY m.grp LIMIT 1)
                """
        case .document, nil: return documentOrderKey(reference)
        }
    }

    /// Of several elements the primary one counts, else the first.
    private func documentOrderKey(_ reference: AttributeReference) -> SQL {
        var element: SQL = "0"
        if let primary = reference.attribute?.subAttribute(named: "primary"),
            reference.isMultiValued
        {
            element = """
                coalesce((SELECT p.element FROM value p WHERE p.resource = r.key
                    AND p.attribute = \(attributes[reference.sub(primary)]) AND p.key = 1
                    ORDER BY p.element LIMIT 1), 0)
                """
        }
        let key: SQL = """
            (SELECT v.key FROM value v WHERE v.resource = r.key
                AND v.attribute = \(attributes[reference]) AND v.element = \(element))
            """
        guard reference.isMultiValued, reference.definition?.absentMeansFalse == true else {
            return key
        }
        return """
            (SELECT coalesce(\(key), 0) FROM value e WHERE e.resource = r.key
                AND e.attribute = \(attributes[reference.sub(nil)]) AND e.element = \(element))
            """
    }
}

extension ComparisonOperator {
    /// Whether what satisfies the operator stands together in an index.
    fileprivate var usesIndex: Bool {
        switch self {
        case .eq, .sw, .gt, .ge, .lt, .le: true
        case .ne, .co, .ew: false
        }
    }
}

extension String {
    /// The first string, in the order of code points, behind all that begin with this one.
    ///
    /// - Returns: `nil` when there is none.
    fileprivate var prefixSuccessor: String? {
        var scalars = Array(unicodeScalars)
        while let last = scalars.popLast() {
            let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
            if let scalar = Unicode.Scalar(next) {
                scalars.append(scalar)
                return String(String.UnicodeScalarView(scalars))
            }
        }
        return nil
    }
}
