import SCIM

/// Creating what there is already, deactivated.
extension Directory {
    /// The deactivated resource that a new one would be the same as.
    ///
    /// One whose `externalId` is known and another belongs to somebody else who had the same
    /// name: nobody is to get that account.
    func deactivated(
        like record: ResourceRecord,
        in transaction: any StoreTransaction
    ) throws(SCIMError) -> StoredResource? {
        var paths = record.type.schema.attributes
            .filter { $0.uniqueness == .server && $0.source == .document }
            .map { ($0.name, record.document[$0.name]?.string) }
        paths.append(("externalId", record.externalId))
        for case (let name, let value?) in paths {
            let filter = Filter.comparison(AttributePath(attribute: name), .eq, .string(value))
            let query = Query(
                type: record.type,
                predicate: try filter.bound(to: record.type),
                count: 2,
                parts: .memberships,
                domain: record.domain,
                base: ""
            )
            let found = try transaction.search(query).resources
            guard let stored = found.first else { continue }
            if let known = stored.externalId, let sent = record.externalId, known != sent {
                return nil
            }
            // What was made unassigned is not active either.
            let document = try stored.documentObject()
            let isActive =
                record.type.coreAttribute(named: "active") == nil || document["active"] == true
            return found.count == 1 && !isActive ? stored : nil
        }
        return nil
    }

    /// Gives a resource the state that was sent for a new one.
    func restore(
        _ stored: StoredResource,
        as record: ResourceRecord,
        password: String?,
        _ caller: Caller,
        in transaction: any StoreTransaction
    ) throws(SCIMError) -> StoredResource {
        let old = try stored.record(domain: record.domain)
        var new = old
        new.externalId = record.externalId ?? old.externalId
        new.document = record.document
        new.document["id"] = .string(stored.id)
        try save(
            stored,
            old,
            &new,
            password: password,
            memberChanges: [],
            action: .replace,
            caller,
            in: transaction
        )
        return try Self.saved(stored, old, new, caller, in: transaction, loading: .memberships)
    }
}
