import SCIM

/// Changes the names and literals of filters, also of those in the paths of operations, in one
/// walk.
struct FilterWalk {
    /// - Returns: `nil` to keep the name.
    typealias NameChange = @Sendable (AttributePath, ResourceType) -> AttributePath?
    /// Given a literal and the simple attribute that it is compared with.
    ///
    /// - Returns: `nil` to keep the literal.
    typealias LiteralChange = @Sendable (Literal, Attribute) -> Literal?

    /// A change with its rewrite's place in the profile.
    struct Step<Change: Sendable>: Sendable {
        let rewrite: Int
        let change: Change
    }

    let type: ResourceType
    let names: [Step<NameChange>]
    let literals: [Step<LiteralChange>]
    /// The places in the profile of the rewrites that changed something.
    private(set) var fired: Set<Int> = []

    init(type: ResourceType, names: [Step<NameChange>] = [], literals: [Step<LiteralChange>]) {
        self.type = type
        self.names = names
        self.literals = literals
    }

    /// - Returns: `nil` when nothing changed.
    mutating func filter(_ filter: Filter) -> Filter? {
        changed(filter, within: nil)
    }

    /// Changes the literals between the brackets of an operation's path.
    ///
    /// - Returns: `nil` when nothing changed.
    mutating func path(_ path: PatchPath) -> PatchPath? {
        guard let filter = path.filter, let attribute = type.resolve(path.path)?.attribute,
            let changed = changed(filter, within: attribute)
        else { return nil }
        return PatchPath(path: path.path, filter: changed, subAttribute: path.subAttribute)
    }

    /// The changed filter; inside brackets, `attribute` is the one before them.
    private mutating func changed(_ filter: Filter, within attribute: Attribute?) -> Filter? {
        switch filter {
        case .present(let path): return renamed(path, attribute).map(Filter.present)
        case .comparison(let path, let comparison, let literal):
            let newPath = renamed(path, attribute)
            let newLiteral = definition(newPath ?? path, attribute).flatMap {
                self.literal(literal, $0)
            }
            if newPath == nil && newLiteral == nil { return nil }
            return .comparison(newPath ?? path, comparison, newLiteral ?? literal)
        case .valuePath(let path, let inner):
            let newPath = renamed(path, attribute)
            let newInner = type.resolve(newPath ?? path)?.attribute.flatMap {
                changed(inner, within: $0)
            }
            if newPath == nil && newInner == nil { return nil }
            return .valuePath(newPath ?? path, newInner ?? inner)
        case .and(let terms):
            return terms.changing { changed($0, within: attribute) }.map(Filter.and)
        case .or(let terms):
            return terms.changing { changed($0, within: attribute) }.map(Filter.or)
        case .not(let inner): return changed(inner, within: attribute).map(Filter.not)
        }
    }

    private mutating func renamed(
        _ path: AttributePath,
        _ attribute: Attribute?
    ) -> AttributePath? {
        guard attribute == nil else { return nil }
        var renamed: AttributePath?
        for step in names {
            guard let name = step.change(renamed ?? path, type) else { continue }
            renamed = name
            fired.insert(step.rewrite)
        }
        return renamed
    }

    private mutating func literal(_ literal: Literal, _ attribute: Attribute) -> Literal? {
        var changed: Literal?
        for step in literals {
            guard let new = step.change(changed ?? literal, attribute) else { continue }
            changed = new
            fired.insert(step.rewrite)
        }
        return changed
    }

    /// RFC 7644 §3.4.2.2: a comparison with a complex attribute means its `value`.
    private func definition(_ path: AttributePath, _ attribute: Attribute?) -> Attribute? {
        let found: Attribute? =
            if let attribute {
                attribute.subAttribute(named: path.attribute)
            } else {
                type.resolve(path)?.definition
            }
        return found?.isComplex == true ? found?.subAttribute(named: "value") : found
    }
}
