import Directory
import JSONText
import SCIM
import Secrets

/// A WordPress site as a receiver: where it is, and what its accounts are made of.
package struct WordPressSite: Sendable {
    /// What becomes of an account whose resource is deleted.
    package enum Deletion: Sendable, Equatable {
        /// It goes, unless it has written something: then it is deactivated.
        case keepingContent
        /// It goes, and what it has written with it.
        case delete
        /// It goes, and what it has written is another's from then on, by login.
        case reassign(to: String)
        /// It stays, and nobody gets in by it.
        case deactivate
    }

    /// What becomes of an account whose resource is not active.
    package enum Deactivation: String, Sendable {
        case deactivate, delete
    }

    /// Whether the site is asked before a change is made that it may refuse.
    package enum Validation: String, Sendable, CaseIterable {
        /// It is not asked.
        case off
        /// Where it cannot be asked, the change is made.
        case queue
        /// Where it cannot be asked, the change is refused with 503.
        case strict
    }

    /// What to do with a login that WordPress does not take as it is.
    package enum UnfitLogin: String, Sendable, CaseIterable {
        case sanitise, refuse
    }

    /// The site's address, such as `https://www.example.com`, without a trailing slash.
    package var url: String
    package private(set) var secret: WebhookSecret
    /// The one before, until the site knows the new one.
    package private(set) var formerSecret: WebhookSecret?
    /// `HOST:PORT` to connect to instead of the address's.
    package var connectTo: String?
    /// Fields for each call, `Name: value`, such as a staging site's password.
    package var headers: [String] = []
    /// The provisioning domain whose `externalId`s it gets.
    package var domain = "default"
    /// What the site has otherwise than the standard mapping: expressions by target, `nil` for what
    /// is not mapped.
    package private(set) var rows: [String: String?] = [:]
    package private(set) var mapping: Mapping
    package var rules: [RoleRule] = [] {
        didSet {
            isManagingRoles = isManagingRoles || !rules.isEmpty
            isManagingBlogs = isManagingBlogs || !rules.blogs.isEmpty
        }
    }
    /// Whether there ever was a rule: what it gave is taken away when it goes.
    private(set) var isManagingRoles = false
    /// Whether there ever was a rule for a network's site.
    private(set) var isManagingBlogs = false
    package var onDelete = Deletion.keepingContent
    package var onInactive = Deactivation.deactivate
    package var validation = Validation.queue
    package var unfitLogins = UnfitLogin.sanitise
    /// Whether passwords that clients send are handed on, as hashes.
    package var sendsPasswords = false

    package init(url: String, secret: WebhookSecret) throws(SCIMError) {
        self.url = url
        self.secret = secret
        mapping = try Self.mapping([:], [])
    }

    /// All secrets that are valid now, the newest first.
    package var secrets: [WebhookSecret] { [secret] + [formerSecret].compactMap(\.self) }

    /// Makes a new secret; the one before stays valid until `forgetFormerSecret`.
    package mutating func exchangeSecret() {
        formerSecret = secret
        secret = WebhookSecret()
    }

    /// To be called when the site is known to have the new secret.
    package mutating func forgetFormerSecret() { formerSecret = nil }

    /// Sets what differs from the standard mapping.
    ///
    /// - Throws: `invalidValue` for rows that make no mapping.
    package mutating func map(
        _ rows: [String: String?],
        columns: [Mapping.Column]
    ) throws(SCIMError) {
        mapping = try Self.mapping(rows, columns)
        self.rows = rows
    }

    private static func mapping(
        _ rows: [String: String?],
        _ columns: [Mapping.Column]
    ) throws(SCIMError) -> Mapping {
        do throws(Mapping.Refusal) {
            return try Mapping(rows: rows, columns: columns)
        } catch {
            throw .invalidValue(error.message)
        }
    }

    /// Reads a receiver's settings.
    ///
    /// - Throws: 500 for settings that a newer program has written.
    package init(_ receiver: Receiver) throws(SCIMError) {
        try self.init(settings: receiver.settings)
    }

    /// Which changes concern the site.
    package var scope: Receiver.Scope {
        Receiver.Scope(
            type: ResourceType.user.name,
            followsGroups: !rules.isEmpty || mapping.readsGroups,
            followsReferences: mapping.readsManagerName
        )
    }
}

// MARK: As a receiver's settings

