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

    /// To be called between steps of work, of which each is short.
    ///
    /// - Throws: `tooCostly` or `abandoned` when it is used up.
    package func check() throws(StoreError) {
        switch exhaustion() {
        case .time: throw .tooCostly
        case .abandoned: throw .abandoned
        case nil: break
        }
    }

    /// For commands, which people can interrupt.
    package static var unlimited: Budget { Budget { nil } }
}
