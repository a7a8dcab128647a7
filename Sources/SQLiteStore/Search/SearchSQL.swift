import Directory
import SCIM

/// A query as SQL over `resource r`.
///
/// Means what `Predicate.matches` means.
struct SearchSQL {
    let type: ResourceType
    let predicate: Predicate?
    let sortOrder: SortOrder?
    let domain: String
    let links: Links
    let attributes: AttributeNumbers

    init(query: Query, attributes: AttributeNumbers) {
        type = query.type
        predicate = query.predicate?.merged
        sortOrder = query.order
        domain = query.domain
        links = query.links
        self.attributes = attributes
    }

    /// A search that neither `externalId` nor URLs concern.
    init(type: ResourceType, predicate: Predicate, attributes: AttributeNumbers) {
        self.type = type
        self.predicate = predicate.merged
        sortOrder = nil
        domain = ""
        links = Links(base: "", types: ResourceTypes([type]))
        self.attributes = attributes
    }

    /// The condition on member `o` of some resource that it satisfies the predicate, whose
    /// references all lead into an element of `members`.
    static func condition(
        ofMember predicate: Predicate,
        _ links: Links,
        _ attributes: AttributeNumbers
    ) -> SQL {
        let search = SearchSQL(
            query: Query(type: .group, count: 0, domain: "", links: links),
            attributes: attributes
        )
        return search.ofOther(predicate) { search.otherSide($0) }
    }

    // MARK: Conditions on a resource

    var condition: SQL {
        guard let predicate else { return "r.type = \(type.name)" }
        // The plus keeps SQLite from walking through all resources of the type when the filter
        // leads straight to the few that it can be true of.
        let isType: SQL =
            isSelective(predicate) ? "+r.type = \(type.name)" : "r.type = \(type.name)"
        return "\(isType) AND \(sql(predicate))"
    }

    /// Whether the predicate narrows the search by an index other than the type's.
    private func isSelective(_ predicate: Predicate) -> Bool {
        switch predicate {
        case .and(let terms): terms.contains(where: isSelective)
        case .or(let terms): terms.allSatisfy(isSelective)
        case .not, .present: false
        case .element(let reference, let inner): driver(inner, of: reference) != nil
        case .comparison(let reference, let comparison, _):
            reference.attribute?.source == .record
                ? reference.attribute?.name == "id" && comparison == .eq
                : isFound(reference, comparison)
        }
    }

    /// Whether what satisfies a comparison is found by an index.
    private func isFound(_ reference: AttributeReference, _ comparison: ComparisonOperator) -> Bool
    {
        guard isIndexed(reference), comparison.usesIndex else { return false }
        // Ids are found one by one: their order means nothing.
        return Self.isMembership(reference) ? comparison == .eq : true
    }

    private static func isMembership(_ reference: AttributeReference) -> Bool {
        reference.attribute?.source == .members || reference.attribute?.source == .memberships
    }

    private func sql(_ predicate: Predicate) -> SQL {
        switch predicate {
        case .and(let terms): joined(terms, " AND ")
        case .or(let terms): joined(terms, " OR ")
        // Conjunctions and disjunctions have parentheses of their own, and SQLite's parser takes so
        // many at a time.
        case .not(let inner): "NOT \(sql(inner))"
        case .present(let reference): present(reference)
        case .element(let reference, let inner): element(reference, inner)
        case .comparison(let reference, let comparison, let key):
            compare(reference, comparison, key)
        }
    }

    /// Joins terms; those that are about some value of one attribute share one walk through it.
    private func joined(_ terms: [Predicate], _ connective: SQL) -> SQL {
        var parts: [SQL] = []
        let isDisjunction = connective.utf8.elementsEqual(" OR ".utf8)
        let groups = Groups(terms) { isShared($0, $1, isDisjunction: isDisjunction) }
        for group in groups.all {
            switch group {
            case .term(let term): parts.append(sql(term))
            case .values(let reference, let comparisons):
                let conditions = { (value: SQL) in
                    comparisons.map { holds(value, $0.operator, $0.key) }.joined(connective)
                }
                parts.append(
                    shared(
                        reference,
                        isFound: comparisons.allSatisfy { isFound(reference, $0.operator) },
                        where: { "(\(conditions($0)))" }
                    )
                )
            }
        }
        return "(\(parts.joined(connective)))"
    }

