import SCIM

/// What must never be passed over as unknown: names that mean access, and URNs that begin like
/// one of ours.
///
/// To answer with success that somebody was switched off, or taken out of a group, where nothing
/// was done would leave the account of a leaver open.
enum Access {
    // MARK: Paths

    /// Whether a path leads to nothing that the type has, and neither it nor the value for it
    /// might have been meant to decide about access.
    static func mayBePassedOver(_ path: PatchPath, _ value: JSON?, _ type: ResourceType) -> Bool {
        isUnknown(path, type) && !(value.map(holdsAccess) ?? false)
    }

    private static func isUnknown(_ path: PatchPath, _ type: ResourceType) -> Bool {
        // The core schema's URN alone means the resource, with all that gives access.
        if path.path.text.equalsIgnoringASCIICase(type.schema.id) { return false }
        var whole = type.split(path.path)
        let names = [whole.subAttribute, path.subAttribute].compactMap(\.self)
        whole.subAttribute = nil
        if let reference = type.resolve(whole) {
            guard let attribute = reference.attribute, attribute.isComplex,
                attribute.source == .document, type.target(of: path) == nil
            else { return false }
            return !names.contains(where: isSwitch)
        }
        guard whole.attribute.isEmpty, let urn = whole.urn else {
            return !([whole.attribute] + names).contains { looksLikeAccess($0) }
        }
        return !isLikeOurs(urn, type)
            && !(lastNames(of: urn) + names).contains { isSwitch($0) || isMembership($0) }
    }

    /// `active` of `urn:example:2.0:User:active`.
    private static func lastNames(of urn: String) -> [String] {
        (urn.split(separator: ":").last ?? "").split(separator: ".").map(String.init)
    }

    // MARK: Members

    /// Checks the names of members that are no attributes, and will be passed over.
    ///
    /// One that means access may stand beside the attribute that it seems to mean: that one says
    /// what the client wants.
    ///
    /// - Returns: The name of one that must be refused.
    static func refused(in object: JSONObject, _ type: ResourceType) -> String? {
        let account = type.schema.attributes.first { isAccount($0) }
        let asksForAccount = account.map { object.value(named: $0.name) == nil } ?? false
        let asksForMembers = type.membership.map { object.value(named: $0.name) == nil } ?? false
        for member in object.members where type.coreAttribute(named: member.name) == nil {
            if let schema = type.extension(member.name) {
                let inner = member.value.object?.members ?? []
                let unknown = inner.map(\.name).filter { schema.attribute(named: $0) == nil }
                if asksForAccount, let name = unknown.first(where: { isSwitch(lastName(of: $0)) }) {
                    return name
                }
                continue
            }
            let isRefused =
                isLikeOurs(member.name, type) || leadsToAccess(member.name, type)
                || asksForAccount && isSwitch(lastName(of: member.name))
                || asksForMembers && isMembership(member.name, member.value)
                || asksForAccount && holds(member.value) { isSwitch(lastName(of: $0.name)) }
                || asksForMembers && holds(member.value) { isMembership($0.name, $0.value) }
            if isRefused { return member.name }
        }
        return nil
    }

    /// Checks the value for all of an extension, as it would be checked under the extension's name.
    ///
    /// - Returns: The name of a member that must be refused.
    static func refused(at path: PatchPath?, _ value: JSON, _ type: ResourceType) -> String? {
        guard let path, path.isWhole, type.extension(path.path.text) != nil else { return nil }
        return refused(in: [path.path.text: value], type)
    }

    /// Whether an object that has no meaning here, or one in a list, says something about access:
    /// `{"User": {"active": false}}`.
    private static func holdsAccess(_ value: JSON) -> Bool {
        holds(value) { isSwitch(lastName(of: $0.name)) || isMembership($0.name, $0.value) }
    }

    private static func holds(
        _ value: JSON,
        _ meansAccess: (JSONObject.Member) -> Bool
    ) -> Bool {
        let objects = value.object.map { [$0] } ?? value.array?.compactMap(\.object) ?? []
        return objects.contains { $0.members.contains(where: meansAccess) }
    }

