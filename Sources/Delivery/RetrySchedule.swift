import Directory
import SCIM

/// When what has failed is tried again.
package enum RetrySchedule {
    /// The first waits, in seconds; then it is hourly.
    private static let first = [5, 30, 120, 600, 1_800]
    private static let hour = 3_600
    /// How long something is tried in vain.
    private static let hoursMax = 72

    /// The next try.
    ///
    /// - Parameters:
    ///   - attempts: Tries in vain so far, from 1.
    ///   - since: When the first of them was.
    ///   - now: The present.
    /// - Returns: `nil` when it has failed for too long.
    package static func next(
        afterAttempts attempts: Int,
        since: Instant,
        at now: Instant
    ) -> Instant? {
        if since.adding(seconds: hoursMax * hour) <= now { return nil }
        return now.adding(seconds: attempts <= first.count ? first[max(attempts - 1, 0)] : hour)
    }
}

extension Settlement {
    /// A delivery that failed: to be tried again, or parked where it has failed for too long.
    init(postponing record: DeliveryRecord, _ problem: Problem, at now: Instant) {
        let next = RetrySchedule.next(
            afterAttempts: record.attempts + 1,
            since: record.failingSince ?? now,
            at: now
        )
        self.init(
            resource: record.resource,
            version: record.version,
            outcome: next.map { .postponed(until: $0, problem) } ?? .refused(problem)
        )
    }

    /// The same with the time of the next try, where there is to be one.
    func scheduled(_ record: DeliveryRecord, at now: Instant) -> Settlement {
        switch outcome {
        case .postponed(_, let problem):
            return Settlement(postponing: record, problem, at: now)
        // A receiver that says so again and again does not mean it.
        case .outrun(let known) where record.attempts >= Self.outrunMax:
            let problem = Problem(
                code: "version",
                message: "the receiver says each time that it has version \(known) already"
            )
            return Settlement(postponing: record, problem, at: now)
        case .done, .outrun, .refused: return self
        }
    }

    /// How often in a row a receiver may have a newer version.
    private static let outrunMax = 3
}
