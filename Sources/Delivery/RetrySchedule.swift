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
    package static func next(afterAttempts attempts: Int, since: Instant, at now: Instant) -> Instant?
    {
        if since.adding(seconds: hoursMax * hour) <= now { return nil }
        return now.adding(seconds: attempts <= first.count ? first[max(attempts - 1, 0)] : hour)
    }
}
