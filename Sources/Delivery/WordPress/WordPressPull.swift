import Directory
import JSONText
import SCIM

/// Hands WordPress what is due when its plugin asks, where calls from here cannot be made.
package struct WordPressPull {
    private let directory: Directory
    private let now: () -> Instant

    private static let limitMax = 50
    /// How far the two clocks may be apart, in seconds.
    private static let clockSecondsMax: Int64 = 300

    package init(directory: Directory, now: @escaping () -> Instant) {
        self.directory = directory
        self.now = now
    }

    /// Notes what the plugin has done, and answers what is due now.
    ///
    /// - Parameters:
    ///   - body: `{"acknowledge": […], "limit": 50}`.
    ///   - field: The value of a header field.
    /// - Returns: The body of an answer, and the fields that sign it.
    /// - Throws: 401 for anybody but the receiver; `invalidSyntax`; 503.
    package func answer(
        _ body: [UInt8],
        field: (String) -> String?
    ) throws(SCIMError) -> (body: [UInt8], fields: [(name: String, value: String)]) {
        let (receiver, site) = try authenticated(body, field)
        // By it, no other signed message of the two sides is taken for a question.
        guard let request = (try? JSON(parsing: body))?.object,
            let results = request["acknowledge"]?.array
        else { throw .invalidSyntax("the body is no JSON object with what is acknowledged") }
        try acknowledge(results, receiver)
        let limit = min(max(Int(request["limit"]?.integer ?? 50), 1), Self.limitMax)
        let answer = try due(receiver, site, limit)
        let text = JSON.object(answer).text
        return (text, Signature(of: text, site.secrets, at: now()).fields)
    }

    private func authenticated(
        _ body: [UInt8],
        _ field: (String) -> String?
    ) throws(SCIMError) -> (Receiver, WordPressSite) {
        let refusal = SCIMError(
            status: 401,
            detail: "the signature is missing, wrong or stale; the clock here says \(now().text)"
        )
        guard let name = field("roster-receiver"), let id = field("webhook-id"),
            let timestamp = field("webhook-timestamp").flatMap({ Int64($0) }),
            let signatures = field("webhook-signature")
        else { throw refusal }
        let receivers = try directory.read { store -> [Receiver] in try store.receivers() }
        let receiver = receivers.first { receiver in
            receiver.kind == .wordpress && receiver.name.equalsIgnoringASCIICase(name)
        }
        guard let receiver else { throw refusal }
        let site = try WordPressSite(receiver)
        // No difference is computed: anybody can name a time that is too far away for one.
        let clock = now().microseconds / 1_000_000
        let isFresh = (clock - Self.clockSecondsMax...clock + Self.clockSecondsMax)
            .contains(timestamp)
        guard isFresh,
            site.secrets.contains(where: { secret in
                secret.verifies(signatures: signatures, id: id, timestamp: timestamp, body: body)
            })
        else { throw refusal }
        return (receiver, site)
    }

    private func acknowledge(_ results: [JSON], _ receiver: Receiver) throws(SCIMError) {
        let sent = results.compactMap { result -> (id: String, version: Int64, result: JSON)? in
            guard let id = result.object?["scimId"]?.string,
                let version = result.object?["version"]?.integer
            else { return nil }
            return (id, version, result)
        }
        let records = try directory.read { store -> [DeliveryRecord] in
            try store.deliveries(to: receiver.id, .of(sent.map(\.id)), limit: sent.count)
        }
        let known = Dictionary(records.map { ($0.resource, $0) }, uniquingKeysWith: { $1 })
        let settlements = sent.compactMap { id, version, result -> Settlement? in
            guard let record = known[id] else { return nil }
            let heard = Settlement(
                resource: id,
                version: version,
                outcome: .done(account: nil, active: nil)
            )
            return WordPressResult(result).settlement(of: heard)?.scheduled(record, at: now())
        }
        // Whoever asks can be reached, the other way round.
        if settlements.isEmpty, receiver.trouble == nil { return }
        try directory.settle(settlements, of: receiver.id, trouble: nil)
    }

    private func due(
        _ receiver: Receiver,
        _ site: WordPressSite,
        _ limit: Int
    ) throws(SCIMError) -> JSONObject {
        if receiver.isPaused { return ["events": [], "more": false] }
        return try directory.read { store -> JSONObject in
            let records = try store.deliveries(to: receiver.id, .due(at: now()), limit: limit)
            let (events, _) = try WordPressCarrier(site).events(records, in: store)
            return [
                "events": .array(events), "settings": .object(site.mapping.settings),
                "more": .bool(records.count == limit || events.count < records.count),
            ]
        }
    }
}
