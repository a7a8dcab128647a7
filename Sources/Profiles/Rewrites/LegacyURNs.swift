import SCIM

extension Rewrite {
    /// URNs of schemas from before RFC 7643: those of SCIM 1.1, those of the 2.0 drafts, and the
    /// enterprise extension's without the colon before `User`, as one of Microsoft's samples has
    /// it.
    static let legacyURNs = Rewrite(
        "legacyURNs",
        resource: { body, type in
            let renamed = body.renaming { modernURN($0, type) }
            let named = renamed ?? body
            let schemas = named.value(named: "schemas")?.array?.changing { urn in
                urn.string.flatMap { modernURN($0, type) }.map(JSON.string)
            }
            return schemas.map { named.setting("schemas", .array($0)) } ?? renamed
        },
        operation: { operation, context in
            operation.renaming(context) { modernURN($0, context.type) }
        },
        filterName: { path, type in
            path.urn.flatMap { modernURN($0, type) }.map { AttributePath(urn: $0, attribute: "") }
        }
    )

    /// Text that begins with a legacy URN, with today's in its place and a colon behind it.
    ///
    /// - Returns: `nil` when it does not begin so.
    static func modernURN(_ text: String, _ type: ResourceType) -> String? {
        guard legacyBeginnings.contains(where: text.hasPrefixIgnoringASCIICase) else { return nil }
        for (legacy, modern) in legacyURNs(of: type) where text.hasPrefixIgnoringASCIICase(legacy) {
            let rest = text.utf8.dropFirst(legacy.utf8.count)
            guard let separator = rest.first else { return modern }
            if separator == UInt8(ascii: ":") || separator == UInt8(ascii: ".") {
                return "\(modern):\(String(Substring(rest.dropFirst())))"
            }
        }
        return nil
    }

    /// What every legacy URN begins with one of, and no other name that clients send.
    private static let legacyBeginnings = ["urn:scim:", enterpriseWithoutColon]

    private static let enterpriseWithoutColon =
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0User"

    /// Longer ones before those with which they begin.
    private static func legacyURNs(
        of type: ResourceType
    ) -> [(legacy: String, modern: String)] {
        var urns: [(String, String)] = []
        for version in ["1.0", "2.0"] {
            let core = "urn:scim:schemas:core:\(version)"
            urns.append(("\(core):\(type.name)", type.schema.id))
            urns.append((core, type.schema.id))
        }
        guard let enterprise = type.extension(Schema.enterpriseUser.id) else { return urns }
        for version in ["1.0", "2.0"] {
            let legacy = "urn:scim:schemas:extension:enterprise:\(version)"
            urns.append(("\(legacy):User", enterprise.id))
            urns.append((legacy, enterprise.id))
        }
        urns.append((enterpriseWithoutColon, enterprise.id))
        return urns
    }
}

extension Rewrite {
    /// A full stop for the colon behind a schema's URN, and what stands before a name in other
    /// languages: `urn:…:core:2.0:User.active`, `User.active`, `$.active`.
    ///
    /// Scripts and jobs that are written by hand send them.
    static let prefixedNames = Rewrite(
        "prefixedNames",
        resource: { body, type in body.renaming { withoutPrefix($0, type) } },
        operation: { operation, context in
            operation.renaming(context) { withoutPrefix($0, context.type) }
        },
        filterName: { path, type in
            guard let name = withoutPrefix(path.text, type) else { return nil }
            return try? FilterParser.parseAttributePath(name)
        }
    )

    /// - Returns: `nil` for text that has no such prefix, and where something else than one of the
    ///   type's attributes stands behind it.
    private static func withoutPrefix(_ text: String, _ type: ResourceType) -> String? {
        for schema in type.schemas where text.hasPrefixIgnoringASCIICase(schema.id) {
            let rest = text.utf8.dropFirst(schema.id.utf8.count)
            guard rest.first == UInt8(ascii: ".") else { continue }
            return checked("\(schema.id):\(String(Substring(rest.dropFirst())))", type)
        }
        for prefix in ["$.", "\(type.name)."] where text.hasPrefixIgnoringASCIICase(prefix) {
            if type.coreAttribute(named: String(prefix.dropLast())) != nil { continue }
            return checked(String(Substring(text.utf8.dropFirst(prefix.utf8.count))), type)
        }
        return nil
    }

    private static func checked(_ name: String, _ type: ResourceType) -> String? {
        let brackets = name.utf8.firstIndex(of: UInt8(ascii: "[")) ?? name.endIndex
        guard let path = try? FilterParser.parseAttributePath(String(name[..<brackets])),
            type.resolve(path)?.attribute != nil
        else { return nil }
        return name
    }
}

extension Rewrite {
    /// An extension under its schema's name: `"EnterpriseUser": {…}`.
    ///
    /// WSO2 Identity Server up to 5.7 creates users so.
    static let schemaNames = Rewrite(
        "schemaNames",
        resource: { body, type in body.renaming { extensionURN($0, type) } },
        operation: { operation, context in
            operation.renaming(context) { extensionURN($0, context.type) }
        }
    )

    private static func extensionURN(_ name: String, _ type: ResourceType) -> String? {
        guard type.coreAttribute(named: name) == nil else { return nil }
        return type.extensions.first { $0.schema.name.equalsIgnoringASCIICase(name) }?.schema.id
    }
}

extension PatchOperation {
    /// The operation with another path, or other names of members in its value where it has none.
    ///
    /// - Parameters:
    ///   - context: Of the request.
    ///   - rename: Given a name as sent; `nil` keeps it.
    /// - Returns: `nil` when nothing changed.
    fileprivate func renaming(
        _ context: Rewrite.Context,
        _ rename: (String) -> String?
    ) -> [PatchOperation]? {
        guard path.isNone else {
            // A path that an earlier rewrite has found is called as it was sent.
            let name = path.attribute.map { $0.filter == nil ? $0.text : pathText } ?? pathText
            return rename(name).map { [setting(path: context.path($0))] }
        }
        return value?.object?.renaming(rename).map { [setting(value: .object($0))] }
    }
}

extension PatchPath {
    /// The path where nothing is selected.
    fileprivate var text: String {
        subAttribute.map { "\(path.text).\($0)" } ?? path.text
    }
}
