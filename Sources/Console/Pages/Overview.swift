import Delivery
import Directory
import SCIM

/// How things are: all of one state of the directory, at the price of what is wrong.
struct Overview {
    let now: Instant
    let tokens: TokenBook
    let standings: [Standing]
    let checks: [Console.Check]
    /// Users of whatever state.
    let users: Int
    /// Those who have no access; `nil` while they are still being counted.
    let inactive: Int?
    let groups: Int
    let days: DayRow
    /// In the order of `days`.
    let counts: [HourCount.Kind: [Int]]
    /// Changes, and what was asked for in vain, the newest first.
    let latest: [JournalEntry]

    /// How far a receiver is.
    struct Standing {
        let receiver: Receiver
        /// `nil` for a webhook.
        let site: WordPressSite?
        let backlog: Backlog
        /// What keeps one of the stuck changes.
        let example: Problem?

        var name: String { site?.host ?? receiver.name }
    }

    private static let dayCount = 30
    private static let latestCount = 5
    /// Batches of the audit trail's counts that somebody waits for.
    private static let countedBatches = 2

    init(_ visit: Visit) throws {
        now = visit.now
        checks = visit.surroundings.check(visit.request)
        visit.directory.keepUp(batchesMax: Self.countedBatches)
        days = DayRow(Self.dayCount, before: now, in: visit.zone)
        let (now, days) = (now, days)
        (tokens, standings, users, inactive, groups, counts, latest) = try visit.read { store in
            var query = AuditQuery()
            query.limit = Self.latestCount
            let isCounted = try store.auditState().hasAllUsers
            let hours = try store.hourCounts(of: days, until: now)
            return (
                try TokenBook(store, at: now), try Self.standings(store),
                try Self.total(.user, visit, store),
                isCounted ? try store.inactiveUsersCount() : nil,
                try Self.total(.group, visit, store), Self.counts(hours, days),
                try store.audit(query, .withoutBodies)
            )
        }
    }

    private static func total(
        _ type: ResourceType,
        _ visit: Visit,
        _ store: any StoreReading
    ) throws -> Int {
        let links = visit.directory.links
        return try store.search(Query(type: type, count: 0, domain: "default", links: links)).total
    }

    private static func standings(_ store: any StoreReading) throws -> [Standing] {
        try store.receivers().map { receiver in
            let backlog = try store.backlog(of: receiver.id)
            let parked: [DeliveryRecord] =
                backlog.parked == 0
                ? []
                : try store.deliveries(to: receiver.id, .inState(.parked, after: ""), limit: 1)
            return Standing(
                receiver: receiver,
                site: receiver.kind == .wordpress ? try? WordPressSite(receiver) : nil,
                backlog: backlog,
                example: parked.first?.problem
            )
        }
    }

    /// By kinds and days.
    static func counts(_ hours: [HourCount], _ days: DayRow) -> [HourCount.Kind: [Int]] {
        let none = [Int](repeating: 0, count: days.starts.count)
        return hours.reduce(into: [:]) { counts, hour in
            let start = Instant(microseconds: hour.hour * 3_600_000_000)
            // An hour that a day begins within counts for the day before, and the first for the first.
            let day = days.index(of: start) ?? 0
            counts[hour.kind, default: none][day] += hour.total
        }
    }

    func counts(_ kind: HourCount.Kind) -> [Int] {
        counts[kind] ?? [Int](repeating: 0, count: days.starts.count)
    }

    // MARK: What it comes to

    /// Whether anything has ever come.
    var isNew: Bool { users == 0 && groups == 0 && tokens.valid.allSatisfy { $0.used == nil } }

    var active: Int? { inactive.map { users - $0 } }

    var stuck: Int { standings.reduce(0) { $0 + $1.backlog.parked } }
    var waiting: Int { standings.reduce(0) { $0 + $1.backlog.waiting } }

    var failedChecks: [Console.Check] { checks.filter { $0.level != .good } }

    var lastUse: Instant? { tokens.valid.compactMap(\.used).max() }

    /// Seconds after which something that is due should have been sent.
    static let lateSeconds = 300

    /// Whether changes wait that nobody sends, though nothing is known to be in the way.
    func isLate(_ standing: Standing) -> Bool {
        guard standing.receiver.trouble == nil, !standing.receiver.isPaused,
            let oldest = standing.backlog.oldestDue
        else { return false }
        return oldest.adding(seconds: Self.lateSeconds) < now
    }

    func mood(_ standing: Standing) -> Mood {
        if let trouble = standing.receiver.trouble { return trouble.retryAt == nil ? .bad : .warn }
        if standing.backlog.parked > 0 || isLate(standing) { return .warn }
        if standing.receiver.isPaused { return .off }
        return standing.backlog.waiting > 0 ? .wait : .good
    }
}

extension AuditReading {
    /// How much happened on some days, the hour that is under way included.
    func hourCounts(of days: DayRow, until now: Instant) throws -> [HourCount] {
        try hourCounts(from: days.starts.first ?? now, to: now.adding(seconds: 1))
    }
}

extension Mood {
    init(_ level: Console.Check.Level) {
        switch level {
        case .good: self = .good
        case .warning: self = .warn
        case .bad: self = .bad
        }
    }

    /// How much somebody should care, the most first.
    private var rank: Int {
        switch self {
        case .bad: 0
        case .warn: 1
        case .wait: 2
        case .good: 3
        case .off: 4
        }
    }

    /// The one of several that somebody should care about most.
    static func worst(_ moods: [Mood]) -> Mood? { moods.min { $0.rank < $1.rank } }
}
