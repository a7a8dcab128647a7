import Directory
import JSONText
import SCIM

/// Speaks to the plugin of a WordPress site.
package struct WordPressCarrier: Carrier {
    private let site: WordPressSite
    private let calls: WordPressCalls

    package init(_ site: WordPressSite) {
        self.site = site
        calls = WordPressCalls(site: site)
    }

    package var batchMax: Int { 50 }

    /// What the plugin takes in one call, with room for the rest of the body.
    private static let bodyBytesMax = 900_000
    private static let millisecondsForOne = 15_000
    private static let millisecondsForMany = 60_000

    package func shipment(
        _ records: [DeliveryRecord],
        in store: any StoreReading,
        at now: Instant
    ) throws -> Shipment {
        let (events, count) = try events(records, in: store)
        let call = calls.call(
            "events",
            ["events": .array(events), "settings": .object(site.mapping.settings)],
            at: now,
            milliseconds: count == 1 ? Self.millisecondsForOne : Self.millisecondsForMany
        )
        let whenHeard = zip(records, events).map { record, event in
            Settlement(
                resource: record.resource,
                version: record.version,
                outcome: .done(
                    account: nil,
                    active: event.object?["user"]?.object?["active"]?.bool
                )
            )
        }
        return Shipment(
            call: call,
            records: Array(records.prefix(count)),
            whenHeard: whenHeard
        )
    }

    /// The events of as many records as go into one body, at least one.
    func events(
        _ records: [DeliveryRecord],
        in store: any StoreReading
    ) throws -> (events: [JSON], count: Int) {
        let accounts = AccountEvent(site: site)
        var events: [JSON] = []
        var bytes = 0
        for record in records {
            let event = JSON.object(try accounts.event(for: record, in: store))
            bytes += event.text.count
            if !events.isEmpty, bytes > Self.bodyBytesMax { break }
            events.append(event)
        }
        return (events, events.count)
    }

    package func verdict(_ result: CallResult, on shipment: Shipment) -> Verdict {
        if let problem = WordPressCalls.problem(result) {
            switch result {
            case .answered(401, _) where problem.code.hasPrefix("scim_"): return .rejected(problem)
            case .answered, .late: return .unclear(problem)
            case .unreachable, .impossible: return .unreachable(problem)
            }
        }
        guard case .answered(_, let body) = result,
            let results = WordPressCalls.json(body)?.object?["results"]?.array,
            results.count == shipment.records.count
        else {
            return .unclear(Problem(code: "no_plugin", message: "the site's answer has no results"))
        }
        let settlements = zip(shipment.whenHeard, results).compactMap { heard, result in
            WordPressResult(result).settlement(of: heard)
        }
        if settlements.isEmpty {
            return .unclear(Problem(code: "not_reached", message: "the site applied nothing"))
        }
        return .heard(settlements)
    }
}

/// What the plugin says of one event.
struct WordPressResult {
    private let result: JSONObject

    /// The highest version that is believed: the greatest whole number that every program reads,
    /// with room to go on from there.
    static let versionMax: Int64 = (1 << 53) - 1

    init(_ result: JSON) { self.result = result.object ?? [:] }

    /// The id of the resource whose account is in the way: it may be about to let go.
    var conflict: String? { result["conflict"]?.string }

    private var code: String { result["code"]?.string ?? "" }

    var status: String { result["status"]?.string ?? "" }

    var problem: Problem {
        Problem(code: code, message: result["message"]?.string ?? "")
    }

    /// What became of an event.
    ///
    /// - Parameter heard: What becomes of it where the plugin does as it is told.
    /// - Returns: `nil` where its turn did not come: it stays due.
    func settlement(of heard: Settlement) -> Settlement? {
        if status == "error", code == "not_reached" { return nil }
        return Settlement(
            resource: heard.resource,
            version: heard.version,
            outcome: outcome(heard)
        )
    }

    private func outcome(_ heard: Settlement) -> Settlement.Outcome {
        let version = heard.version
        switch status {
        case "applied": return .done(account: account, active: isActive(heard))
        case "ignored":
            // The same version may be of another time, before the store went back or the site was
            // connected anew. What is only a repetition is sent once more: that does no harm.
            guard let known = result["known"]?.integer, known >= version else {
                return .done(account: account, active: nil)
            }
            guard known <= Self.versionMax else {
                return .refused(
                    Problem(code: "version", message: "the site says it has version \(known)")
                )
            }
            return .outrun(by: known)
        case "refused" where conflict == nil: return .refused(problem)
        // When it is tried again, the courier knows.
        default: return .postponed(until: Instant(microseconds: 0), problem)
        }
    }

    private var account: DeliveryRecord.Account? {
        guard let id = result["userId"]?.integer, id > 0 else { return nil }
        return .init(id: String(id), name: result["login"]?.string ?? "")
    }

    private func isActive(_ heard: Settlement) -> Bool? {
        switch code {
        case "reactivated": return true
        case "deactivated", "deleted", "absent": return false
        default:
            // An account that is made or changed may be one that nobody gets in by.
            guard case .done(_, let active) = heard.outcome else { return nil }
            return active
        }
    }

    /// What the identity provider is told of a refusal.
    func error(isDeletion: Bool) -> SCIMError {
        let detail = "WordPress refuses it: \(problem.message)"
        switch code {
        case "existing_user_login", "existing_user_email": return .uniqueness(detail)
        case "last_admin", "super_admin", "administrator":
            return isDeletion ? SCIMError(status: 409, detail: detail) : .mutability(detail)
        default: return .invalidValue(detail)
        }
    }
}
