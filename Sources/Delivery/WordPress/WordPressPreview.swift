import Directory
import SCIM

/// What a site's account would be, without changing it.
package struct WordPressPreview {
    private let directory: Directory
    private let receiver: Receiver
    private let site: WordPressSite
    private let desk: WordPressDesk

    package init(
        directory: Directory,
        receiver: Receiver,
        site: WordPressSite,
        desk: WordPressDesk
    ) {
        self.directory = directory
        self.receiver = receiver
        self.site = site
        self.desk = desk
    }

    /// Of a user who is in the directory.
    ///
    /// - Returns: The plugin's result: `status`, and `before` and `after` by field.
    /// - Throws: 404; `WordPressDesk.Failure`.
    package func ofUser(_ id: String) throws -> JSONObject {
        let event = try directory.read { store -> JSONObject in
            guard try store.fetch(id, type: .user, domain: site.domain, loading: []) != nil else {
                throw SCIMError.notFound("there is no User with the id \(id)")
            }
            return try self.event(of: id, in: store)
        }
        return try desk.preview(event)
    }

    /// How the accounts of some users would differ, as the site says.
    ///
    /// - Parameter differences: As far as they are known here; accounts that would go are not asked
    ///   about.
    /// - Returns: In the same order.
    /// - Throws: `WordPressDesk.Failure`, a failure of the store.
    package func asked(_ differences: [AccountDifference]) throws -> [AccountDifference] {
        let events = try directory.read { store -> [JSONObject?] in
            try differences.map { difference in
                let event = try self.event(of: difference.resource, in: store)
                return event["type"] == "user.upsert" ? event : nil
            }
        }
        var results = try desk.preview(events.compactMap(\.self))[...]
        return zip(differences, events).map { difference, event in
            guard event != nil, let result = results.popFirst() else { return difference }
            return AccountDifference(difference.resource, result)
        }
    }

    /// What would be sent of a user next.
    private func event(of id: String, in store: any StoreReading) throws -> JSONObject {
        let known = try store.deliveries(to: receiver.id, .of([id]), limit: 1).first
        let record = DeliveryRecord(
            resource: id,
            type: ResourceType.user.name,
            version: (known?.version ?? 0) + 1,
            account: known?.account
        )
        return try AccountEvent(site: site).event(for: record, in: store)
    }

    /// Of a user as a client would send one: whoever has the `userName` already, or somebody new.
    ///
    /// - Throws: `invalidValue` and the like for what no client could send;
    ///   `WordPressDesk.Failure`.
    package func ofResource(_ json: JSON) throws -> JSONObject {
        let sent = try SentResource(json, type: .user)
        let event = try directory.read { store -> JSONObject in
            let known = try user(named: json.object?.value(named: "userName")?.string, in: store)
            let id = known?.id ?? "preview"
            let record = ResourceRecord(
                id: id,
                type: .user,
                created: known?.record.created ?? Instant(microseconds: 0),
                modified: known?.record.modified ?? Instant(microseconds: 0),
                version: 1,
                document: Document(
                    try ResourceType.user.completed(sent.document(id: id), for: .creation)
                ),
                externalId: sent.externalId,
                domain: site.domain
            )
            var stored = StoredResource(key: known?.key ?? 0, record: record)
            stored.memberships = []
            return [
                "id": "preview",
                "user": .object(try AccountEvent(site: site).account(stored, in: store)),
            ]
        }
        return try desk.preview(event)
    }

    private func user(
        named name: String?,
        in store: any StoreReading
    ) throws -> StoredResource? {
        guard let name else { return nil }
        let filter = Filter.comparison(AttributePath(attribute: "userName"), .eq, .string(name))
        let query = Query(
            type: .user,
            predicate: try filter.bound(to: .user),
            count: 1,
            parts: [],
            domain: site.domain,
            links: directory.links
        )
        return try store.search(query).resources.first
    }
}
