import SCIM

/// A clock that stands still until it is moved.
package final class TestClock: @unchecked Sendable {
    /// What it shows.
    package private(set) var instant: Instant

    package init(_ instant: Instant = Instant(milliseconds: 1_709_208_000_000)) {
        self.instant = instant
    }

    @Sendable package func now() -> Instant { instant }

    package func advance(seconds: Int) { instant = instant.adding(seconds: seconds) }

    package func advance(milliseconds: Int) {
        instant = Instant(microseconds: instant.microseconds + Int64(milliseconds) * 1_000)
    }
}
