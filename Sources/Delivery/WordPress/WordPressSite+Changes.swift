import SCIM

/// Changes of single rows of a site's mapping.
extension WordPressSite {
    /// Sets what a field is made of.
    ///
    /// - Parameters:
    ///   - target: As `WordPressTarget.text` has it.
    ///   - expression: Its text.
    ///   - heading: Of a column of the site's Users list that shows it; `nil` for no column.
    /// - Throws: `invalidValue` for what cannot be.
    package mutating func map(
        _ target: String,
        to expression: String,
        column heading: String?
    ) throws(SCIMError) {
        var columns = columns(without: target)
        if let heading {
            guard let key = Self.metaKey(target) else {
                throw .invalidValue("a column shows a meta:KEY")
            }
            columns.append(.init(key: key, label: heading))
        }
        try map(rows.merging([target: expression]) { $1 }, columns: columns)
    }

    /// Maps nothing to a field; what is there stays.
    ///
    /// - Throws: `invalidValue` where nothing is mapped to it.
    package mutating func unmap(_ target: String) throws(SCIMError) {
        guard mapping.entries.contains(where: { $0.target.text == target }) else {
            throw .invalidValue("\(target) is not mapped")
        }
        var rows = rows
        // The standard's own has to be called off.
        rows[target] = .some(nil)
        try map(rows, columns: columns(without: target))
    }

    /// Takes back what was set for a field, so that the standard mapping counts.
    package mutating func mapAsStandard(_ target: String) throws(SCIMError) {
        var rows = rows
        rows.removeValue(forKey: target)
        try map(rows, columns: columns(without: target))
    }

    private func columns(without target: String) -> [Mapping.Column] {
        mapping.columns.filter { $0.key != Self.metaKey(target) }
    }

    /// `KEY` of `meta:KEY`.
    private static func metaKey(_ target: String) -> String? {
        target.hasPrefix("meta:") ? String(target.dropFirst(5)) : nil
    }
}

/// Changes of single rules.
extension WordPressSite {
    /// Gives a role to whoever is in a group: instead of what a rule said of the group before.
    package mutating func set(_ rule: RoleRule) {
        rules.removeAll { $0.isAbout(rule.group, on: rule.blog) }
        rules.append(rule)
    }

    /// Takes a group's rule away.
    ///
    /// - Throws: `invalidValue` where there is none.
    package mutating func removeRule(about group: String, on blog: Int?) throws(SCIMError) {
        guard rules.contains(where: { $0.isAbout(group, on: blog) }) else {
            throw .invalidValue("no rule is about \(group)")
        }
        rules.removeAll { $0.isAbout(group, on: blog) }
    }
}

extension RoleRule {
    /// Whether it is what is said of a group on a site of a network.
    package func isAbout(_ group: String, on blog: Int?) -> Bool {
        self.blog == blog && self.group.caseFolded.isIdenticalText(to: group.caseFolded)
    }
}
