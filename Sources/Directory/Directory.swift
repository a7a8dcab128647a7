import JSONText
import SCIM

/// The use cases: what can be done with resources (RFC 7644 §3).
///
/// Every change runs in one transaction of the store, with its audit entry and its outbox event.
package struct Directory {
    package let store: any Store
    package let limits: Limits
    private let now: @Sendable () -> Instant

    /// - Parameters:
    ///   - store: Holds the resources, the audit trail and the outbox.
    ///   - limits: The bounds on what a client may send.
    ///   - now: The clock.
    package init(
        store: any Store,
        limits: Limits = .standard,
        now: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.limits = limits
        self.now = now
    }

    // MARK: Reading

    /// - Throws: 404 when there is no such resource.
    package func read(
        _ id: String,
        type: ResourceType,
        client: Token,
        loading parts: ResourceParts
    ) throws(SCIMError) -> StoredResource {
        let found = try store.fetch(
            id,
            type: type,
            domain: client.domain,
            loading: parts.union(.memberships)
        )
        guard let found else { throw Self.notFound(id, type) }
        return found
    }

    package func search(_ query: Query) throws(SCIMError) -> Page {
        try store.search(query)
    }

    // MARK: Changing

    /// Creates a resource (RFC 7644 §3.3).
    ///
    /// `body` is what was sent, after the profile's rewrites.
    ///
    /// - Returns: The new resource, or with `restoring` the one that there was already.
    /// - Throws: `invalidSyntax`, `invalidValue`; 409 `uniqueness`.
    package func create(
        _ body: JSON,
        type: ResourceType,
        restoring: Restoring = .nothing,
        caller: Caller
    ) throws(SCIMError) -> StoredResource {
        let state = try State(type.canonical(body), type: type)
        let instant = now()
        var record = ResourceRecord(
            id: ResourceID.new(at: instant),
            type: type,
            created: instant,
            modified: instant,
            version: 1,
            document: [:],
            externalId: state.externalId,
            domain: caller.token.domain
        )
        record.document = try type.completed(state.document(id: record.id), for: .creation)
        let password = try state.passwordHash(limits)
        return try store.write { transaction throws(SCIMError) in
            if restoring == .deactivated,
                let stored = try deactivated(like: record, in: transaction)
            {
                return try restore(
                    stored,
                    as: record,
                    password: password,
                    caller,
                    in: transaction
                )
            }
            let key = try transaction.insert(record)
            if let password { try transaction.setPassword(password, of: key) }
            let added = try Self.addMembers(
                state.members ?? [],
                to: key,
                record,
                in: transaction
            )
            let change = Change(
                key: key,
                old: nil,
                new: record,
                added: added,
                removed: [],
                passwordChanged: password != nil
            )
            try change.journal(.create, caller, in: transaction)
            // What has no members is known already; members have types that only the store knows.
            guard added.isEmpty else { return try Self.fetch(record, caller, in: transaction) }
            return StoredResource(record, key: key, document: JSON.object(record.document).text)
        }
    }

    /// Replaces a resource (RFC 7644 §3.5.1).
    ///
    /// What the client leaves out is cleared, except the password and attributes that have a
    /// default.
    ///
    /// - Throws: 404, 412, `mutability` for another value of an immutable attribute, and what
    ///   `create` throws.
    package func replace(
        _ id: String,
        with body: JSON,
        type: ResourceType,
        preconditions: Preconditions,
        caller: Caller
    ) throws(SCIMError) -> StoredResource {
        let state = try State(type.canonical(body), type: type)
        let password = try state.passwordHash(limits)
        return try store.write { transaction throws(SCIMError) in
            let stored = try Self.fetch(id, type, preconditions, caller, in: transaction)
            let old = try stored.record(domain: caller.token.domain)
            var new = old
            new.externalId = state.externalId
            new.document = try type.completed(
                try Self.keepingOmitted(state.document(id: id), old.document, type),
                for: .change
            )
            let changes = type.membership.map { _ in [MemberChange.replace(state.members ?? [])] }
            try save(
                stored,
                old,
                &new,
                password: password,
                memberChanges: changes ?? [],
                action: .replace,
                caller,
                in: transaction
            )
            return try Self.saved(
                stored,
                old,
                new,
                caller,
                in: transaction,
                loading: [.memberships, .members]
            )
        }
    }

    /// Applies a PATCH request (RFC 7644 §3.5.2), all or nothing.
    ///
    /// `parts` is what the answer will show.
    ///
    /// - Throws: 404, 412, and what `Patch.apply` throws.
    package func modify(
        _ id: String,
        by operations: [PatchOperation],
        with patch: Patch,
        preconditions: Preconditions,
        caller: Caller,
        loading parts: ResourceParts
    ) throws(SCIMError) -> StoredResource {
        let type = patch.type
        return try store.write { transaction throws(SCIMError) in
            let stored = try Self.fetch(id, type, preconditions, caller, in: transaction)
            let old = try stored.record(domain: caller.token.domain)
            var before = old.document
            before["externalId"] = old.externalId.map(JSON.string)
            let outcome = try patch.apply(operations, to: before)
            let state = State(outcome.resource, type: type)
            var new = old
            new.externalId = state.externalId
            new.document = try type.completed(state.document(id: id), for: .change)
            try save(
                stored,
                old,
                &new,
                password: try state.passwordHash(limits),
                memberChanges: outcome.memberChanges,
                action: .modify,
                caller,
                in: transaction
            )
            return try Self.saved(stored, old, new, caller, in: transaction, loading: parts)
        }
    }

    /// Deletes a resource, its memberships and what refers to it (RFC 7644 §3.6).
    ///
    /// - Throws: 404, 412.
    package func delete(
        _ id: String,
        type: ResourceType,
        preconditions: Preconditions,
        caller: Caller
    ) throws(SCIMError) {
        try store.write { transaction throws(SCIMError) in
            let stored = try Self.fetch(id, type, preconditions, caller, in: transaction)
            let old = try stored.record(domain: caller.token.domain)
            for membership in stored.memberships {
                try leave(membership.group, id, caller, in: transaction)
            }
            try clearReferences(to: old, caller, in: transaction)
            try transaction.delete(stored.key, type: type)
            try Change(
                key: stored.key,
                old: old,
                new: nil,
                added: [],
                removed: [],
                passwordChanged: false
            ).journal(.delete, caller, at: now(), in: transaction)
        }
    }

    // MARK: Steps

    private static func notFound(_ id: String, _ type: ResourceType) -> SCIMError {
        .notFound("there is no \(type.name) with this id")
    }

    private static func fetch(
        _ id: String,
        _ type: ResourceType,
        _ preconditions: Preconditions,
        _ caller: Caller,
        in transaction: any StoreTransaction
    ) throws(SCIMError) -> StoredResource {
        let stored = try transaction.fetch(
            id,
            type: type,
            domain: caller.token.domain,
            loading: .memberships
        )
        guard let stored else { throw notFound(id, type) }
        try preconditions.checkChange(of: stored.tag)
        return stored
    }

    private static func fetch(
        _ record: ResourceRecord,
        _ caller: Caller,
        in transaction: any StoreTransaction,
        loading parts: ResourceParts = [.memberships, .members]
    ) throws(SCIMError) -> StoredResource {
        let stored = try transaction.fetch(
            record.id,
            type: record.type,
            domain: caller.token.domain,
            loading: parts.union(.memberships)
        )
        guard let stored else { throw notFound(record.id, record.type) }
        return stored
    }

    /// The resource after `save`, read again only where members are asked for: all else is known,
    /// the memberships from before, because a change leaves those alone.
    static func saved(
        _ stored: StoredResource,
        _ old: ResourceRecord,
        _ new: ResourceRecord,
        _ caller: Caller,
        in transaction: any StoreTransaction,
        loading parts: ResourceParts
    ) throws(SCIMError) -> StoredResource {
        if parts.contains(.members), new.type.membership != nil {
            return try fetch(new, caller, in: transaction, loading: parts)
        }
        if new.version == stored.version { return stored }
        let text =
            old.document == new.document ? stored.document : JSON.object(new.document).text
        return StoredResource(
            new,
            key: stored.key,
            document: text,
            memberships: stored.memberships
        )
    }

    /// Takes over from the stored document what a PUT must not clear by leaving it out, and
    /// refuses other values of immutable attributes (RFC 7644 §3.5.1).
    private static func keepingOmitted(
        _ document: JSONObject,
        _ old: JSONObject,
        _ type: ResourceType
    ) throws(SCIMError) -> JSONObject {
        var kept = document
        for attribute in type.schema.attributes where attribute.source == .document {
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

    /// Writes what differs, with audit entry and event; nothing when nothing does.
    func save(
        _ stored: StoredResource,
        _ old: ResourceRecord,
        _ new: inout ResourceRecord,
        password: String?,
        memberChanges: [MemberChange],
        action: AuditEntry.Action,
        _ caller: Caller,
        in transaction: any StoreTransaction
    ) throws(SCIMError) {
        let instant = Instant(
            microseconds: max(now().microseconds, old.modified.microseconds)
        )
        var membership = MembershipDifference()
        for change in memberChanges {
            let (came, went) = try apply(
                change,
                to: stored.key,
                old,
                at: instant,
                in: transaction
            )
            membership.note(added: came, removed: went)
        }
        let (added, removed) = (membership.added, membership.removed)
        let isChanged =
            old.document != new.document || old.externalId != new.externalId || password != nil
            || !added.isEmpty || !removed.isEmpty
        guard isChanged else { return }
        new.version += 1
        new.modified = instant
        try transaction.update(stored.key, from: old, to: new)
        if let password { try transaction.setPassword(password, of: stored.key) }
        try Change(
            key: stored.key,
            old: old,
            new: new,
            added: added,
            removed: removed,
            passwordChanged: password != nil
        ).journal(action, caller, in: transaction)
    }

    private static func addMembers(
        _ ids: [String],
        to key: Int64,
        _ group: ResourceRecord,
        in transaction: any StoreTransaction
    ) throws(SCIMError) -> [String] {
        if ids.isEmpty { return [] }
        if ids.contains(where: { $0.isIdenticalText(to: group.id) }) {
            throw .invalidValue("members: a group cannot be a member of itself")
        }
        return try transaction.addMembers(ids, to: key, at: group.modified)
    }

    private func apply(
        _ change: MemberChange,
        to key: Int64,
        _ group: ResourceRecord,
        at instant: Instant,
        in transaction: any StoreTransaction
    ) throws(SCIMError) -> (added: [String], removed: [String]) {
        var record = group
        record.modified = instant
        switch change {
        case .add(let ids):
            return (try Self.addMembers(ids, to: key, record, in: transaction), [])
        case .remove(let ids): return ([], try transaction.removeMembers(ids, from: key))
        case .removeAll:
            let all = try members(of: record, in: transaction)
            return ([], try transaction.removeMembers(all.map(\.id), from: key))
        case .removeMatching(let predicate):
            let selected = try members(of: record, in: transaction)
                .filter { predicate.matches(element: $0.json(base: "")) }
            return ([], try transaction.removeMembers(selected.map(\.id), from: key))
        case .replace(let ids):
            // By difference: members that stay are not touched.
            let wanted = Set(ids)
            let old = Set(try members(of: record, in: transaction).map(\.id))
            let removed = try transaction.removeMembers(
                old.subtracting(wanted).sorted(),
                from: key
            )
            let added = try Self.addMembers(
                ids.filter { !old.contains($0) },
                to: key,
                record,
                in: transaction
            )
            return (added, removed)
        }
    }

    private func members(
        of group: ResourceRecord,
        in transaction: any StoreTransaction
    ) throws(SCIMError) -> [Member] {
        try transaction.fetch(
            group.id,
            type: group.type,
            domain: group.domain,
            loading: .members
        )?.members ?? []
    }

    /// Takes a resource that is about to go out of a group.
    private func leave(
        _ group: String,
        _ member: String,
        _ caller: Caller,
        in transaction: any StoreTransaction
    ) throws(SCIMError) {
        let stored = try transaction.fetch(
            group,
            type: .group,
            domain: caller.token.domain,
            loading: .memberships
        )
        guard let stored else { return }
        let old = try stored.record(domain: caller.token.domain)
        var new = old
        try save(
            stored,
            old,
            &new,
            password: nil,
            memberChanges: [.remove([member])],
            action: .modify,
            caller,
            in: transaction
        )
    }

    /// Clears attributes that refer to a resource that is about to go, such as `manager`.
    private func clearReferences(
        to gone: ResourceRecord,
        _ caller: Caller,
        in transaction: any StoreTransaction
    ) throws(SCIMError) {
        for type in ResourceType.all {
            for reference in type.references(to: gone.type) {
                guard let value = reference.attribute?.subAttribute(named: "value") else {
                    continue
                }
                let query = Query(
                    type: type,
                    predicate: .comparison(reference.sub(value), .eq, .text(gone.id)),
                    count: .max,
                    parts: .memberships,
                    domain: caller.token.domain,
                    base: ""
                )
                for stored in try transaction.search(query).resources {
                    let old = try stored.record(domain: caller.token.domain)
                    var new = old
                    new.document = try type.completed(
                        old.document.removing(reference, in: type),
                        for: .change
                    )
                    try save(
                        stored,
                        old,
                        &new,
                        password: nil,
                        memberChanges: [],
                        action: .modify,
                        caller,
                        in: transaction
                    )
                }
            }
        }
    }
}

extension StoredResource {
    /// The resource of a record; `document` is the record's document as text.
    fileprivate init(
        _ record: ResourceRecord,
        key: Int64,
        document: [UInt8],
        memberships: [Membership] = []
    ) {
        self.init(
            key: key,
            id: record.id,
            type: record.type,
            created: record.created,
            modified: record.modified,
            version: record.version,
            document: document,
            externalId: record.externalId,
            memberships: memberships
        )
    }

    func record(domain: String) throws(SCIMError) -> ResourceRecord {
        ResourceRecord(
            id: id,
            type: type,
            created: created,
            modified: modified,
            version: version,
            document: try documentObject(),
            externalId: externalId,
            domain: domain
        )
    }
}
