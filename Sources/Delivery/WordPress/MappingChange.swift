import Directory
import SCIM

/// What another mapping, other rules or other settings of a site would change.
package struct MappingChange {
    private let directory: Directory
    private let receiver: Receiver

    private static let pageSize = 200

    package init(directory: Directory, receiver: Receiver) {
        self.directory = directory
        self.receiver = receiver
    }

    /// Whom a change concerns.
    package struct Affected: Sendable {
        /// Ids of the users whose accounts would be others, in their order.
        package fileprivate(set) var ids: [String] = []
        /// How many of these would be others in a way that can be seen, as far as it is known here.
        package private(set) var visible = 0
        /// Users that were looked at.
        package fileprivate(set) var compared = 0
        /// Whether these are all; where not, all are sent.
        package fileprivate(set) var isWhole = true
        private var found: [[AccountDifference]]

        /// Of each weight so many are kept.
        private static let examplesMax = 10

        fileprivate init() {
            found = AccountDifference.Weight.allCases.map { _ in [] }
        }

        /// Some of them, those first who lose something.
        package var examples: [AccountDifference] { found.flatMap(\.self) }

        fileprivate mutating func add(_ difference: AccountDifference) {
            let weight = difference.weight
            if weight != .nothing { visible += 1 }
            if found[weight.rawValue].count < Self.examplesMax {
                found[weight.rawValue].append(difference)
            }
        }

        /// Who is to be sent again.
        fileprivate var resending: Directory.Resending { isWhole ? .these(ids) : .all }
    }

    /// Finds the users whose accounts would be others.
    ///
    /// - Parameters:
    ///   - old: The site as it is.
    ///   - new: The site as it would be.
    ///   - usersMax: So many are looked at.
    ///   - progress: Called with the number of users so far.
    /// - Returns: Them.
    /// - Throws: 503.
    package func affected(
        from old: WordPressSite,
        to new: WordPressSite,
        usersMax: Int = .max,
        progress: (Int) -> Void = { _ in }
    ) throws(SCIMError) -> Affected {
        var affected = Affected()
        if old.shaping(with: new) == new.shaping(with: old) { return affected }
        var last = ""
        while true {
            let page = try page(after: last, old, new)
            for difference in page.differences {
                affected.ids.append(difference.resource)
                affected.add(difference)
            }
            guard let end = page.last else { return affected }
            last = end
            affected.compared += page.count
            progress(affected.compared)
            if affected.compared >= usersMax {
                affected.isWhole = try isLast(last)
                return affected
            }
        }
    }

    private func page(
        after last: String,
        _ old: WordPressSite,
        _ new: WordPressSite
    ) throws(SCIMError) -> (differences: [AccountDifference], count: Int, last: String?) {
        let (before, after) = (AccountEvent(site: old), AccountEvent(site: new))
        return try directory.read { store in
            let ids = try store.ids(
                ofType: ResourceType.user.name,
                after: last,
                limit: Self.pageSize
            )
            let records = try store.deliveries(to: receiver.id, .of(ids), limit: ids.count)
            var differences: [AccountDifference] = []
            for record in records where record.version > 0 {
                let was = try before.event(for: record, in: store)
                let will = try after.event(for: record, in: store)
                if was == will { continue }
                differences.append(AccountDifference(record.resource, from: was, to: will))
            }
            differences.sort { $0.resource < $1.resource }
            return (differences, ids.count, ids.last)
        }
    }

    private func isLast(_ id: String) throws(SCIMError) -> Bool {
        try directory.read { store -> Bool in
            try store.ids(ofType: ResourceType.user.name, after: id, limit: 1).isEmpty
        }
    }

    /// Changes the site's settings, and puts down that those whom that concerns are sent again.
    ///
    /// - Parameters:
    ///   - affected: As they were found.
    ///   - caller: Who changes them.
    ///   - attribute: A word for what is changed.
    ///   - change: Makes of the site as it is now what it is to be, or refuses.
    /// - Throws: 404 when the site is gone; what `change` throws.
    package func make(
        _ affected: Affected,
        by caller: Caller,
        attribute: String,
        _ change: (inout WordPressSite) throws -> Void
    ) throws(SCIMError) {
        try directory.update(
            receiver,
            by: caller,
            attributes: [attribute],
            resending: affected.resending
        ) { receiver in
            var site = try WordPressSite(receiver)
            try change(&site)
            receiver.settings = site.settings
            receiver.scope = site.scope
        }
    }
}

extension WordPressSite {
    /// The settings that accounts depend on, compared with another site's.
    fileprivate func shaping(with other: WordPressSite) -> JSONObject {
        var settings = settings
        for name in [
            "url", "secret", "formerSecret", "connectTo", "headers", "validation", "columns",
        ] {
            settings[name] = nil
        }
        // Who is deleted is compared where nobody is any more.
        if onInactive == .deactivate, other.onInactive == .deactivate { settings["onDelete"] = nil }
        return settings
    }
}
