import Directory
import SCIM

extension Mapping {
    /// What a WordPress account should be, as far as it is mapped.
    package struct Desired: Sendable, Equatable {
        /// Members of `user` in an event: `email`, …, `meta`, `xprofile`.
        package fileprivate(set) var values: JSONObject = [:]
        /// What is mapped and has no value, as in the event's `unset`.
        package fileprivate(set) var unset: [String] = []

        /// All of it as members of `user`.
        package var members: JSONObject {
            var members = values
            if !unset.isEmpty { members["unset"] = .array(unset.map(JSON.string)) }
            return members
        }
    }

    /// Makes an account's values of a user; whatever the document holds, there is an answer.
    ///
    /// - Parameters:
    ///   - document: As it is stored.
    ///   - externalId: Of the provisioning domain.
    ///   - groups: Of which the user is a member.
    ///   - managerName: The manager's `displayName`, where `readsManagerName`.
    /// - Returns: A value, or a place in `unset`, for each entry; the login is never unset, as
    ///   without one the `userName` counts.
    package func desired(
        document: JSONObject,
        externalId: String?,
        groups: [Membership],
        managerName: String? = nil
    ) -> Desired {
        let user = document.completed(externalId, groups, managerName)
        var desired = Desired()
        for entry in entries {
            desired.set(entry.target, to: entry.expression.value(of: user))
        }
        return desired
    }
}

extension Mapping.Desired {
    fileprivate mutating func set(_ target: WordPressTarget, to value: String?) {
        switch (target, value) {
        case (.field(.login), nil): break
        case (_, nil): unset.append(target.member)
        case (.field(let field), let value?): values[field.member] = .string(value)
        case (.meta(let key), let value?): set(key, of: "meta", to: value)
        case (.xprofile(let name), let value?): set(name, of: "xprofile", to: value)
        }
    }

    private mutating func set(_ name: String, of member: String, to value: String) {
        var object = values[member]?.object ?? [:]
        object[name] = .string(value)
        values[member] = .object(object)
    }
}

extension JSONObject {
    /// A user's document with what is kept elsewhere.
    func completed(
        _ externalId: String?,
        _ groups: [Membership],
        _ managerName: String?
    ) -> JSONObject {
        var user = self
        user["externalId"] = externalId.map(JSON.string)
        user["groups"] = .array(
            groups.map {
                ["value": .string($0.group), "display": .string($0.display), "type": "direct"]
            }
        )
        guard let managerName else { return user }
        let schema = Schema.enterpriseUser.id
        var enterprise = user[schema]?.object ?? [:]
        var manager = enterprise["manager"]?.object ?? [:]
        manager["displayName"] = .string(managerName)
        enterprise["manager"] = .object(manager)
        user[schema] = .object(enterprise)
        return user
    }
}