    /// Whether some value satisfies `a or b` when some value satisfies `a` or some satisfies `b`;
    /// with `and` that is so where there is one value at most.
    private func isShared(
        _ reference: AttributeReference,
        _ comparison: ComparisonOperator,
        isDisjunction: Bool
    ) -> Bool {
        // What stands in the row of the resource costs nothing to look at again.
        guard relation(reference) != nil else {
            return ["version", "location"].contains(reference.subAttribute?.name)
        }
        // What is absent is not equal: that is no statement about a value.
        if comparison == .ne, !reference.isMultiValued { return false }
        if reference.isMultiValued, reference.definition?.absentMeansFalse == true { return false }
        // What an index finds narrows a conjunction by itself.
        return isDisjunction || !reference.isMultiValued && !isFound(reference, comparison)
    }

    /// Several conditions on the same value of an attribute.
    private func shared(
        _ reference: AttributeReference,
        isFound: Bool,
        where condition: (SQL) -> SQL
    ) -> SQL {
        guard let relation = relation(reference) else {
            // The limit keeps SQLite from computing the value anew for each condition.
            return """
                EXISTS (SELECT 1 FROM (SELECT \(record(reference)) AS key LIMIT 1) c
                    WHERE \(condition("c.key")))
                """
        }
        return isFound
            ? relation.found(where: condition(relation.value))
            : relation.exists(where: condition(relation.value))
    }

    private func present(_ reference: AttributeReference) -> SQL {
        guard let relation = relation(reference) else { return "1" }
        // A membership always has an id, a type and a URL.
        let isAlways = Self.isMembership(reference) && reference.subAttribute?.name != "display"
        return relation.exists(where: isAlways ? "1" : "\(relation.value) <> ''")
    }

    private func compare(
        _ reference: AttributeReference,
        _ comparison: ComparisonOperator,
        _ key: Key
    ) -> SQL {
        guard let relation = relation(reference) else {
            return holds(record(reference), comparison, key)
        }
        if reference.isMultiValued, reference.definition?.absentMeansFalse == true {
            return elements(of: reference, .comparison(reference, comparison, key))
        }
        if comparison == .ne, !reference.isMultiValued {
            return "NOT \(relation.exists(where: holds(relation.value, .eq, key)))"
        }
        let condition = holds(relation.value, comparison, key)
        guard isFound(reference, comparison) else { return relation.exists(where: condition) }
        let isUnique = reference.definition.map { ValueClass($0) == .unique } ?? false
        return isUnique && comparison == .eq
            ? relation.onlyFound(where: condition) : relation.found(where: condition)
    }

    // MARK: Conditions on one element

    private func element(_ reference: AttributeReference, _ inner: Predicate) -> SQL {
        switch reference.attribute?.source {
        case .document, nil: return documentElement(reference, inner)
        case .record: return ofElement(inner, record)
        case .domain, .members, .memberships:
            // By its id the other resource of a membership is found.
            let id = driver(inner, of: reference)
            guard let relation = relation(id?.reference ?? reference) else { return "1" }
            let condition = ofOther(inner) { relationValue($0) }
            return id == nil ? relation.exists(where: condition) : relation.found(where: condition)
        }
    }

