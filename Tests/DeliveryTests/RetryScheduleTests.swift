import SCIM
import Testing

@testable import Delivery

/// When what has failed is tried again.
struct RetryScheduleTests {
    private static let since = Instant(milliseconds: 1_709_208_000_000)
    private static let threeDays = 72 * 3_600

    @Test(
        arguments: [
            (0, 0, 5), (1, 0, 5), (2, 5, 30), (3, 35, 120), (4, 155, 600), (5, 755, 1_800),
            (6, 2_555, 3_600), (1_000, 3_600, 3_600), (70, threeDays - 1, 3_600),
            (70, threeDays, nil), (1, threeDays + 1, nil),
        ] as [(Int, Int, Int?)]
    )
    func waitsGrowUntilItIsGivenUp(_ attempts: Int, _ passed: Int, _ wait: Int?) {
        let now = Self.since.adding(seconds: passed)
        let next = RetrySchedule.next(afterAttempts: attempts, since: Self.since, at: now)
        #expect(next == wait.map(now.adding))
    }
}