extension WordPressSite {
    package init(settings: JSONObject) throws(SCIMError) {
        guard let url = settings["url"]?.string,
            let secret = (settings["secret"]?.string).flatMap({ WebhookSecret($0) })
        else { throw Self.unreadable("url or secret") }
        try self.init(url: url, secret: secret)
        formerSecret = settings["formerSecret"]?.string.flatMap { WebhookSecret($0) }
        connectTo = settings["connectTo"]?.string
        headers = (settings["headers"]?.array ?? []).compactMap(\.string)
        domain = settings["domain"]?.string ?? domain
        let rows = (settings["mapping"]?.object ?? [:]).members.map { row in
            (row.name, row.value.string)
        }
        let columns = (settings["columns"]?.array ?? []).compactMap { column -> Mapping.Column? in
            guard let key = column.object?["key"]?.string else { return nil }
            return .init(key: key, label: column.object?["label"]?.string ?? key)
        }
        do throws(SCIMError) {
            try map(Dictionary(rows, uniquingKeysWith: { $1 }), columns: columns)
        } catch {
            throw Self.unreadable("mapping")
        }
        rules = (settings["roles"]?.array ?? []).compactMap { $0.object.flatMap(RoleRule.init) }
        isManagingRoles = isManagingRoles || settings["managingRoles"] == true
        isManagingBlogs = isManagingBlogs || settings["managingBlogs"] == true
        if let text = settings["onDelete"]?.string {
            guard let deletion = Deletion(text) else { throw Self.unreadable("onDelete") }
            onDelete = deletion
        }
        onInactive = try Self.choice(settings, "onInactive") ?? onInactive
        validation = try Self.choice(settings, "validation") ?? validation
        unfitLogins = try Self.choice(settings, "unfitLogins") ?? unfitLogins
        sendsPasswords = settings["passwords"] == true
    }

    package var settings: JSONObject {
        var settings: JSONObject = [
            "url": .string(url), "secret": .string(secret.text),
        ]
        settings["formerSecret"] = (formerSecret?.text).map(JSON.string)
        settings["connectTo"] = connectTo.map(JSON.string)
        settings["headers"] = .array(headers.map(JSON.string))
        settings["domain"] = .string(domain)
        settings["mapping"] = .object(
            JSONObject(
                rows.sorted { $0.key < $1.key }.map { target, expression in
                    .init(name: target, value: expression.map(JSON.string) ?? .null)
                }
            )
        )
        settings["columns"] = .array(
            mapping.columns.map { ["key": .string($0.key), "label": .string($0.label)] }
        )
        settings["roles"] = .array(rules.map { .object($0.json) })
        settings["managingRoles"] = .bool(isManagingRoles)
        settings["managingBlogs"] = .bool(isManagingBlogs)
        settings["onDelete"] = .string(onDelete.text)
        settings["onInactive"] = .string(onInactive.rawValue)
        settings["validation"] = .string(validation.rawValue)
        settings["unfitLogins"] = .string(unfitLogins.rawValue)
        settings["passwords"] = .bool(sendsPasswords)
        return settings
    }

    private static func choice<Choice: RawRepresentable<String>>(
        _ settings: JSONObject,
        _ name: String
    ) throws(SCIMError) -> Choice? {
        guard let text = settings[name]?.string else { return nil }
        guard let choice = Choice(rawValue: text) else { throw unreadable(name) }
        return choice
    }

    private static func unreadable(_ name: String) -> SCIMError {
        SCIMError(
            status: 500,
            detail: "the settings of a WordPress site cannot be read",
            cause: "the setting \(name) of a WordPress site cannot be read"
        )
    }
}

extension WordPressSite.Deletion {
    /// `keep-content`, `delete`, `deactivate` or `reassign:LOGIN`.
    package init?(_ text: String) {
        switch text {
        case "keep-content": self = .keepingContent
        case "delete": self = .delete
        case "deactivate": self = .deactivate
        default:
            let login = text.dropFirst("reassign:".count)
            guard text.hasPrefix("reassign:"), !login.isEmpty else { return nil }
            self = .reassign(to: String(login))
        }
    }

    package var text: String {
        switch self {
        case .keepingContent: "keep-content"
        case .delete: "delete"
        case .deactivate: "deactivate"
        case .reassign(let login): "reassign:\(login)"
        }
    }
}

extension RoleRule {
    fileprivate init?(_ object: JSONObject) {
        guard let group = object["group"]?.string, let role = object["role"]?.string else {
            return nil
        }
        self.init(
            group: group,
            role: role,
            priority: object["priority"]?.integer.map(Int.init) ?? 0,
            blog: object["blog"]?.integer.map(Int.init)
        )
    }

    /// The rule as JSON.
    package var json: JSONObject {
        var object: JSONObject = [
            "group": .string(group), "role": .string(role),
            "priority": .integer(Int64(priority)),
        ]
        object["blog"] = blog.map { .integer(Int64($0)) }
        return object
    }
}
