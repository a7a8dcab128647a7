import Directory
import JSONText
import SCIM

/// The audit trail.
extension SQLiteReading {
    // MARK: Single entries and states

    func entry(_ sequence: Int64) throws -> JournalEntry? {
        let rows = try connection.rows(
            "SELECT \(JournalEntry.columns(.all)) FROM journal j WHERE j.sequence = \(sequence)"
        )
        return try rows.next() ? try JournalEntry(rows) : nil
    }

    func lastSequence() throws -> Int64 {
        Int64(try connection.integer("SELECT max(sequence) FROM journal"))
    }

    func counter(_ name: String) throws -> Int64 {
        let rows = try connection.rows("SELECT value FROM counter WHERE name = ?", name)
        return try rows.next() ? rows.integer(0) : 0
    }

    func auditState() throws -> AuditState {
        let rows = try connection.rows("SELECT at FROM journal ORDER BY sequence LIMIT 1")
        let oldest = try rows.next() ? Instant(microseconds: rows.integer(0)) : nil
        return AuditState(
            last: try lastSequence(),
            indexed: try counter(Counter.indexed),
            hasAllUsers: try counter(Counter.users) == Counter.allUsers,
            bytes: try counter(Counter.bytes),
            oldest: oldest
        )
    }

    func auditSettings() throws -> AuditSettings {
        let rows = try connection.rows(
            "SELECT name, value FROM setting WHERE name >= 'audit.' AND name < 'audit/'"
        )
        var settings = AuditSettings()
        while try rows.next() {
            if let value = try? JSON(parsing: rows.bytes(1)) { settings.set(rows.text(0), value) }
        }
        return settings
    }

    private static let microsecondsPerHour: Int64 = 3_600_000_000

    func hourCounts(from: Instant, to: Instant) throws -> [HourCount] {
        let rows = try connection.rows(
            """
            SELECT hour, kind, total FROM hour_count WHERE hour >= ? AND hour < ?
            ORDER BY hour, kind
            """,
            from.microseconds / Self.microsecondsPerHour,
            (to.microseconds + Self.microsecondsPerHour - 1) / Self.microsecondsPerHour
        )
        var counts: [HourCount] = []
        while try rows.next() {
            guard let kind = HourCount.Kind(rawValue: rows.text(1)) else { continue }
            counts.append(
                HourCount(hour: rows.integer(0), kind: kind, total: Int(rows.integer(2)))
            )
        }
        return counts
    }

    func outcomes(
        ofResource id: String,
        receiver: Int64?,
        from sequence: Int64
    ) throws -> [Outcome] {
        let ofReceiver: SQL = if let receiver { "AND receiver = \(receiver)" } else { "" }
        let rows = try connection.rows(
            """
            SELECT at, receiver, resource, sequence, version, status, attempts, code, message,
                account_id, account_name
            FROM outcome WHERE resource = \(id) \(ofReceiver) AND sequence >= \(sequence)
            ORDER BY sequence, id
            """
        )
        var outcomes: [Outcome] = []
        while try rows.next() {
            if let outcome = Outcome(rows) { outcomes.append(outcome) }
        }
        return outcomes
    }

    // MARK: Users

    func users(
        matching words: WordSearch,
        state: UserState,
        before key: Int64?,
        limit: Int
    ) throws -> [FoundUser] {
        var terms: [String] = []
        switch state {
        case .any: break
        case .active: terms = [IndexText.active]
        case .inactive: terms = [IndexText.inactive]
        }
        let match = WordMatch(words, and: terms)
        let rows =
            match.isEmpty
            ? try connection.rows(
                """
                SELECT r.key, r.id FROM resource r WHERE r.type = \(ResourceType.user.name)
                    AND r.key < \(key ?? .max) ORDER BY r.key DESC LIMIT \(limit)
                """
            )
            : try connection.rows(
                """
                SELECT r.key, r.id FROM user_word CROSS JOIN resource r ON r.key = user_word.rowid
                WHERE user_word MATCH \(match.whole) AND user_word.rowid < \(key ?? .max)
                ORDER BY user_word.rowid DESC LIMIT \(limit)
                """
            )
        var found: [FoundUser] = []
        while try rows.next() { found.append(FoundUser(key: rows.integer(0), id: rows.text(1))) }
        return found
    }

    func inactiveUsersCount() throws -> Int {
        let rows = try connection.rows(
            "SELECT count(*) FROM user_word WHERE user_word MATCH ?",
            IndexText.inactive
        )
        return try rows.next() ? Int(rows.integer(0)) : 0
    }
}

/// Names in table `counter`.
enum Counter {
    /// Number of the last entry whose words and counts are there.
    static let indexed = "journal_word"
    /// Bytes of the entries up to there, roughly.
    static let bytes = "journal_bytes"
    /// Key of the last user whose words are there, before changes keep them up: `allUsers`.
    static let users = "user_word"
    static let allUsers = Int64.max
}

extension Outcome {
    /// Reads a row: `at` and what follows it, in the order of the table's columns.
    fileprivate init?(_ row: borrowing Rows) {
        guard let status = Status(rawValue: row.text(5)) else { return nil }
        self.init(
            at: Instant(microseconds: row.integer(0)),
            receiver: row.integer(1),
            resource: row.text(2),
            sequence: row.integer(3),
            version: row.integer(4),
            status: status,
            attempts: Int(row.integer(6)),
            problem: row.optionalText(7).map { Problem(code: $0, message: row.text(8)) },
            account: row.optionalText(9).map {
                DeliveryRecord.Account(id: $0, name: row.text(10))
            }
        )
    }
}
