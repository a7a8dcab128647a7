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
        let entries = try nextEntries()
        try addWords(of: entries)
        var changed: [String] = []
        for entry in entries where entry.subject.type == ResourceType.user.name {
            if entry.result == .done, !changed.contains(entry.subject.id) {
                changed.append(entry.subject.id)
            }
        }
        for id in changed { try setWords(ofUser: id) }
        let isMore = try fillUsers()
        return isMore || entries.count == Self.batch
    }

    private func nextEntries() throws -> [JournalEntry] {
        let indexed = try reading.counter(Counter.indexed)
        let rows = try connection.rows(
            """
            SELECT \(JournalEntry.columns(.all)) FROM journal j WHERE j.sequence > \(indexed)
            ORDER BY j.sequence LIMIT \(Self.batch)
            """
        )
        var entries: [JournalEntry] = []
        while try rows.next() { entries.append(try JournalEntry(rows)) }
        return entries
    }

    private func addWords(of entries: [JournalEntry]) throws {
        guard let last = entries.last else { return }
        var bytes: Int64 = 0
        var counts: [String: Int] = [:]
        for entry in entries {
            try connection.execute(
                "INSERT INTO journal_word (rowid, text) VALUES (?, ?)",
                entry.sequence,
                IndexText.text(of: entry)
            )
            bytes += entry.storedBytes
            if let kind = entry.countedKind {
                let hour = entry.at.microseconds / Self.microsecondsPerHour
                counts["\(hour) \(kind.rawValue)", default: 0] += 1
            }
        }
        for (key, total) in counts {
            let parts = key.split(separator: " ")
            let hour = Int64(parts[0]) ?? 0
            try count(
                String(parts[1]),
                total,
                at: Instant(microseconds: hour * Self.microsecondsPerHour)
            )
        }
        try set(Counter.bytes, try reading.counter(Counter.bytes) + bytes)
        try set(Counter.indexed, last.sequence)
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
            SELECT key, id, document FROM resource WHERE type = ? AND key > ?
            ORDER BY key LIMIT ?
            """,
            ResourceType.user.name,
            done,
            Self.batch
        )
        var (last, count) = (done, 0)
        while try rows.next() {
            last = rows.integer(0)
            count += 1
            try setWords(last, IndexText.text(ofUser: rows.text(1), try Self.document(rows, 2)))
        }
        try set(Counter.users, count < Self.batch ? Counter.allUsers : last)
        return count == Self.batch
    }

    private func setWords(ofUser id: String) throws {
        let rows = try connection.rows(
            "SELECT key, document FROM resource WHERE id = ? AND type = ?",
            id,
            ResourceType.user.name
        )
        if try rows.next() {
            return try setWords(
                rows.integer(0),
                IndexText.text(ofUser: id, try Self.document(rows, 1))
            )
        }
        try connection.execute(
            """
            DELETE FROM user_word WHERE rowid IN (
                SELECT rowid FROM user_word WHERE user_word MATCH ?)
            """,
            IndexText.user(id)
        )
    }

    private static func document(_ row: borrowing Rows, _ column: Int32) throws -> JSONObject {
        try Document(text: row.bytes(column)).object()
    }

    private func setWords(_ key: Int64, _ text: String) throws {
        try connection.execute("DELETE FROM user_word WHERE rowid = ?", key)
        try connection.execute("INSERT INTO user_word (rowid, text) VALUES (?, ?)", key, text)
    }

    // MARK: Making room

    func removeEntries(before: Instant?, beyondBytes bytesMax: Int64?, limit: Int) throws -> Int {
        var bytes = try reading.counter(Counter.bytes)
        var gone: [JournalEntry] = []
        for entry in try oldestEntries(limit) {
            let isOld = before.map { entry.at < $0 } ?? false
            guard isOld || bytesMax.map({ bytes > $0 }) ?? false else { break }
            gone.append(entry)
            bytes -= entry.storedBytes
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

    /// Only those that have words can be taken away with them.
    private func oldestEntries(_ limit: Int) throws -> [JournalEntry] {
        let indexed = try reading.counter(Counter.indexed)
        let rows = try connection.rows(
            """
            SELECT \(JournalEntry.columns(.all)) FROM journal j WHERE j.sequence <= \(indexed)
            ORDER BY j.sequence LIMIT \(limit)
            """
        )
        var entries: [JournalEntry] = []
        while try rows.next() { entries.append(try JournalEntry(rows)) }
        return entries
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
    /// Bytes that the entry takes in the database, roughly: the same each time.
    fileprivate var storedBytes: Int64 {
        let text = subject.name.utf8.count + subject.id.utf8.count + actor.name.utf8.count
        let request = (request?.body?.utf8.count ?? 0) + (request?.path.utf8.count ?? 0)
        let concerned = 40 * concerned.count
        return Int64(200 + text + request + concerned + JSON.object(detail).text.count)
    }

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
