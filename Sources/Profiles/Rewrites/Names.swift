import SCIM

extension Rewrite {
    /// An attribute that only an extension has, named without its URN: `manager`, `department`.
    ///
    /// Entra ID sets the manager so. In the body of a POST or PUT such a name means nothing.
    static let shortExtensionNames = Rewrite(
        "shortExtensionNames",
        operation: { operation, context in
            if let path = operation.path.attribute {
                return qualified(path, context.type).map {
                    [operation.setting(path: .attribute($0))]
                }
            }
            return operation.splitting { name in
                guard let path = context.path(name).attribute,
                    let long = qualified(path, context.type), context.type.canWrite(long)
                else { return nil }
                return long
            }
        },
        filterName: { path, type in qualified(path, type) }
    )

    private static func qualified(_ path: PatchPath, _ type: ResourceType) -> PatchPath? {
        qualified(path.path, type).map {
            PatchPath(path: $0, filter: path.filter, subAttribute: path.subAttribute)
        }
    }

    private static func qualified(
        _ path: AttributePath,
        _ type: ResourceType
    ) -> AttributePath? {
        guard path.urn == nil, type.coreAttribute(named: path.attribute) == nil else {
            return nil
        }
        let schemas = type.extensions.map(\.schema).filter {
            $0.attribute(named: path.attribute) != nil
        }
        guard schemas.count == 1, let schema = schemas.first else { return nil }
        return AttributePath(
            urn: schema.id,
            attribute: path.attribute,
            subAttribute: path.subAttribute
        )
    }

    /// `email` and `mail` for the address in filters; PingOne's manual searches by `email`.
    static let filterAliases = Rewrite(
        "filterAliases",
        filterName: { path, type in
            guard ["email", "mail"].contains(path.text.lowercased()),
                type.resolve(path) == nil, type.coreAttribute(named: "emails") != nil
            else { return nil }
            return AttributePath(attribute: "emails", subAttribute: "value")
        }
    )

    /// A path to what the service provider fills in within a value that clients write: the
    /// manager's `displayName`, which WSO2 Identity Server sends.
    ///
    /// It is passed over, as it is in an object.
    static let readOnlyPath = Rewrite(
        "readOnlyPath",
        finished: { operation, context in
            guard
                let (attribute, sub) = operation.path.attribute.flatMap(context.type.target(of:)),
                attribute.mutability != .readOnly, sub?.mutability == .readOnly
            else { return nil }
            return [operation.passedOver]
        }
    )

    /// A path to an attribute that the resource type does not have, which identity providers send
    /// where an administrator mapped more than is understood here.
    ///
    /// It is passed over.
    ///
    /// Not so where the name looks as if it meant membership or access: to answer with success
    /// that nothing was taken away would be worse than to refuse.
    static let unknownPath = Rewrite(
        "unknownPath",
        finished: { operation, context in
            guard let path = operation.path.attribute,
                Access.mayBePassedOver(path, operation.value, context.type)
            else { return nil }
            return [operation.passedOver]
        }
    )

    /// A list ordered by an attribute that the resource type does not have: it keeps the order
    /// that lists have by themselves.
    static let unknownSortBy = Rewrite(
        "unknownSortBy",
        sortBy: { name, type in
            guard let path = try? FilterParser.parseAttributePath(name),
                type.resolve(path) == nil
            else { return nil }
            return .some(nil)
        }
    )

    /// `sortOrder=desc`, as client libraries abbreviate it.
    static let shortSortOrder = Rewrite(
        "shortSortOrder",
        sortOrder: { order in
            switch order.lowercased() {
            case "asc": "ascending"
            case "desc": "descending"
            default: nil
            }
        }
    )
}
