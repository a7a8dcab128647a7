/// Whether entries of this process have ended a batch, after which the trail is to be kept up.
final class JournalBatches {
    private static let size: Int64 = 64
    private var hasEnded = false

    /// Notes the number of an entry that was appended.
    func note(_ sequence: Int64) {
        if sequence % Self.size == 0 { hasEnded = true }
    }

    /// - Returns: Whether a batch has ended since it was asked last.
    func takeEnd() -> Bool {
        defer { hasEnded = false }
        return hasEnded
    }
}
