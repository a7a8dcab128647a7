import Directory
import SCIM

/// Sends Standard Webhooks, one event a call.
package struct WebhookCarrier: Carrier {
    private let webhook: Webhook
    private let types: ResourceTypes

    package init(_ webhook: Webhook, types: ResourceTypes) {
        self.webhook = webhook
        self.types = types
    }

    package var batchMax: Int { 1 }

    private static let milliseconds = 15_000

    package func shipment(
        _ records: [DeliveryRecord],
        in store: any StoreReading,
        at now: Instant
    ) throws -> Shipment {
        guard let record = records.first, let type = types.named(record.type) else {
            return Shipment(call: nil, records: [], skipped: records.map { settled($0, nil) })
        }
        let stored = try store.fetch(
            record.resource,
            type: type,
            domain: webhook.domain,
            loading: []
        )
        let document = try stored?.record.document.object()
        guard let kind = kind(record, type, document), webhook.wants(kind) else {
            let active = document.map(AccountEvent.isActive)
            return Shipment(call: nil, records: [], skipped: [settled(record, active)])
        }
        let body = JSON.object([
            "type": .string(kind), "timestamp": .string((stored?.record.modified ?? now).text),
            "data": .object(data(record, type, stored)),
        ]).text
        let call = Call(
            url: webhook.url,
            headers: ["Content-Type: application/json"]
                + Signature(
                    of: body,
                    message: "\(record.resource):\(record.version):\(kind)",
                    [webhook.secret],
                    at: now
                ).headers + webhook.headers,
            body: body,
            connectTo: webhook.connectTo,
            milliseconds: Self.milliseconds
        )
        let settlement = settled(record, document.map(AccountEvent.isActive))
        return Shipment(call: call, records: [record], whenHeard: [settlement])
    }

    private func settled(_ record: DeliveryRecord, _ active: Bool?) -> Settlement {
        Settlement(
            resource: record.resource,
            version: record.version,
            outcome: .done(account: nil, active: active)
        )
    }

    /// What has become of a resource since the receiver was last told; `nil` for one that has come
    /// and gone meanwhile.
    private func kind(
        _ record: DeliveryRecord,
        _ type: ResourceType,
        _ document: JSONObject?
    ) -> String? {
        let name = type.name.lowercased()
        guard let document else { return record.acknowledged == 0 ? nil : "\(name).deleted" }
        if record.acknowledged == 0 { return "\(name).created" }
        if type.coreAttribute(named: "active") != nil, let was = record.active {
            let isActive = AccountEvent.isActive(document)
            if was != isActive { return isActive ? "\(name).reactivated" : "\(name).deactivated" }
        }
        return "\(name).updated"
    }

    /// The resource without its members, of which there may be very many.
    private func data(
        _ record: DeliveryRecord,
        _ type: ResourceType,
        _ stored: StoredResource?
    ) -> JSONObject {
        var data = (try? stored?.record.document.object()) ?? ["id": .string(record.resource)]
        data["externalId"] = stored?.record.externalId.map(JSON.string)
        var meta: JSONObject = ["resourceType": .string(type.name)]
        if let stored {
            meta["created"] = .string(stored.record.created.text)
            meta["lastModified"] = .string(stored.record.modified.text)
            meta["version"] = .string(stored.tag)
        }
        data["meta"] = .object(meta)
        return data
    }

    package func verdict(_ result: CallResult, on shipment: Shipment) -> Verdict {
        switch result {
        case .answered(200..<300, _):
            return .heard(shipment.whenHeard)
        // Standard Webhooks: the receiver wants no more.
        case .answered(410, _): return .rejected(Problem(code: "gone", message: "it answered 410"))
        case .answered(let status, _):
            return .unclear(Problem(code: "status", message: "it answered \(status)"))
        case .late: return .unclear(Problem(code: "late", message: "it took too long"))
        case .unreachable(let reason):
            return .unreachable(Problem(code: "unreachable", message: reason))
        case .impossible(let reason):
            return .unreachable(Problem(code: "no_curl", message: reason))
        }
    }
}
