import Directory
import SCIM

/// Brings a site's accounts into the directory, so that an identity provider that looks for them
/// finds them, and goes on from there.
package struct WordPressImport {
    /// By what an account is found to be somebody whom the directory has already.
    package enum Match: String, Sendable, CaseIterable {
        case login, email
    }

    /// What becomes of one account.
    package enum Outcome: String, Sendable, CaseIterable {
        /// The directory has a new user, and the account is left alone until somebody changes it.
        case imported
        /// It now belongs to a user whom the directory had already.
        case linked
        /// It belongs to a user already.
        case known
        /// It is an administrator's, who was not named.
        case administrator
        /// The directory has another user of this name, or several of this address.
        case taken
        /// The directory cannot have a user like this.
        case refused
    }

    private let directory: Directory
    private let receiver: Receiver
    private let desk: WordPressDesk
    private let caller: Caller
    private let match: Match?
    /// Logins, folded.
    private let administrators: Set<String>

    /// - Parameters:
    ///   - directory: Gets the users.
    ///   - receiver: The site.
    ///   - desk: Asks the site.
    ///   - caller: For the journal.
    ///   - match: How accounts are linked with users whom the directory has already; `nil` for not.
    ///   - administrators: Logins of administrators who are taken as well.
    package init(
        directory: Directory,
        receiver: Receiver,
        desk: WordPressDesk,
        caller: Caller,
        match: Match?,
        administrators: [String]
    ) {
        self.directory = directory
        self.receiver = receiver
        self.desk = desk
        self.caller = caller
        self.match = match
        self.administrators = Set(administrators.map(\.caseFolded))
    }

    /// Imports all.
    ///
    /// - Parameter note: Called for each account, with what became of it and why.
    /// - Returns: Whom the directory has with an account in each role, by id.
    /// - Throws: `WordPressDesk.Failure`, a failure of the store.
    @discardableResult
    package func run(
        note: (_ login: String, _ outcome: Outcome, _ reason: String?) -> Void
    ) throws -> [String: [String]] {
        var members: [String: [String]] = [:]
        var after: Int64 = 0
        while true {
            let accounts = try desk.accounts(after: after)
            for account in accounts {
                do throws(SCIMError) {
                    let (outcome, id) = try take(account)
                    note(account.login, outcome, nil)
                    for role in id == nil ? [] : account.roles {
                        members[role, default: []] += [id].compactMap(\.self)
                    }
                } catch {
                    // What concerns one account does not stop the others.
                    guard error.status < 500 else { throw error }
                    note(account.login, .refused, error.detail)
                }
            }
            // A site that does not go on would be asked for ever.
            guard let last = accounts.last, last.id > after else { return members }
            after = last.id
        }
    }

    /// - Returns: What became of an account, and whose it is, where that is somebody who is here.
    private func take(
        _ account: WordPressDesk.Account
    ) throws(SCIMError) -> (Outcome, id: String?) {
        if let id = account.resource {
            if try isHere(id) { return (.known, id) }
            if try isLeaving(id) { return (.known, nil) }
        }
        if account.isAdministrator, !administrators.contains(account.login.caseFolded) {
            return (.administrator, nil)
        }
        if let id = try imported(account) { return (.known, id) }
        let known = DeliveryRecord.Account(id: String(account.id), name: account.login)
        if account.resource != nil { return try takeBack(account, known) }
        let records = try match.map { (match) throws(SCIMError) in try found(account, by: match) }
        if let records, records.count > 1 { return (.taken, nil) }
        if let id = records?.first {
            try directory.link(id, to: known, of: receiver, by: caller)
            return (.linked, id)
        }
        let new = Directory.Import(
            resource: try SentResource(.object(user(account)), type: .user),
            id: nil,
            account: known,
            active: account.isActive
        )
        let id = try directory.take(new, from: receiver, by: caller)
        return (id == nil ? .taken : .imported, id)
    }

    /// Takes a user back whom the directory had before it went back in time, with the id that the
    /// client knows.
    private func takeBack(
        _ account: WordPressDesk.Account,
        _ known: DeliveryRecord.Account
    ) throws(SCIMError) -> (Outcome, id: String?) {
        let new = Directory.Import(
            resource: try SentResource(.object(user(account)), type: .user),
            id: account.resource,
            account: known,
            active: account.isActive
        )
        let id = try directory.take(new, from: receiver, by: caller)
        return (id == nil ? .taken : .imported, id)
    }

    private func isHere(_ id: String) throws(SCIMError) -> Bool {
        try directory.read { store -> Bool in
            try store.fetch(id, type: .user, domain: "default", loading: []) != nil
        }
    }

    /// Whether the directory had a user, and tells the site to let it go.
    private func isLeaving(_ id: String) throws(SCIMError) -> Bool {
        try directory.read { store -> Bool in
            try !store.deliveries(to: receiver.id, .of([id]), limit: 1).isEmpty
        }
    }

    /// Whom an account was imported as before, and who is still here.
    private func imported(_ account: WordPressDesk.Account) throws(SCIMError) -> String? {
        try directory.read { store -> String? in
            let record = try store.delivery(
                to: receiver.id,
                ofAccount: String(account.id)
            )
            guard let record,
                try store.fetch(record.resource, type: .user, domain: "default", loading: [])
                    != nil
            else { return nil }
            return record.resource
        }
    }

    /// Ids of the users whom an account may belong to, and who have none yet.
    private func found(
        _ account: WordPressDesk.Account,
        by match: Match
    ) throws(SCIMError) -> [String] {
        let (path, value) =
            switch match {
            case .login: (AttributePath(attribute: "userName"), account.login)
            case .email: (AttributePath(attribute: "emails", subAttribute: "value"), account.email)
            }
        if value.isEmpty { return [] }
        return try directory.read { store -> [String] in
            let query = Query(
                type: .user,
                predicate: try Filter.comparison(path, .eq, .string(value)).bound(to: .user),
                count: 2,
                parts: [],
                domain: "default",
                links: directory.links
            )
            let ids = try store.search(query).resources.map(\.id)
            let records = try store.deliveries(to: receiver.id, .of(ids), limit: ids.count)
            return ids.filter { id in
                records.first { $0.resource == id }?.account == nil
            }
        }
    }

    /// An account as a client would create it.
    private func user(_ account: WordPressDesk.Account) -> JSONObject {
        var user: JSONObject = [
            "schemas": [.string(ResourceType.user.schema.id)],
            "userName": account.fields["userName"]?.string.map(JSON.string)
                ?? .string(account.login), "active": .bool(account.isActive),
        ]
        let text = { (name: String) -> JSON? in
            guard let text = account.fields[name]?.string, !text.isEmpty else { return nil }
            return .string(text)
        }
        user["externalId"] = text("externalId")
        user["displayName"] = text("displayName")
        user["nickName"] = text("nickname")
        user["profileUrl"] = text("url")
        var name: JSONObject = [:]
        name["givenName"] = text("firstName")
        name["familyName"] = text("lastName")
        if !name.isEmpty { user["name"] = .object(name) }
        if let email = text("email") {
            user["emails"] = [["value": email, "type": "work", "primary": true]]
        }
        return user
    }
}
