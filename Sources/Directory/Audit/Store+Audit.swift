import SCIM

/// What can be read of the audit trail, and found by its words.
package protocol AuditReading {
    /// Entries that a query means, in its order; at most `query.limit`.
    func audit(_ query: AuditQuery, _ columns: AuditColumns) throws -> [JournalEntry]

    /// How many entries a query means, as far as that is known after looking at `limit`.
    func auditCount(_ query: AuditQuery, lookingAt limit: Int) throws -> AuditCount

    /// The whole entry with the number; `nil` when there is none any more.
    func entry(_ sequence: Int64) throws -> JournalEntry?

    /// The number of the newest entry; 0 for none.
    func lastSequence() throws -> Int64

    /// What receivers answered to states of a resource, the oldest first.
    ///
    /// An entry with the number `sequence` is covered by the first with a number as high.
    ///
    /// - Parameters:
    ///   - id: The resource's.
    ///   - receiver: Number of the receiver; `nil` for all.
    ///   - sequence: From which number on.
    /// - Returns: Of every receiver, or of the one.
    /// - Throws: `StoreError`.
    func outcomes(
        ofResource id: String,
        receiver: Int64?,
        from sequence: Int64
    ) throws -> [Outcome]

    func auditState() throws -> AuditState

    func auditSettings() throws -> AuditSettings

    /// How much happened in each hour of a time, the oldest first.
    func hourCounts(from: Instant, to: Instant) throws -> [HourCount]

    /// Users by words, the newest first; at most `limit`.
    ///
    /// - Parameters:
    ///   - words: Each stands for all words that begin so; none for everybody.
    ///   - state: Whether they are active.
    ///   - key: Only those that were made before the one with this key; `nil` for all.
    ///   - limit: How many at most.
    /// - Returns: Fewer than `limit` where there are no more.
    /// - Throws: `StoreError`.
    func users(
        matching words: WordSearch,
        state: UserState,
        before key: Int64?,
        limit: Int
    ) throws -> [FoundUser]

    /// How many users are not active, as far as they are found by words.
    func inactiveUsersCount() throws -> Int
}

extension AuditReading {
    /// The whole entries that came with a request, the oldest first; at most 100.
    package func entries(ofRequest id: String) throws -> [JournalEntry] {
        var query = AuditQuery()
        query.requestID = id
        query.order = .oldestFirst
        query.limit = 100
        return try audit(query, .all)
    }
}

/// What is written about the audit trail.
package protocol AuditTransaction: AuditReading {
    /// Brings words and counts up to the newest entries and users, a batch at most.
    ///
    /// - Returns: Whether there is more to do.
    func keepUp() throws -> Bool

    /// Takes the oldest entries away, with their words and with outcomes as old: those before an
    /// instant, and as many as there are bytes too many. Only what has been brought up to date.
    ///
    /// - Returns: How many went; 0 when there was nothing to do.
    func removeEntries(before: Instant?, beyondBytes: Int64?, limit: Int) throws -> Int

    /// Adds to what is counted in an hour.
    func count(_ kind: HourCount.Kind, _ more: Int, at instant: Instant) throws

    /// Appends an entry about a request in vain, unless its token has so many in this hour.
    ///
    /// - Returns: Whether it was appended.
    func append(refusal: JournalEntry, atMost perHour: Int) throws -> Bool

    func append(_ outcomes: [Outcome]) throws

    /// Writes what an entry says over what it said.
    func amend(_ sequence: Int64, detail: JSONObject) throws

    /// Notes when a token was used, and for what.
    func noteUse(ofToken id: Int64, at instant: Instant, for request: String) throws
}

/// What is read of entries.
package enum AuditColumns: Sendable {
    case all
    /// All but the bodies.
    case withoutBodies
}

package struct AuditCount: Sendable, Equatable {
    package let total: Int
    /// Whether there are no more.
    package let isExact: Bool

    package init(total: Int, isExact: Bool) {
        self.total = total
        self.isExact = isExact
    }
}

/// How much the audit trail holds, and how far its words are.
package struct AuditState: Sendable, Equatable {
    /// Number of the newest entry; 0 for none.
    package let last: Int64
    /// Number up to which entries are found by words.
    package let indexed: Int64
    /// Whether all users are found by words.
    package let hasAllUsers: Bool
    /// Of the entries that are found by words, roughly.
    package let bytes: Int64
    /// When the oldest entry was written.
    package let oldest: Instant?

    package init(last: Int64, indexed: Int64, hasAllUsers: Bool, bytes: Int64, oldest: Instant?) {
        self.last = last
        self.indexed = indexed
        self.hasAllUsers = hasAllUsers
        self.bytes = bytes
        self.oldest = oldest
    }

    package var isUpToDate: Bool { indexed >= last && hasAllUsers }
}

/// How much of a kind happened in an hour.
package struct HourCount: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// Of users.
        case created, updated
        /// Users whose access ended, by deletion too.
        case deactivated
        /// Requests that were refused or failed.
        case failed
        /// Requests without a valid token.
        case unauthenticated
        /// Refused requests of which no entry is kept, because there were too many; `failed`, too.
        case unkept
    }

    /// Since 1970.
    package let hour: Int64
    package let kind: Kind
    package let total: Int

    package init(hour: Int64, kind: Kind, total: Int) {
        self.hour = hour
        self.kind = kind
        self.total = total
    }
}

package enum UserState: Sendable {
    case any, active, inactive
}

/// A user that was found by words.
package struct FoundUser: Sendable, Equatable {
    package let key: Int64
    package let id: String

    package init(key: Int64, id: String) {
        self.key = key
        self.id = id
    }
}
