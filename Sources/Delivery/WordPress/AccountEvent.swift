import Directory
import SCIM

/// What WordPress is told of a user: the account as it should be.
struct AccountEvent {
    let site: WordPressSite

    /// The event that a delivery stands for, as things are now.
    ///
    /// - Returns: Deleting, where the resource is gone.
    func event(for record: DeliveryRecord, in store: any StoreReading) throws -> JSONObject {
        let stored = try store.fetch(
            record.resource,
            type: .user,
            domain: site.domain,
            loading: []
        )
        guard let stored else { return deletion(of: record, site.onDelete) }
        let document = try stored.record.document.object()
        if site.onInactive == .delete, !Self.isActive(document) {
            return deletion(of: record, site.onDelete == .deactivate ? .delete : site.onDelete)
        }
        var user = try account(stored, in: store)
        if site.sendsPasswords {
            user["passwordHash"] = try store.passwordHash(of: stored.key).map(JSON.string)
        }
        if record.acknowledged < record.version { user["userId"] = Self.number(record) }
        return event(record, "user.upsert", user)
    }

    /// What an account should be, as things are now.
    func account(_ stored: StoredResource, in store: any StoreReading) throws -> JSONObject {
        let document = try stored.record.document.object()
        return account(
            stored.record,
            document,
            site.scope.followsGroups ? try store.allMemberships(of: stored.key) : [],
            managerName: try managerName(document, in: store)
        )
    }

    /// What the mapping reads of a user.
    func mapped(_ stored: StoredResource, in store: any StoreReading) throws -> JSONObject {
        let document = try stored.record.document.object()
        return document.completed(
            stored.record.externalId,
            site.mapping.readsGroups ? try store.allMemberships(of: stored.key) : [],
            try managerName(document, in: store)
        )
    }

    /// The name of a user's manager, where something is made of it: it is kept with the manager.
    private func managerName(
        _ document: JSONObject,
        in store: any StoreReading
    ) throws -> String? {
        guard site.mapping.readsManagerName,
            let enterprise = document[Schema.enterpriseUser.id]?.object,
            let id = enterprise["manager"]?.object?["value"]?.string
        else { return nil }
        let manager = try store.fetch(id, type: .user, domain: site.domain, loading: [])
        let name = try manager?.record.document.object()
        return name?["displayName"]?.string ?? name?["userName"]?.string
    }

    /// The number of the account that is known to be the user's: the site need not know it yet.
    private static func number(_ record: DeliveryRecord?) -> JSON? {
        (record?.account).flatMap { Int64($0.id) }.map(JSON.integer)
    }

    /// The question whether WordPress would take an account, before it is stored.
    ///
    /// Roles are left out: which groups it is in does not change by this. `known` says what the
    /// site has of the user; `nil` for nothing.
    func question(_ record: ResourceRecord, _ known: DeliveryRecord?) throws -> JSONObject {
        var user = account(record, try record.document.object(), [])
        for name in ["roles", "managedRoles", "sites"] { user[name] = nil }
        return question(record.id, user, known)
    }

    /// The question whether WordPress would let go of an account.
    func question(deactivating record: ResourceRecord, _ known: DeliveryRecord?) -> JSONObject {
        question(record.id, ["scimId": .string(record.id), "active": false], known)
    }

    private func question(
        _ id: String,
        _ user: JSONObject,
        _ known: DeliveryRecord?
    ) -> JSONObject {
        var user = user
        user["userId"] = Self.number(known)
        return ["id": .string("\(id):validate"), "type": "user.validate", "user": .object(user)]
    }

    /// Whether somebody is to get in: what was made unassigned is not active either.
    static func isActive(_ document: JSONObject) -> Bool { document["active"] == true }

    private func account(
        _ record: ResourceRecord,
        _ document: JSONObject,
        _ groups: [Membership],
        managerName: String? = nil
    ) -> JSONObject {
        var user: JSONObject = ["scimId": .string(record.id)]
        user["externalId"] = record.externalId.map(JSON.string) ?? .null
        user["userName"] = document["userName"] ?? .null
        user["onUnfit"] = .string(site.unfitLogins.rawValue)
        let desired = site.mapping.desired(
            document: document,
            externalId: record.externalId,
            groups: groups,
            managerName: managerName
        )
        for member in desired.members.members { user[member.name] = member.value }
        user["active"] = .bool(Self.isActive(document))
        addRoles(to: &user, groups)
        return user
    }

    private func addRoles(to user: inout JSONObject, _ groups: [Membership]) {
        // Where nothing is said the plugin leaves alone what it has given as well.
        if site.isManagingRoles {
            let managed = site.rules.roles(on: nil)
            let role = site.rules.role(on: nil, in: groups)
            user["roles"] = .array(role.map { [.string($0)] } ?? [])
            user["managedRoles"] = .array(managed.map(JSON.string))
        }
        if !site.isManagingBlogs { return }
        let blogs = site.rules.blogs
        user["sites"] = .object(
            JSONObject(
                blogs.map { blog in
                    let role = site.rules.role(on: blog, in: groups)
                    return .init(name: String(blog), value: role.map(JSON.string) ?? .null)
                }
            )
        )
    }

    private func deletion(
        of record: DeliveryRecord,
        _ deletion: WordPressSite.Deletion
    ) -> JSONObject {
        var user: JSONObject = ["scimId": .string(record.resource)]
        user["userId"] = Self.number(record)
        var event = event(record, "user.delete", user)
        event["mode"] = "delete"
        switch deletion {
        case .keepingContent: event["keepContent"] = true
        case .delete: break
        case .reassign(let login): event["reassign"] = .string(login)
        case .deactivate: event["mode"] = "deactivate"
        }
        return event
    }

    private func event(
        _ record: DeliveryRecord,
        _ type: String,
        _ user: JSONObject
    ) -> JSONObject {
        [
            "id": .string("\(record.resource):\(record.version)"), "type": .string(type),
            "version": .integer(record.version), "user": .object(user),
        ]
    }
}
