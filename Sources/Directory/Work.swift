import SCIM

/// What one caller does: a request makes one command of it, and several commands can be one
/// transaction.
///
/// `draft` decides and writes nothing; `commit` writes, and decides nothing.
package struct Work {
    let caller: Caller
    let links: Links
    let limits: Limits
    /// Looked at between steps; where SQLite works, it looks itself.
    let budget: Budget
    let now: Instant
    /// For what has to be known at its end.
    let clock: @Sendable () -> Instant

    var types: ResourceTypes { links.types }

    // MARK: Deciding

    /// Finds out what a command would make of a resource.
    ///
    /// - Throws: What the client did wrong, as `SCIMError`; a failure of the store.
    func draft(_ command: Command, in store: any StoreReading) throws -> Draft {
        try budget.check()
        switch command {
        case .create(let sent, let restoring, let id):
            return try create(sent, restoring, id: id ?? ResourceID.new(at: now), in: store)
        case .replace(let id, let sent, let preconditions):
            return try replace(
                try fetch(id, sent.type, preconditions, in: store),
                with: sent,
                in: store
            )
        case .modify(let id, let operations, let patch, let preconditions):
            let stored = try fetch(id, patch.type, preconditions, in: store)
            return try modify(stored, by: operations, patch, in: store)
        case .delete(let id, let type, let preconditions):
            return Draft(
                .delete,
                before: try fetch(id, type, preconditions, in: store),
                after: nil
            )
        }
    }

    private func fetch(
        _ id: String,
        _ type: ResourceType,
        _ preconditions: Preconditions,
        in store: any StoreReading
    ) throws -> StoredResource {
        let stored = try store.fetch(
            id,
            type: type,
            domain: caller.domain,
            loading: .memberships
        )
        guard let stored else { throw SCIMError.notFound("there is no \(type.name) with this id") }
        try preconditions.check(for: stored.tag)
        return stored
    }

    private func create(
        _ sent: SentResource,
        _ restoring: Restoring,
        id: String,
        in store: any StoreReading
    ) throws -> Draft {
        let type = sent.type
        let record = ResourceRecord(
            id: id,
            type: type,
            created: now,
            modified: now,
            version: 1,
            document: Document(try type.completed(sent.document(id: id), for: .creation)),
            externalId: sent.externalId,
            domain: caller.domain
        )
        if restoring == .deactivated, let stored = try deactivated(like: record, in: store) {
            return try restore(stored, as: sent, in: store)
        }
        var membership = MembershipDifference()
        membership.note(added: try addable(sent.members ?? [], to: id))
        return Draft(
            .create,
            before: nil,
            after: record,
            membership: membership,
            password: sent.password
        )
    }

    private func replace(
        _ stored: StoredResource,
        with sent: SentResource,
        in store: any StoreReading
    ) throws -> Draft {
        var membership = MembershipDifference()
        if let members = sent.members {
            try apply(.replace(members), to: stored, &membership, in: store)
        }
        let old = try stored.record.document.object()
        let kept = try sent.type.keepingOmitted(sent.document(id: stored.id), old)
        return try changed(
            stored,
            .replace,
            document: try sent.type.completed(kept, for: .change),
            externalId: sent.externalId,
            membership,
            password: sent.password
        )
    }

    private func modify(
        _ stored: StoredResource,
        by operations: [PatchOperation],
        _ patch: Patch,
        in store: any StoreReading
    ) throws -> Draft {
        var resource = try stored.record.document.object()
        resource["externalId"] = stored.record.externalId.map(JSON.string)
        let outcome = try patch.apply(operations, to: resource)
        var membership = MembershipDifference()
        for change in outcome.memberChanges {
            try budget.check()
            try apply(change, to: stored, &membership, in: store)
        }
        let state = SentResource(canonical: outcome.resource, type: patch.type)
        return try changed(
            stored,
            .modify,
            document: try patch.type.completed(state.document(id: stored.id), for: .change),
            externalId: state.externalId,
            membership,
            password: state.password
        )
    }

    /// Gives a resource the state that was sent for a new one.
    private func restore(
        _ stored: StoredResource,
        as sent: SentResource,
        in store: any StoreReading
    ) throws -> Draft {
        try changed(
            stored,
            .replace,
            document: try sent.type.completed(sent.document(id: stored.id), for: .creation),
            externalId: sent.externalId ?? stored.record.externalId,
            MembershipDifference(),
            password: sent.password
        )
    }

    private func changed(
        _ stored: StoredResource,
        _ action: JournalEntry.Action,
        document: JSONObject,
        externalId: String?,
        _ membership: MembershipDifference,
        password: String?
    ) throws -> Draft {
        let documentChanges = try stored.record.document.object() != document
        var after = stored.record
        after.externalId = externalId
        after.version += 1
        after.modified = Instant(
            microseconds: max(now.microseconds, stored.record.modified.microseconds)
        )
        if documentChanges { after.document = Document(document) }
        return Draft(
            action,
            before: stored,
            after: after,
            documentChanges: documentChanges,
            membership: membership,
            password: password
        )
    }

    /// The deactivated resource that a new one would be the same as.
    ///
    /// One whose `externalId` is known and another belongs to somebody else who had the same
    /// name: nobody is to get that account.
    private func deactivated(
        like record: ResourceRecord,
        in store: any StoreReading
    ) throws -> StoredResource? {
        let document = try record.document.object()
        var sent = [("externalId", record.externalId)]
        if let naming = record.type.naming {
            sent.insert((naming.name, document[naming.name]?.string), at: 0)
        }
        for case (let name, let value?) in sent {
            let filter = Filter.comparison(AttributePath(attribute: name), .eq, .string(value))
            let query = Query(
                type: record.type,
                predicate: try filter.bound(to: record.type),
                count: 2,
                parts: .memberships,
                domain: record.domain,
                links: links
            )
            let found = try store.search(query).resources
            guard let stored = found.first else { continue }
            if let known = stored.record.externalId, let sent = record.externalId, known != sent {
                return nil
            }
            // What was made unassigned is not active either.
            let document = try stored.record.document.object()
            let isActive =
                record.type.coreAttribute(named: "active") == nil || document["active"] == true
            return found.count == 1 && !isActive ? stored : nil
        }
        return nil
    }
}

