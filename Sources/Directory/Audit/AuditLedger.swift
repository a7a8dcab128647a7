import SCIM

/// Puts down what was asked for in vain, when the client has its answer.
///
/// What a store that is busy does not take is kept until the next time; what comes too often is
/// only counted, and written now and then: nobody fills the disk, or wears it out.
package final class AuditLedger {
    private var refusals: [JournalEntry] = []
    private var counts: [HourCount.Kind: Int] = [:]
    /// Tokens of which no more is kept before the hour ends.
    private var fullUntil: [String: Instant] = [:]
    private var nextCounts: Instant?

    private static let refusalsMax = 64
    private static let tokensMax = 1_000
    private static let secondsBetweenCounts = 5
    private static let microsecondsPerHour: Int64 = 3_600_000_000

    package init() {}

    /// Whether all is written.
    package var isEmpty: Bool { refusals.isEmpty && counts.isEmpty }

    /// Puts down a request of a valid token that was refused or failed.
    package func refuse(_ entry: JournalEntry, in directory: Directory) {
        let name = Self.name(entry)
        let isFull = fullUntil[name].map { entry.at < $0 } ?? false
        if isFull || refusals.count >= Self.refusalsMax {
            countUnkept()
        } else {
            refusals.append(entry)
        }
        writeWhenDue(in: directory)
    }

    /// Counts a request without a valid token.
    package func countUnauthenticated(in directory: Directory) {
        counts[.unauthenticated, default: 0] += 1
        writeWhenDue(in: directory)
    }

    private func countUnkept() {
        counts[.unkept, default: 0] += 1
        counts[.failed, default: 0] += 1
    }

    private func writeWhenDue(in directory: Directory) {
        let now = directory.now()
        if refusals.isEmpty, let nextCounts, now < nextCounts { return }
        write(in: directory)
    }

    /// Writes all down, unless somebody else writes just now.
    package func write(in directory: Directory) {
        if isEmpty { return }
        let now = directory.now()
        var unkept: [JournalEntry] = []
        let isWritten = directory.store.attempt { transaction in
            unkept = []
            for refusal in refusals {
                let named = try directory.named(refusal, in: transaction)
                let perHour = directory.limits.auditRefusalsPerHour
                if try !transaction.append(refusal: named, atMost: perHour) {
                    unkept.append(refusal)
                }
            }
            for (kind, count) in counts { try transaction.count(kind, count, at: now) }
        }
        guard isWritten else { return }
        (refusals, counts) = ([], [:])
        nextCounts = now.adding(seconds: Self.secondsBetweenCounts)
        if fullUntil.count > Self.tokensMax { fullUntil = [:] }
        for refusal in unkept {
            let hour = refusal.at.microseconds / Self.microsecondsPerHour
            let end = Instant(microseconds: (hour + 1) * Self.microsecondsPerHour)
            fullUntil[Self.name(refusal)] = end
            countUnkept()
        }
    }

    private static func name(_ entry: JournalEntry) -> String {
        if case .token(let id, _) = entry.actor { String(id) } else { "" }
    }
}

extension Directory {
    /// The entry with the name of its resource, where the client did not say it.
    fileprivate func named(
        _ entry: JournalEntry,
        in store: any StoreReading
    ) throws -> JournalEntry {
        guard entry.subject.name.isEmpty, !entry.subject.id.isEmpty,
            let type = links.types.named(entry.subject.type),
            let found = try store.fetch(entry.subject.id, type: type, domain: "", loading: [])
        else { return entry }
        var detail = entry.detail
        if type === ResourceType.user,
            let display = try found.record.document.object().displayedName
        {
            detail["display"] = .string(display)
        }
        var named = JournalEntry(
            at: entry.at,
            requestID: entry.requestID,
            actor: entry.actor,
            action: entry.action,
            subject: try found.record.subject(version: 0),
            detail: detail
        )
        named.request = entry.request
        return named
    }
}

extension JournalEntry {
    /// An entry about a request of a valid token that was refused or failed.
    ///
    /// - Parameters:
    ///   - error: What the client was told.
    ///   - caller: Who asked, with the request.
    ///   - action: What was asked for.
    ///   - type: Of the resources that were meant; `nil` where none were.
    ///   - id: Of the resource that was meant, where there is one.
    ///   - sent: The body as JSON, where there is one.
    ///   - now: When the answer is known.
    package init(
        refusing error: SCIMError,
        of caller: Caller,
        _ action: Action,
        _ type: ResourceType?,
        id: String?,
        sent: JSON?,
        at now: Instant
    ) {
        var told: JSONObject = [:]
        if let scimType = error.scimType { told["scimType"] = .string(scimType.rawValue) }
        told["detail"] = .string(error.detail.cut(toBytes: 1_024))
        var detail: JSONObject = ["error": .object(told)]
        if !caller.rewrites.isEmpty {
            detail["rewrites"] = .array(caller.rewrites.map(JSON.string))
        }
        if let omission = caller.request?.omission { detail["bodyBytes"] = omission }
        let object = sent?.object
        if type === ResourceType.user, let display = object?.displayedName {
            detail["display"] = .string(display)
        }
        let name = type?.naming.flatMap { object?.value(named: $0.name)?.string }
        self.init(
            at: caller.request?.started ?? now,
            requestID: caller.requestID,
            actor: caller.actor,
            action: action,
            subject: Subject(
                type: type?.name ?? "",
                id: id?.cut(toBytes: 256) ?? "",
                name: name?.cut(toBytes: 1_024) ?? ""
            ),
            detail: detail,
            request: caller.request?.trace(at: now)
        )
    }
}