    /// `active` of `urn:example:2.0:User:active`, `account.active` and `active.value`.
    private static func lastName(of name: String) -> String {
        var names = name.split { $0 == ":" || $0 == "." }
        if names.count > 1, names.last?.lowercased() == "value" { names.removeLast() }
        return names.last.map(String.init) ?? name
    }

    /// Whether a name that is none of the type's is the path to one that decides about access:
    /// `members[value eq "26"]`.
    private static func leadsToAccess(_ name: String, _ type: ResourceType) -> Bool {
        guard let path = try? FilterParser.parsePatchPath(name),
            let attribute = type.resolve(path.path)?.attribute
        else { return false }
        return attribute.source == .members || isAccount(attribute)
    }

    private static func isAccount(_ attribute: Attribute) -> Bool {
        attribute.type == .boolean && attribute.defaultValue != nil
    }

    // MARK: Names

    /// Whether a name begins like the URN of one of the type's schemas, in any of its versions,
    /// and is not one: `urn:ietf:params:scim:schemas:core:2.0:Users:active`.
    static func isLikeOurs(_ name: String, _ type: ResourceType) -> Bool {
        guard name.hasPrefixIgnoringASCIICase("urn:"), type.splitURN(name) == nil else {
            return false
        }
        return name.hasPrefixIgnoringASCIICase("urn:scim:schemas:core:")
            || type.schemas.contains { name.hasPrefixIgnoringASCIICase(family(of: $0.id)) }
    }

    /// `urn:ietf:params:scim:schemas:core` of `urn:ietf:params:scim:schemas:core:2.0:User`.
    private static func family(of urn: String) -> String {
        urn.split(separator: ":").dropLast(2).joined(separator: ":")
    }

    /// Whether a name says that an account may be used or may not: `active`, `isActive`,
    /// `accountEnabled`, `locked`, and `active` with a slip of the finger.
    private static func isSwitch(_ name: String) -> Bool {
        var word = Substring(name.lowercased().filter(\.isLetter))
        while let prefix = subjects.first(where: { word.hasPrefix($0) && word != $0 }) {
            word = word.dropFirst(prefix.count)
        }
        return switches.contains(String(word)) || isSlip(String(word), of: "active")
    }

    private static let subjects = ["is", "account", "user", "login", "profile"]

    private static let switches: Set = [
        "active", "inactive", "activated", "deactivated", "enable", "enabled", "disable",
        "disabled", "suspend", "suspended", "lock", "locked", "lockedout", "blocked", "banned",
    ]

    /// Whether a name means the members of a group: `memebers`, `groupMembers`.
    private static func isMembership(_ name: String, _ value: JSON? = nil) -> Bool {
        if isSlip(name.lowercased(), of: "members") { return true }
        let lists = value?.array != nil || value?.object != nil
        return lists && name.lowercased().contains("member")
    }

    /// Whether a path's name seems to mean membership or access: here more is refused than among
    /// members, since a path is sent for its own sake.
    private static func looksLikeAccess(_ name: String) -> Bool {
        let name = name.lowercased()
        return isSwitch(name) || isMembership(name)
            || ["member", "active", "enabled", "disabled", "suspend", "locked"].contains {
                name.contains($0)
            }
    }

    /// Whether a word is another with one letter more, less or changed, or two letters swapped.
    static func isSlip(_ word: String, of other: String) -> Bool {
        var left = Array(word.utf8)[...]
        var right = Array(other.utf8)[...]
        guard abs(left.count - right.count) <= 1 else { return false }
        while let a = left.first, a == right.first {
            left.removeFirst()
            right.removeFirst()
        }
        while let a = left.last, a == right.last {
            left.removeLast()
            right.removeLast()
        }
        return left.count <= 1 && right.count <= 1
            || left.count == 2 && right.count == 2 && left.elementsEqual(right.reversed())
    }
}
