import SCIM

/// How an account would be another, field by field.
package struct AccountDifference: Sendable {
    package struct Field: Sendable {
        /// As a site calls it: `user_email`, `meta:department`, `roles`, `active`; `account` for
        /// what becomes of the account as a whole.
        package let name: String
        /// `nil` for nothing.
        package let before: JSON?
        package let after: JSON?

        /// `nil` where both are the same.
        init?(_ name: String, _ before: JSON?, _ after: JSON?) {
            let (before, after) = (Self.value(before), Self.value(after))
            if before == after { return nil }
            (self.name, self.before, self.after) = (name, before, after)
        }

        /// A site does not tell what is empty from what is not there.
        private static func value(_ value: JSON?) -> JSON? {
            guard let value, value != .null, value != "", value != .array([]) else { return nil }
            return value
        }
    }

    /// How much it would hurt.
    package enum Weight: Int, Sendable, CaseIterable, Comparable {
        /// Somebody loses access, a role, or all that a field holds.
        case loss
        /// Other values take the place of those that are there.
        case replacement
        /// Something is added.
        case addition
        /// Nothing that can be seen is another.
        case nothing

        package static func < (left: Weight, right: Weight) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// The user's id.
    package let resource: String
    package let fields: [Field]
    /// Why the site would not have it; `nil` where it would, or was not asked.
    package var refusal: String?

    package var weight: Weight { fields.map(\.weight).min() ?? .nothing }
}

extension AccountDifference.Field {
    fileprivate var weight: AccountDifference.Weight {
        guard let before else { return name == "account" ? .loss : .addition }
        guard let after else { return .loss }
        if name == "active" { return after == false ? .loss : .addition }
        if let had = before.array, let has = after.array {
            return had.allSatisfy(has.contains) ? .addition : .loss
        }
        return .replacement
    }
}

extension AccountDifference {
    /// Between two events of one user.
    init(_ resource: String, from old: JSONObject, to new: JSONObject) {
        self.resource = resource
        let (before, after) = (old.accountFields, new.accountFields)
        var fields = after.members.compactMap { Field($0.name, before[$0.name], $0.value) }
        if new["type"] == "user.upsert" {
            fields += before.members.filter { after[$0.name] == nil }
                .compactMap { Field($0.name, $0.value, nil) }
        }
        self.fields = fields
    }

    /// Of what a site says that an event would change: the plugin's result, with `before` and
    /// `after`.
    init(_ resource: String, _ result: JSONObject) {
        self.resource = resource
        let (before, after) = (result["before"]?.object ?? [:], result["after"]?.object ?? [:])
        fields = after.members.compactMap { Field($0.name, before[$0.name], $0.value) }
        if result["status"] != "ok" { refusal = result["message"]?.string ?? "" }
    }
}

extension JSONObject {
    /// What an event says of an account, by the names that a site has for the fields.
    fileprivate var accountFields: JSONObject {
        guard self["type"] == "user.upsert" else {
            return ["account": self["mode"] == "deactivate" ? "deactivated" : "deleted"]
        }
        var fields: JSONObject = [:]
        for member in self["user"]?.object?.members ?? [] { fields.add(member) }
        return fields
    }

    private static let names: [String: String] = Dictionary(
        uniqueKeysWithValues: WordPressTarget.Field.allCases.map { ($0.member, $0.rawValue) }
    )

    private mutating func add(_ member: Member) {
        switch member.name {
        case "scimId", "userId", "unset", "onUnfit", "managedRoles", "userName": break
        case "passwordHash": self["password"] = "set"
        case "meta", "xprofile":
            for inner in member.value.object?.members ?? [] {
                self["\(member.name):\(inner.name)"] = inner.value
            }
        case "sites":
            for inner in member.value.object?.members ?? [] where inner.value != .null {
                self["roles:\(inner.name)"] = .array([inner.value])
            }
        default: self[Self.names[member.name] ?? member.name] = member.value
        }
    }
}
