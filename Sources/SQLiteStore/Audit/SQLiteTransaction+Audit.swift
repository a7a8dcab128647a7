import Directory
import SCIM

/// What is written about the audit trail.
extension SQLiteTransaction {
    // MARK: Reading

    func audit(_ query: AuditQuery, _ columns: AuditColumns) throws -> [JournalEntry] {
        try reading.audit(query, columns)
    }

    func auditCount(_ query: AuditQuery, lookingAt limit: Int) throws -> AuditCount {
        try reading.auditCount(query, lookingAt: limit)
    }

    func entry(_ sequence: Int64) throws -> JournalEntry? { try reading.entry(sequence) }

    func lastSequence() throws -> Int64 { try reading.lastSequence() }

    func outcomes(
        ofResource id: String,
        receiver: Int64?,
        from sequence: Int64
    ) throws -> [Outcome] {
        try reading.outcomes(ofResource: id, receiver: receiver, from: sequence)
    }

    func auditState() throws -> AuditState { try reading.auditState() }

    func auditSettings() throws -> AuditSettings { try reading.auditSettings() }

    func hourCounts(from: Instant, to: Instant) throws -> [HourCount] {
        try reading.hourCounts(from: from, to: to)
    }

    func users(
        matching words: WordSearch,
        state: UserState,
        before key: Int64?,
        limit: Int
    ) throws -> [FoundUser] {
        try reading.users(matching: words, state: state, before: key, limit: limit)
    }

    func inactiveUsersCount() throws -> Int { try reading.inactiveUsersCount() }

    // MARK: Outcomes and use

