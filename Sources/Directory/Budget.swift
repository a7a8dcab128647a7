/// What a request may still cost, asked again and again while it is worked on.
package struct Budget {
    /// Why work ends.
    package enum Exhaustion: Sendable {
        /// The time is over.
        case time
        /// Nobody waits for the answer any more.
        case abandoned
    }

    /// - Returns: `nil` to go on.
    package let exhaustion: () -> Exhaustion?

    package init(exhaustion: @escaping () -> Exhaustion?) {
        self.exhaustion = exhaustion
    }

    /// For commands, which people can interrupt.
    package static var unlimited: Budget { Budget { nil } }
}
