import SCIM

/// Writing what was decided.
extension Work {
    /// Writes a draft, with its journal entries; nothing when it changes nothing.
    ///
    /// - Returns: The resource as it is now, without its members; one that was deleted as it was.
    /// - Throws: A failure of the store: `moved` when the resource is not the one that the draft
    ///   was made of.
    func commit(_ draft: Draft, in transaction: any StoreTransaction) throws -> StoredResource {
        guard let after = draft.after else {
            guard let before = draft.before else { preconditionFailure("a draft of nothing") }
            try delete(before, in: transaction)
            return before
        }
        guard let before = draft.before else { return try insert(after, draft, in: transaction) }
        guard draft.changesAnything else { return before }
        try transaction.update(before.key, from: before.record, to: after)
        try writeParts(of: before.key, draft, at: after.modified, in: transaction)
        try note([entry(draft, after)], in: transaction)
        return StoredResource(key: before.key, record: after, memberships: before.memberships)
    }

    private func insert(
        _ record: ResourceRecord,
        _ draft: Draft,
        in transaction: any StoreTransaction
    ) throws -> StoredResource {
        let key = try transaction.insert(record)
        try writeParts(of: key, draft, at: record.created, in: transaction)
        try note([entry(draft, record)], in: transaction)
        return StoredResource(key: key, record: record)
    }

    private func writeParts(
        of key: Int64,
        _ draft: Draft,
        at instant: Instant,
        in transaction: any StoreTransaction
    ) throws {
        if let hash = draft.passwordHash { try transaction.setPassword(hash, of: key) }
        if draft.membership.isEmpty { return }
        try transaction.removeMembers(draft.membership.removed, from: key)
        try transaction.addMembers(draft.membership.added, to: key, at: instant)
    }

    /// Deletes a resource, and says of each that this changes that it was changed.
    private func delete(_ stored: StoredResource, in transaction: any StoreTransaction) throws {
        let type = stored.type
        let document = try stored.record.document.object()
        let display = type === ResourceType.user ? document.displayedName : nil
        let members = type.membership == nil ? [] : try transaction.memberIDs(of: stored.key, .all)
        var entries: [JournalEntry] = []
        for touched in try transaction.leaveAll(stored.key, types: types, at: now) {
            entries.append(
                entry(touched, ["attributes": ["members"], "removed": 1])
            )
        }
        for (type, reference) in types.references(to: type) {
            let name = JSON.string(reference.shortName)
            for touched in try transaction.clear(reference, of: type, to: stored.id, at: now) {
                entries.append(entry(touched, ["attributes": [name]]))
            }
        }
        try transaction.delete(stored.key, type: type)
        entries.append(
            JournalEntry(
                at: now,
                requestID: caller.requestID,
                actor: caller.actor,
                action: .delete,
                // A deletion is a version of its own: receivers go by the highest they have seen.
                subject: try stored.record.subject(version: stored.record.version + 1),
                concerned: members,
                detail: detail(display.map { ["display": .string($0)] } ?? [:])
            )
        )
        try note(entries, in: transaction)
    }

    /// Writes what was done into the journal, and down for the receivers whom it concerns.
    ///
    /// All came with one request; the last of them is what it asked for.
    private func note(_ entries: [JournalEntry], in transaction: any StoreTransaction) throws {
        var entries = entries
        if let request = caller.request {
            let trace = request.trace(at: clock())
            for index in entries.indices { entries[index].request = trace }
        }
        try transaction.append(entries)
        try transaction.announce(Announcement(entries, types: types), at: now)
    }

    private func entry(_ touched: Touched, _ what: JSONObject) -> JournalEntry {
        JournalEntry(
            at: now,
            requestID: caller.requestID,
            actor: caller.actor,
            action: .modify,
            subject: .init(
                type: touched.type,
                id: touched.id,
                name: touched.name,
                version: touched.version
            ),
            detail: detail(what)
        )
    }

    private func entry(_ draft: Draft, _ after: ResourceRecord) throws -> JournalEntry {
        let (added, removed) = (draft.membership.added, draft.membership.removed)
        let before = try draft.before?.record.document.object() ?? [:]
        let document = try after.document.object()
        var what: JSONObject = [
            "attributes": .array(try changedNames(draft, after).map(JSON.string))
        ]
        if before["active"] != document["active"] { what["active"] = document["active"] ?? .null }
        if !added.isEmpty { what["added"] = .integer(Int64(added.count)) }
        if !removed.isEmpty { what["removed"] = .integer(Int64(removed.count)) }
        if after.type === ResourceType.user, let display = document.displayedName {
            what["display"] = .string(display)
        }
        if let omission = caller.request?.omission { what["bodyBytes"] = omission }
        if let stored = draft.before {
            what = try changes(draft, stored, after, document).added(to: what)
        }
        return JournalEntry(
            at: after.modified,
            requestID: caller.requestID,
            actor: caller.actor,
            action: draft.action,
            subject: try after.subject(version: after.version),
            concerned: added + removed,
            detail: detail(what)
        )
    }

    private func detail(_ what: JSONObject) -> JSONObject {
        if caller.rewrites.isEmpty { return what }
        var detail = what
        detail["rewrites"] = .array(caller.rewrites.map(JSON.string))
        return detail
    }

    /// With the values before and after.
    private func changes(
        _ draft: Draft,
        _ before: StoredResource,
        _ after: ResourceRecord,
        _ document: JSONObject
    ) throws -> AttributeChanges {
        var changes = AttributeChanges(of: after.type, limits: limits)
        if draft.documentChanges { changes.note(try before.record.document.object(), document) }
        changes.note(externalId: before.record.externalId, after.externalId)
        if draft.password != nil { changes.note(secret: "password", false, true) }
        changes.note(members: "members", draft.membership)
        return changes
    }

    private func changedNames(_ draft: Draft, _ record: ResourceRecord) throws -> [String] {
        let before = try draft.before?.record.document.object() ?? [:]
        let after = try record.document.object()
        var changed: [String] = []
        if draft.documentChanges {
            changed = after.changedNames(from: before)
            changed.removeAll { $0 == "schemas" || $0 == "id" }
        }
        if draft.before?.record.externalId != record.externalId { changed.append("externalId") }
        if draft.password != nil { changed.append("password") }
        if !draft.membership.isEmpty { changed.append("members") }
        return changed
    }
}

extension ResourceRecord {
    func subject(version: Int64) throws -> JournalEntry.Subject {
        let name = try type.naming.flatMap { try document.object()[$0.name]?.string }
        return .init(type: type.name, id: id, name: name ?? "", version: version)
    }
}
