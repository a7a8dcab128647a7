import SCIM

/// A change that is being committed, for the audit trail and the outbox.
struct Change {
    let key: Int64
    /// `nil` when the resource is new.
    let old: ResourceRecord?
    /// `nil` when the resource goes.
    let new: ResourceRecord?
    let added: [String]
    let removed: [String]
    let passwordChanged: Bool

    func journal(
        _ action: AuditEntry.Action,
        _ caller: Caller,
        at instant: Instant? = nil,
        in transaction: any StoreTransaction
    ) throws(SCIMError) {
        guard let record = new ?? old else { return }
        // A deletion is a version of its own: receivers go by the highest they have seen.
        let version = new == nil ? record.version + 1 : record.version
        let at = instant ?? record.modified
        try transaction.append(
            AuditEntry(
                at: at,
                requestID: caller.requestID,
                tokenID: caller.token.id,
                client: caller.token.name,
                action: action,
                type: record.type.name,
                id: record.id,
                version: version,
                detail: detail(caller)
            )
        )
        try transaction.append(
            OutboxEvent(
                at: at,
                name: "\(record.type.name.lowercased()).\(eventName)",
                type: record.type.name,
                id: record.id,
                version: version,
                data: data
            )
        )
    }

    private var eventName: String {
        guard let new else { return "deleted" }
        guard let old else { return "created" }
        switch (old.document["active"], new.document["active"]) {
        case (true, false): return "deactivated"
        case (false, true): return "reactivated"
        default: return "updated"
        }
    }

    private func detail(_ caller: Caller) -> JSONObject {
        var detail: JSONObject = ["attributes": .array(changedNames.map(JSON.string))]
        if !added.isEmpty { detail["added"] = .integer(Int64(added.count)) }
        if !removed.isEmpty { detail["removed"] = .integer(Int64(removed.count)) }
        if !caller.rewrites.isEmpty {
            detail["rewrites"] = .array(caller.rewrites.map(JSON.string))
        }
        return detail
    }

    private var changedNames: [String] {
        let before = old?.document ?? [:]
        let after = new?.document ?? [:]
        var changed: [String] = []
        for member in after.members where before[member.name] != member.value {
            changed.append(member.name)
        }
        for member in before.members where after[member.name] == nil { changed.append(member.name) }
        changed.removeAll { $0 == "schemas" || $0 == "id" }
        if old?.externalId != new?.externalId { changed.append("externalId") }
        if passwordChanged { changed.append("password") }
        if !added.isEmpty || !removed.isEmpty { changed.append("members") }
        return changed
    }

    private var data: JSONObject {
        var data = JSONObject()
        if new == nil, let old {
            var last = old.document
            last["externalId"] = old.externalId.map(JSON.string)
            data["resource"] = .object(last)
        }
        if !added.isEmpty { data["added"] = .array(added.map(JSON.string)) }
        if !removed.isEmpty { data["removed"] = .array(removed.map(JSON.string)) }
        return data
    }
}