    /// The condition on the other resource of a membership.
    ///
    /// What several terms are about and has to be put together is put together once.
    private func ofOther(_ predicate: Predicate, _ value: (AttributeReference) -> SQL) -> SQL {
        let parts = Parts(predicate) { !Self.isID($0) }
        if predicate.isTerm || parts.references.isEmpty { return ofElement(predicate, value) }
        // Ids stay in sight: an index leads to them.
        if case .and(let terms) = predicate {
            let ids = terms.filter { Parts($0) { !Self.isID($0) }.references.isEmpty }
            let others = terms.filter { !Parts($0) { !Self.isID($0) }.references.isEmpty }
            if !ids.isEmpty {
                return "(\(ofElement(.and(ids), value)) AND \(ofOther(.and(others), value)))"
            }
        }
        let columns = parts.references.enumerated().map { place, reference -> SQL in
            "\(value(reference)) AS s\(literal: place)"
        }
        let condition = ofElement(predicate) { reference in
            parts.place(of: reference).map { "c.s\(literal: $0)" } ?? value(reference)
        }
        // The limit keeps SQLite from computing the values anew for each term.
        return """
            EXISTS (SELECT 1 FROM (SELECT \(columns.joined(", ")) LIMIT 1) c WHERE \(condition))
            """
    }

    private func relationValue(_ reference: AttributeReference) -> SQL {
        relation(reference)?.value ?? record(reference)
    }

    private func documentElement(_ reference: AttributeReference, _ inner: Predicate) -> SQL {
        guard let (sub, key) = driver(inner, of: reference) else {
            return elements(of: reference, inner)
        }
        let parts = subAttributes(of: inner)
        return """
            r.key IN (SELECT e.resource FROM value e\(joins(parts))
                WHERE e.class = \(class: sub.definition.map(ValueClass.init) ?? .plain)
                AND e.attribute = \(attributes[sub]) AND e.key = \(key)
                AND \(ofElement(inner) { part($0, of: parts) }))
            """
    }

    /// A sub-attribute by whose index elements that satisfy the predicate are found.
    private func driver(
        _ predicate: Predicate,
        of element: AttributeReference
    ) -> (reference: AttributeReference, key: Key)? {
        switch predicate {
        case .and(let terms): terms.lazy.compactMap { driver($0, of: element) }.first
        case .comparison(let reference, .eq, let key)
        where reference.subAttribute != nil && isIndexed(reference):
            (reference, key)
        default: nil
        }
    }

    /// Some element of table `value` satisfies the predicate.
    private func elements(of reference: AttributeReference, _ predicate: Predicate) -> SQL {
        let parts = subAttributes(of: predicate)
        return """
            EXISTS (SELECT 1 FROM value e\(joins(parts)) WHERE e.resource = r.key
                AND e.attribute = \(attributes[reference.sub(nil)])
                AND \(ofElement(predicate) { part($0, of: parts) }))
            """
    }

    private func subAttributes(of predicate: Predicate) -> Parts {
        Parts(predicate) { $0.subAttribute != nil }
    }

    /// The sub-attributes of element `e`, each looked up once however many terms are about it.
    private func joins(_ parts: Parts) -> SQL {
        parts.references.enumerated().map { place, reference -> SQL in
            """
             LEFT JOIN value s\(literal: place) ON s\(literal: place).resource = e.resource
                AND s\(literal: place).attribute = \(attributes[reference])
                AND s\(literal: place).element = e.element
            """
        }.joined("")
    }

    private func part(_ reference: AttributeReference, of parts: Parts) -> SQL {
        parts.place(of: reference).map { "s\(literal: $0).key" } ?? "e.key"
    }

    /// The condition on one element, of which `value` is a part, `NULL` where it is absent.
    private func ofElement(_ predicate: Predicate, _ value: (AttributeReference) -> SQL) -> SQL {
        switch predicate {
        case .and(let terms): return "(\(terms.map { ofElement($0, value) }.joined(" AND ")))"
        case .or(let terms): return "(\(terms.map { ofElement($0, value) }.joined(" OR ")))"
        // What is absent compares to NULL, which is not true.
        case .not(let inner): return "\(ofElement(inner, value)) IS NOT TRUE"
        case .element: preconditionFailure("value paths are never nested")
        case .present(let reference): return "\(value(reference)) <> ''"
        case .comparison(let reference, let comparison, let key):
            if reference.isMultiValued, reference.definition?.absentMeansFalse == true {
                return primary(value(reference), comparison, key)
            }
            return comparison == .ne
                ? "\(value(reference)) IS NOT \(key)" : holds(value(reference), comparison, key)
        }
    }

