import SCIM

/// Changes the names and literals of filters, also of those in the paths of operations.
struct FilterWalk {
    /// - Returns: `nil` to keep the name.
    typealias PathChange = @Sendable (AttributePath, ResourceType) -> AttributePath?
    /// Given a literal and the simple attribute that it is compared with.
    ///
    /// - Returns: `nil` to keep the literal.
    typealias LiteralChange = @Sendable (Literal, Attribute) -> Literal?

    let type: ResourceType
    var path: PathChange = { _, _ in nil }
    var literal: LiteralChange = { _, _ in nil }

    /// - Returns: `nil` when nothing changed.
    func filter(_ filter: Filter) -> Filter? {
        changed(filter, within: nil)
    }

    /// Changes the literals between the brackets of an operation's path.
    ///
    /// - Returns: `nil` when nothing changed.
    func operation(_ operation: Operation) -> Operation? {
        guard var path = operation.path, let filter = path.filter,
            let attribute = type.resolve(path.path)?.attribute,
            let changed = changed(filter, within: attribute)
        else { return nil }
        path.filter = changed
        return operation.setting(path: path)
    }

    /// The changed filter; inside brackets, `attribute` is the one before them.
    private func changed(_ filter: Filter, within attribute: Attribute?) -> Filter? {
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

    private func renamed(_ path: AttributePath, _ attribute: Attribute?) -> AttributePath? {
        attribute == nil ? self.path(path, type) : nil
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
