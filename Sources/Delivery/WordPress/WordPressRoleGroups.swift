import Directory
import SCIM

/// Makes a site's roles groups of the directory, so that an identity provider can put people into
/// them: who is in such a group has the role.
package struct WordPressRoleGroups {
    private let directory: Directory
    private let receiver: Receiver
    private let caller: Caller

    package init(directory: Directory, receiver: Receiver, caller: Caller) {
        self.directory = directory
        self.receiver = receiver
        self.caller = caller
    }

    /// Makes a group for each role that Roster may give and no rule is about yet.
    ///
    /// - Parameters:
    ///   - status: What the site's plugin says of itself.
    ///   - site: The site as it is.
    ///   - members: Ids of those who have each role.
    /// - Returns: The rules that go with the groups.
    /// - Throws: 503, a failure of the store.
    package func make(
        _ status: JSONObject,
        _ site: WordPressSite,
        members: [String: [String]]
    ) throws(SCIMError) -> [RoleRule] {
        let roles = (status["roles"]?.array ?? []).compactMap(\.object)
        var rules: [RoleRule] = []
        for (place, role) in roles.enumerated() where role["allowed"] == true {
            guard let name = role["role"]?.string,
                !site.rules.contains(where: { $0.role == name && $0.blog == nil })
            else { continue }
            let label = role["name"]?.string ?? name
            guard let id = try group(label, members[name] ?? []) else { continue }
            // WordPress lists the roles with more rights first.
            rules.append(RoleRule(group: id, role: name, priority: roles.count - place))
        }
        return rules
    }

    /// - Returns: The group's id; `nil` where there are groups of all names that it could have.
    private func group(_ label: String, _ members: [String]) throws(SCIMError) -> String? {
        for name in [label, "WordPress \(label)", "\(receiver.name) \(label)"] {
            let group: JSONObject = [
                "schemas": [.string(ResourceType.group.schema.id)], "displayName": .string(name),
                "members": .array(members.map { ["value": .string($0)] }),
            ]
            let made = try directory.take(
                group: try SentResource(.object(group), type: .group),
                of: members,
                from: receiver,
                by: caller
            )
            if let made { return made }
        }
        return nil
    }
}
