import Directory
import SCIM

/// Sends to one receiver what it is to be told, until nothing is left.
///
/// One courier at a time works for a receiver. It may be killed at any point: what was not noted
/// as done is sent again, and versions tell the receiver that it knows it.
package struct Courier {
    private let directory: Directory
    private let receiver: Int64
    private let carrier: (Receiver) throws -> any Carrier
    private let telephone: Telephone
    private let now: () -> Instant
    private let holder: String
    private let isGone: (String) -> Bool
    private let sleep: (_ milliseconds: Int) -> Void

    /// - Parameters:
    ///   - directory: Holds the receiver and the resources.
    ///   - receiver: Its number.
    ///   - carrier: How the receiver is spoken to, as its settings are now.
    ///   - telephone: Makes calls.
    ///   - now: The clock.
    ///   - holder: Names this process.
    ///   - isGone: Whether a process of such a name is known to have ended.
    ///   - sleep: Waits.
    package init(
        directory: Directory,
        receiver: Int64,
        carrier: @escaping (Receiver) throws -> any Carrier,
        telephone: @escaping Telephone,
        now: @escaping () -> Instant,
        holder: String,
        isGone: @escaping (String) -> Bool,
        sleep: @escaping (_ milliseconds: Int) -> Void
    ) {
        self.directory = directory
        self.receiver = receiver
        self.carrier = carrier
        self.telephone = telephone
        self.now = now
        self.holder = holder
        self.isGone = isGone
        self.sleep = sleep
    }

    /// How the work ended.
    package enum End: Sendable, Equatable {
        /// Nothing is due.
        case finished
        /// Another process works for the receiver.
        case taken
        /// The receiver is paused, cannot be reached now, or rejects what is sent.
        case closed
        /// It was told to end.
        case stopped
    }

    /// Longer than a call may take, in seconds.
    private static let leaseSeconds = 75
    private static let idleLeaseSeconds = 15
    private static let pollMilliseconds = 8
    private static let retryPollMilliseconds = 100

    /// How long a courier stays when there is nothing to send.
    package struct Patience: Sendable {
        /// For changes to come, in seconds.
        let forChanges: Int
        /// For the time of another try, in seconds.
        package let forRetries: Int

        package init(forChanges: Int, forRetries: Int) {
            self.forChanges = forChanges
            self.forRetries = forRetries
        }

        package static let none = Patience(forChanges: 0, forRetries: 0)
        /// Of a process that a change has started.
        package static let draining = Patience(forChanges: 5, forRetries: 40)
    }

    /// Works until nothing is due any more.
    ///
    /// - Parameters:
    ///   - patience: How long to wait for more, once nothing is due.
    ///   - isStopping: Whether to end; asked between calls.
    /// - Returns: How it ended.
    /// - Throws: What `carrier` throws; a failure of the store.
    package func run(
        patience: Patience = .none,
        isStopping: () -> Bool = { false }
    ) throws -> End {
        var pace = Pace()
        while !isStopping() {
            guard let found = try lease(Self.leaseSeconds) else { return .taken }
            if !found.isOpen(at: now()) {
                guard let retry = retry(of: found, patience) else { return try end(.closed) }
                // Somebody may have mended it before that.
                try wait(until: retry, isStopping, every: Self.retryPollMilliseconds) {
                    try directory.read { store -> Bool in
                        try store.receiver(receiver)?.isOpen(at: now()) ?? true
                    }
                }
                continue
            }
            let carrier = try carrier(found)
            if let load = try load(carrier, pace.batch(atMost: carrier.batchMax)) {
                try send(load, carrier, found, &pace)
            } else if try !waitForMore(patience, isStopping) {
                if try directory.release(receiver, holder: holder) { return .finished }
            }
        }
        return try end(.stopped)
    }

    private func end(_ end: End) throws -> End {
        try directory.giveUp(receiver, holder: holder)
        return end
    }

    private func lease(_ seconds: Int) throws -> Receiver? {
        try directory.lease(receiver, holder: holder, seconds: seconds, isGone: isGone)
    }

    /// What is sent at once.
    private struct Load {
        let shipment: Shipment
        /// The journal's last when the state was read.
        let sequence: Int64
    }

    private func load(_ carrier: any Carrier, _ count: Int) throws -> Load? {
        try directory.read { store -> Load? in
            let records = try store.deliveries(to: receiver, .due(at: now()), limit: count)
            if records.isEmpty { return nil }
            return Load(
                shipment: try carrier.shipment(records, in: store, at: now()),
                sequence: try store.lastSequence()
            )
        }
    }

    // MARK: Waiting

    /// When a receiver that could not be reached is tried again, where that is soon.
    private func retry(of receiver: Receiver, _ patience: Patience) -> Instant? {
        guard !receiver.isPaused, let retry = receiver.trouble?.retryAt else { return nil }
        return retry <= now().adding(seconds: patience.forRetries) ? retry : nil
    }

    /// Waits for something to become due.
    ///
    /// - Returns: Whether something is.
    private func waitForMore(_ patience: Patience, _ isStopping: () -> Bool) throws -> Bool {
        var end = now().adding(seconds: patience.forChanges)
        if let next = try nextDue(), next <= now().adding(seconds: patience.forRetries) {
            end = max(end, next)
        }
        return try wait(until: end, isStopping) { try nextDue().map { $0 <= now() } ?? false }
    }

    private func nextDue() throws -> Instant? {
        try directory.read { store -> Instant? in try store.nextDue(to: receiver) }
    }

    /// Waits, and keeps the lease meanwhile.
    ///
    /// - Returns: Whether `isOver` said so before the time came.
    @discardableResult
    private func wait(
        until end: Instant,
        _ isStopping: () -> Bool,
        every milliseconds: Int = pollMilliseconds,
        _ isOver: () throws -> Bool
    ) throws -> Bool {
        var renewal = now()
        while now() < end, !isStopping() {
            if now() >= renewal {
                guard try lease(Self.idleLeaseSeconds) != nil else { return false }
                renewal = now().adding(seconds: Self.idleLeaseSeconds / 3)
            }
            sleep(milliseconds)
            if try isOver() { return true }
        }
        return false
    }

    // MARK: Sending

    private func send(
        _ load: Load,
        _ carrier: any Carrier,
        _ receiver: Receiver,
        _ pace: inout Pace
    ) throws {
        let shipment = load.shipment
        let settle = { (settlements: [Settlement], trouble: Trouble?) in
            try directory.settle(
                settlements,
                of: receiver.id,
                trouble: trouble,
                asOf: load.sequence
            )
        }
        if !shipment.skipped.isEmpty { try settle(shipment.skipped, receiver.trouble) }
        guard let call = shipment.call else { return }
        switch carrier.verdict(telephone(call), on: shipment) {
        case .heard(let settlements):
            pace.succeeded()
            let records = Dictionary(
                shipment.records.map { ($0.resource, $0) },
                uniquingKeysWith: { $1 }
            )
            let settled = settlements.map { settlement in
                records[settlement.resource].map { settlement.scheduled($0, at: now()) }
                    ?? settlement
            }
            try settle(settled, nil)
        case .unclear(let problem):
            // One of many may be to blame: it is looked for, by halves.
            if shipment.records.count > 1 { return pace.halve(shipment.records.count) }
            let settlement = Settlement(postponing: shipment.records[0], problem, at: now())
            pace.failed()
            // Where several fail one by one, the receiver is to blame, until something gets through.
            let isToBlame = pace.blamesReceiver || receiver.trouble != nil
            let trouble = isToBlame ? trouble(of: receiver, problem) : nil
            try settle([settlement], trouble)
        case .unreachable(let problem):
            try settle([], trouble(of: receiver, problem))
        case .rejected(let problem):
            try settle([], trouble(of: receiver, problem, isLasting: true))
        }
    }

    private func trouble(
        of receiver: Receiver,
        _ problem: Problem,
        isLasting: Bool = false
    ) -> Trouble {
        let attempts = (receiver.trouble?.attempts ?? 0) + 1
        let since = receiver.trouble?.since ?? now()
        return Trouble(
            attempts: attempts,
            since: since,
            retryAt: isLasting
                ? nil : RetrySchedule.next(afterAttempts: attempts, since: since, at: now()),
            problem: problem
        )
    }
}

/// How much is sent at a time.
private struct Pace {
    private var limit = Int.max
    private var failures = 0
    /// Deliveries that failed one by one, with none between that succeeded, before the receiver is
    /// to blame.
    private static let failuresMax = 3

    var blamesReceiver: Bool { failures >= Self.failuresMax }

    func batch(atMost count: Int) -> Int { min(limit, count) }

    mutating func succeeded() {
        failures = 0
        limit = limit > Int.max / 2 ? limit : 2 * limit
    }

    mutating func failed() { failures += 1 }

    mutating func halve(_ count: Int) { limit = max(count / 2, 1) }
}