    func append(_ outcomes: [Outcome]) throws {
        for outcome in outcomes {
            try connection.execute(
                """
                INSERT INTO outcome (at, receiver, resource, sequence, version, status, attempts,
                    code, message, account_id, account_name)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                outcome.at.microseconds,
                outcome.receiver,
                outcome.resource,
                outcome.sequence,
                outcome.version,
                outcome.status.rawValue,
                outcome.attempts,
                outcome.problem?.code,
                outcome.problem?.message,
                outcome.account?.id,
                outcome.account?.name
            )
        }
    }

    func noteUse(ofToken id: Int64, at instant: Instant, for request: String) throws {
        try connection.execute(
            "UPDATE token SET used = ?, last_request = ? WHERE id = ?",
            instant.microseconds,
            request,
            id
        )
    }

    func amend(_ sequence: Int64, detail: JSONObject) throws {
        try connection.execute(
            "UPDATE journal SET detail = ? WHERE sequence = ?",
            SQLValue.utf8(JSON.object(detail).text),
            sequence
        )
    }

    // MARK: Counts

    private static let microsecondsPerHour: Int64 = 3_600_000_000

    func count(_ kind: HourCount.Kind, _ more: Int, at instant: Instant) throws {
        try count(kind.rawValue, more, at: instant)
    }

    private func count(_ kind: String, _ more: Int, at instant: Instant) throws {
        try connection.execute(
            """
            INSERT INTO hour_count (hour, kind, total) VALUES (?, ?, ?)
            ON CONFLICT (hour, kind) DO UPDATE SET total = total + excluded.total
            """,
            instant.microseconds / Self.microsecondsPerHour,
            kind,
            more
        )
    }

    func append(refusal: JournalEntry, atMost perHour: Int) throws -> Bool {
        guard case .token(let id, _) = refusal.actor else { return false }
        let kind = "refused:\(id)"
        let rows = try connection.rows(
            "SELECT total FROM hour_count WHERE hour = ? AND kind = ?",
            refusal.at.microseconds / Self.microsecondsPerHour,
            kind
        )
        if try rows.next(), rows.integer(0) >= perHour { return false }
        try count(kind, 1, at: refusal.at)
        try append([refusal])
        return true
    }

    // MARK: Keeping up

    /// Entries, or users, that are brought up to date at once.
    private static let batch = 500

    func keepUp() throws -> Bool {
        let entries = try IndexedEntry.next(
            behind: try reading.counter(Counter.indexed),
            limit: Self.batch,
            in: connection
        )
        try addWords(of: entries)
        var changed: Set<String> = []
        for entry in entries.map(\.entry) {
            if entry.subject.type == ResourceType.user.name, entry.result == .done {
                changed.insert(entry.subject.id)
            }
        }
        for id in changed { try setWords(ofUser: id) }
        let isMore = try fillUsers()
        return isMore || entries.count == Self.batch
    }

    private func addWords(of entries: [IndexedEntry]) throws {
        guard let last = entries.last else { return }
        var counts: [HourCount.Kind: [Int64: Int]] = [:]
        for indexed in entries {
            let entry = indexed.entry
            try connection.execute(
                "INSERT INTO journal_word (rowid, text) VALUES (?, ?)",
                entry.sequence,
                IndexText.text(of: entry)
            )
            if let kind = entry.countedKind {
                let hour = entry.at.microseconds / Self.microsecondsPerHour
                counts[kind, default: [:]][hour, default: 0] += 1
            }
        }
        for (kind, hours) in counts {
            for (hour, total) in hours {
                let instant = Instant(microseconds: hour * Self.microsecondsPerHour)
                try count(kind, total, at: instant)
            }
        }
        let bytes = entries.reduce(0) { $0 + $1.bytes }
        try set(Counter.bytes, try reading.counter(Counter.bytes) + bytes)
        try set(Counter.indexed, last.entry.sequence)
    }

    private func set(_ counter: String, _ value: Int64) throws {
        try connection.execute(
            """
            INSERT INTO counter (name, value) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """,
            counter,
            value
        )
    }

    // MARK: Words of users

    /// Finds words for users that no entry of the journal may speak of.
    ///
    /// - Returns: Whether there are more.
    private func fillUsers() throws -> Bool {
        let done = try reading.counter(Counter.users)
        if done == Counter.allUsers { return false }
        let rows = try connection.rows(
            """
            SELECT \(userColumns) FROM resource r
            WHERE r.type = \(ResourceType.user.name) AND r.key > \(done)
            ORDER BY r.key LIMIT \(Self.batch)
            """
        )
        var (last, count) = (done, 0)
        while try rows.next() {
            last = rows.integer(0)
            count += 1
            try setWords(rows)
        }
        try set(Counter.users, count < Self.batch ? Counter.allUsers : last)
        return count == Self.batch
    }

    private func setWords(ofUser id: String) throws {
        let rows = try connection.rows(
            """
            SELECT \(userColumns) FROM resource r
            WHERE r.id = \(id) AND r.type = \(ResourceType.user.name)
            """
        )
        if try rows.next() { return try setWords(rows) }
        try connection.execute(
            """
            DELETE FROM user_word WHERE rowid IN (
                SELECT rowid FROM user_word WHERE user_word MATCH ?)
            """,
            IndexText.user(id)
        )
    }

    /// Key and id, what has words, and whether the user is active; of a resource `r`.
    private var userColumns: SQL {
        let (worded, active) = attributes.userWords
        return """
            r.key, r.id, (SELECT group_concat(v.key, ' ') FROM value v
                WHERE v.resource = r.key AND v.attribute IN (\(worded.map { "\($0)" }.joined(", ")))),
            EXISTS (SELECT 1 FROM value v
                WHERE v.resource = r.key AND v.attribute = \(active) AND v.key = 1)
            """
    }

    private func setWords(_ row: borrowing Rows) throws {
        let key = row.integer(0)
        let isActive = row.integer(3) != 0
        let text = IndexText.text(ofUser: row.text(1), row.text(2), isActive: isActive)
        try connection.execute("DELETE FROM user_word WHERE rowid = ?", key)
        try connection.execute("INSERT INTO user_word (rowid, text) VALUES (?, ?)", key, text)
    }

    // MARK: Making room

    func removeEntries(before: Instant?, beyondBytes bytesMax: Int64?, limit: Int) throws -> Int {
        let state = try reading.auditState()
        var bytes = state.bytes
        let hasOld = before.map { limit in state.oldest.map { $0 < limit } ?? false } ?? false
        guard hasOld || bytesMax.map({ bytes > $0 }) ?? false else { return 0 }
        var gone: [JournalEntry] = []
        // Only those that have words can be taken away with them.
        for oldest in try IndexedEntry.next(behind: 0, limit: limit, in: connection) {
            let isOld = before.map { oldest.entry.at < $0 } ?? false
            guard oldest.entry.sequence <= state.indexed,
                isOld || bytesMax.map({ bytes > $0 }) ?? false
            else { break }
            gone.append(oldest.entry)
            bytes -= oldest.bytes
        }
        guard let last = gone.last else { return 0 }
        for entry in gone {
            try connection.execute(
                "INSERT INTO journal_word (journal_word, rowid, text) VALUES ('delete', ?, ?)",
                entry.sequence,
                IndexText.text(of: entry)
            )
        }
        try connection.execute("DELETE FROM journal WHERE sequence <= ?", last.sequence)
        try removeOutcomes(upTo: last.sequence, limit)
        try removeCounts(before: last.at)
        try set(Counter.bytes, max(bytes, 0))
        return gone.count
    }

    private func removeOutcomes(upTo sequence: Int64, _ limit: Int) throws {
        try connection.execute(
            """
            DELETE FROM outcome WHERE sequence <= ?
                AND id IN (SELECT id FROM outcome ORDER BY id LIMIT ?)
            """,
            sequence,
            2 * limit
        )
    }

    /// Hours whose entries are gone are still counted for this long, for the pictures of a month.
    private static let countedHours: Int64 = 24 * 62

    private func removeCounts(before instant: Instant) throws {
        try connection.execute(
            "DELETE FROM hour_count WHERE hour < ?",
            instant.microseconds / Self.microsecondsPerHour - Self.countedHours
        )
    }
}

extension JournalEntry {
    /// As what the entry counts in the pictures of what happened.
    fileprivate var countedKind: HourCount.Kind? {
        if result != .done { return .failed }
        guard subject.type == ResourceType.user.name else { return nil }
        let kinds = kinds
        if kinds.contains(.created) { return .created }
        if kinds.contains(.deactivated) || kinds.contains(.deleted) { return .deactivated }
        return kinds.contains(.changed) ? .updated : nil
    }
}
