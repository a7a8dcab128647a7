import SCIM

extension Rewrite {
    /// URNs of schemas from before RFC 7643: those of SCIM 1.1, those of the 2.0 drafts, and the
    /// enterprise extension's without the colon before `User`, as one of Microsoft's samples has
    /// it.
    static let legacyURNs = Rewrite(
        "legacyURNs",
        resource: { body, type in
            let renamed = withModernKeys(body, type)
            let named = renamed ?? body
            let schemas = named.value(named: "schemas")?.array?.changing { urn in
                urn.string.flatMap { modernURN($0, type) }.map(JSON.string)
            }
            return schemas.map { named.setting("schemas", .array($0)) } ?? renamed
        },
        operation: { operation, type in
            if let path = operation.pathText {
                return modernURN(path, type).map { [operation.setting(pathText: $0)] }
            }
            let value = operation.value?.object.flatMap { withModernKeys($0, type) }
            return value.map { [operation.setting(value: .object($0))] }
        },
        filter: { filter, type in
            FilterWalk(
                type: type,
                path: { path, type in
                    path.urn.flatMap { modernURN($0, type) }
                        .map { type.split(AttributePath(urn: $0, attribute: "")) }
                }
            ).filter(filter)
        }
    )

    /// Text that begins with a legacy URN, with today's in its place.
    ///
    /// - Returns: `nil` when it does not begin so.
    static func modernURN(_ text: String, _ type: ResourceType) -> String? {
        guard legacyBeginnings.contains(where: text.hasPrefixIgnoringASCIICase) else { return nil }
        for (legacy, modern) in legacyURNs(of: type) where text.hasPrefixIgnoringASCIICase(legacy) {
            let rest = text.utf8.dropFirst(legacy.utf8.count)
            if rest.isEmpty || rest.first == UInt8(ascii: ":") {
                return modern + String(Substring(rest))
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

    /// - Returns: `nil` when no member has a legacy name.
    private static func withModernKeys(_ object: JSONObject, _ type: ResourceType) -> JSONObject? {
        guard object.members.contains(where: { modernURN($0.name, type) != nil }) else {
            return nil
        }
        var renamed = JSONObject()
        var doubled: [JSONObject.Member] = []
        for member in object.members {
            let name = modernURN(member.name, type)
            if let name, object.value(named: name) ?? renamed.value(named: name) != nil {
                doubled.append(.init(name: name, value: member.value))
            } else {
                renamed.members.append(.init(name: name ?? member.name, value: member.value))
            }
        }
        // Sent under both names: what only the old one has is added to the other.
        for member in doubled {
            guard let present = renamed.value(named: member.name)?.object,
                let sent = member.value.object
            else { continue }
            renamed = renamed.setting(member.name, .object(present.completed(by: sent)))
        }
        return renamed
    }
}

extension JSONObject {
    /// The object with the members of another whose names it does not have.
    func completed(by other: JSONObject) -> JSONObject {
        JSONObject(members + other.members.filter { value(named: $0.name) == nil })
    }
}