    /// `primary` of an element, which is false where it is absent (RFC 7643 §2.4).
    private func primary(_ value: SQL, _ comparison: ComparisonOperator, _ key: Key) -> SQL {
        (comparison == .eq) == key.equals(.integer(1)) ? "\(value) IS 1" : "\(value) IS NOT 1"
    }

    // MARK: Comparisons

    private func holds(_ expression: SQL, _ comparison: ComparisonOperator, _ key: Key) -> SQL {
        switch comparison {
        case .eq: return "\(expression) = \(key)"
        case .ne: return "\(expression) <> \(key)"
        case .gt: return "\(expression) > \(key)"
        case .ge: return "\(expression) >= \(key)"
        case .lt: return "\(expression) < \(key)"
        case .le: return "\(expression) <= \(key)"
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

    /// Resources without a value come last, or first where the order descends.
    var order: SQL {
        guard let sortOrder else { return "r.key" }
        let key = orderKey(sortOrder.reference)
        return sortOrder.descending
            ? "\(key) DESC NULLS FIRST, r.key" : "\(key) ASC NULLS LAST, r.key"
    }

    private func orderKey(_ reference: AttributeReference) -> SQL {
        switch reference.attribute?.source {
        case .document, nil: documentOrderKey(reference)
        case .record: record(reference)
        case .domain, .members, .memberships: relation(reference)?.first ?? "NULL"
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

/// What a predicate on one element is about, each once.
private struct Parts {
    private(set) var references: [AttributeReference] = []
    private var places: [String: Int] = [:]

    init(_ predicate: Predicate, where isWanted: (AttributeReference) -> Bool) {
        add(predicate, isWanted)
    }

    private mutating func add(_ predicate: Predicate, _ isWanted: (AttributeReference) -> Bool) {
        switch predicate {
        case .and(let terms), .or(let terms): for term in terms { add(term, isWanted) }
        case .not(let inner): add(inner, isWanted)
        case .element: preconditionFailure("value paths are never nested")
        case .present(let reference), .comparison(let reference, _, _):
            guard isWanted(reference), places[reference.name] == nil else { return }
            places[reference.name] = references.count
            references.append(reference)
        }
    }

    func place(of reference: AttributeReference) -> Int? { places[reference.name] }
}

extension Predicate {
    fileprivate var isTerm: Bool {
        switch self {
        case .comparison, .present: true
        case .and, .or, .not, .element: false
        }
    }
}

/// The terms of a conjunction or disjunction, with those together that can share one walk through
/// an attribute's values.
private struct Groups {
    typealias Comparison = (operator: ComparisonOperator, key: Key)

    enum Group {
        case term(Predicate)
        /// One value of the attribute satisfies the comparisons, joined as the terms are.
        case values(AttributeReference, [Comparison])
    }

    private(set) var all: [Group] = []

    init(
        _ terms: [Predicate],
        where isShared: (AttributeReference, ComparisonOperator) -> Bool
    ) {
        var places: [String: Int] = [:]
        for term in terms {
            guard case .comparison(let reference, let comparison, let key) = term,
                isShared(reference, comparison)
            else {
                all.append(.term(term))
                continue
            }
            guard let place = places[reference.name] else {
                places[reference.name] = all.count
                all.append(.term(term))
                continue
            }
            add(reference, (comparison, key), at: place)
        }
    }

    private mutating func add(
        _ reference: AttributeReference,
        _ comparison: Comparison,
        at place: Int
    ) {
        switch all[place] {
        case .values(_, let earlier): all[place] = .values(reference, earlier + [comparison])
        case .term(.comparison(_, let first, let key)):
            all[place] = .values(reference, [(first, key), comparison])
        case .term: preconditionFailure("not a comparison")
        }
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
