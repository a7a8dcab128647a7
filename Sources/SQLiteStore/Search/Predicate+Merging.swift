import SCIM

extension Predicate {
    /// The same, with what is true of some value of an attribute asked once: terms on one attribute
    /// then share one walk through its values.
    ///
    /// `a or b` about values of one attribute is about one value that satisfies `a or b`; so is `a
    /// and b` where there is one value at most. Negations go to the outside.
    var merged: Predicate {
        switch self {
        case .and(let terms): Self.and(terms.map(\.merged)).withNegationsOutside
        case .or(let terms): Self.or(terms.map(\.merged)).withElementsJoined.withNegationsOutside
        case .not(let inner): .not(inner.merged)
        case .comparison, .present, .element: self
        }
    }

    /// `not a and not b` as `not (a or b)`, and the other way round.
    private var withNegationsOutside: Predicate {
        switch self {
        case .and(let terms):
            Self.joining(terms) { $0.count > 1 ? .not(Self.or($0).withElementsJoined) : nil }
                .map(Predicate.and) ?? self
        case .or(let terms):
            Self.joining(terms) { $0.count > 1 ? .not(.and($0)) : nil }.map(Predicate.or) ?? self
        default: self
        }
    }

    private static func joining(
        _ terms: [Predicate],
        _ join: ([Predicate]) -> Predicate?
    ) -> [Predicate]? {
        var negated: [Predicate] = []
        var others: [Predicate] = []
        for term in terms {
            if case .not(let inner) = term { negated.append(inner) } else { others.append(term) }
        }
        return join(negated).map { others + [$0] }
    }

    /// `emails[a] or emails[b]` as `emails[a or b]`.
    private var withElementsJoined: Predicate {
        guard case .or(let terms) = self else { return self }
        var joined: [Predicate] = []
        var places: [String: Int] = [:]
        for term in terms {
            guard case .element(let reference, let inner) = term else {
                joined.append(term)
                continue
            }
            guard let place = places[reference.name],
                case .element(_, let earlier) = joined[place]
            else {
                places[reference.name] = joined.count
                joined.append(term)
                continue
            }
            var inners = [earlier]
            if case .or(let terms) = earlier { inners = terms }
            joined[place] = .element(reference, .or(inners + [inner]))
        }
        return .or(joined)
    }
}