/// Membership.
extension Work {
    /// Notes what one change of a PUT or PATCH makes of a resource's members, after those before it.
    private func apply(
        _ change: MemberChange,
        to stored: StoredResource,
        _ difference: inout MembershipDifference,
        in store: any StoreReading
    ) throws {
        switch change {
        case .add(let ids):
            let old = try members(
                of: stored,
                among: try addable(ids, to: stored.id),
                difference,
                store
            )
            difference.note(added: ids.filter { !old.contains($0) })
        case .remove(let ids):
            let old = try members(of: stored, among: ids, difference, store)
            difference.note(removed: ids.filter(old.contains))
        case .removeAll:
            difference.note(removed: try members(of: stored, .all, difference, store))
        case .removeMatching(let predicate):
            let selection = MemberSelection.matching(predicate, links)
            difference.note(removed: try members(of: stored, selection, difference, store))
        case .replace(let ids):
            // By difference: members that stay are not touched.
            let wanted = Set(try addable(ids, to: stored.id))
            let old = try members(of: stored, .all, difference, store)
            difference.note(removed: old.filter { !wanted.contains($0) })
            let present = Set(old)
            difference.note(added: ids.filter { !present.contains($0) })
        }
    }

    private func addable(_ ids: [String], to id: String) throws -> [String] {
        if ids.contains(where: { $0.isIdenticalText(to: id) }) {
            throw SCIMError.invalidValue("members: a group cannot be a member of itself")
        }
        return ids
    }

    /// Those of the ids that are members after the steps so far.
    private func members(
        of stored: StoredResource,
        among ids: [String],
        _ difference: MembershipDifference,
        _ store: any StoreReading
    ) throws -> Set<String> {
        let unknown = ids.filter { difference.isMember($0) == nil }
        let stored =
            unknown.isEmpty ? [] : try store.memberIDs(of: stored.key, .among(unknown))
        return Set(stored + ids.filter { difference.isMember($0) == true })
    }

    /// The members that a selection picks after the steps so far.
    private func members(
        of stored: StoredResource,
        _ selection: MemberSelection,
        _ difference: MembershipDifference,
        _ store: any StoreReading
    ) throws -> [String] {
        let old = try store.memberIDs(of: stored.key, selection)
        if difference.isEmpty { return old }
        return old.filter { difference.isMember($0) != false }
            + (try matching(selection, difference.added, store))
    }

    /// Those of the new members, which the store does not have yet, that a selection picks.
    private func matching(
        _ selection: MemberSelection,
        _ added: [String],
        _ store: any StoreReading
    ) throws -> [String] {
        guard case .matching(let predicate, let links) = selection else { return added }
        return try added.filter { id in
            try budget.check()
            return try types.all.contains { type in
                let found = try store.fetch(id, type: type, domain: caller.domain, loading: [])
                return found != nil
                    && predicate.matches(element: Member(id: id, type: type.name).json(links))
            }
        }
    }
}

extension ResourceType {
    /// Takes over from the stored document what a PUT must not clear by leaving it out, and
    /// refuses other values of immutable attributes (RFC 7644 §3.5.1).
    fileprivate func keepingOmitted(
        _ document: JSONObject,
        _ old: JSONObject
    ) throws(SCIMError) -> JSONObject {
        var kept = document
        for attribute in schema.attributes where attribute.source == .document {
            guard let stored = old[attribute.name] else { continue }
            let sent = document[attribute.name]
            if attribute.mutability == .immutable, let sent, sent != stored {
                throw .mutability("\(attribute.name) is immutable")
            }
            if sent == nil, attribute.mutability == .immutable || attribute.defaultValue != nil {
                kept[attribute.name] = stored
            }
        }
        return kept
    }
}
