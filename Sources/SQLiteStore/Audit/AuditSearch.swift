import Directory
import SCIM

/// A search through the audit trail.
///
/// Entries without words yet are looked at one by one; they are the newest, and few. Of the others
/// the full-text table names those that may be meant, and each is looked at.
struct AuditSearch {
    private let reading: SQLiteReading
    private let query: AuditQuery
    private let columns: AuditColumns
    private let match: WordMatch
    /// Where the result is `stuck`: what receivers do not have, with the number of the last entry
    /// that they do have.
    private let stuck: [String: Int64]?
    /// Number of the last entry with words.
    private let indexed: Int64
    /// Behind and before which entries are meant.
    private let bounds: (lower: Int64, upper: Int64)

    private var connection: Connection { reading.connection }

    init(_ query: AuditQuery, _ columns: AuditColumns, in reading: SQLiteReading) throws {
        self.reading = reading
        self.query = query
        self.columns = columns
        indexed = try reading.counter(Counter.indexed)
        bounds = try reading.bounds(of: query)
        var terms = IndexText.terms(of: query)
        stuck = query.result == .stuck ? try reading.stuckResources() : nil
        if let stuck, !stuck.isEmpty { terms.append(IndexText.anySubject(of: stuck.keys)) }
        match = WordMatch(WordSearch(query.words), and: terms)
    }

    // MARK: Entries

    func entries() throws -> [JournalEntry] {
        var found: [JournalEntry] = []
        if let stuck, stuck.isEmpty { return found }
        let (open, withWords) = (max(bounds.lower, indexed), min(bounds.upper, indexed + 1))
        switch query.order {
        case .newestFirst:
            try take(plainRows(behind: open, before: bounds.upper), into: &found)
            try takeFromIndex(behind: bounds.lower, before: withWords, into: &found)
        case .oldestFirst:
            try takeFromIndex(behind: bounds.lower, before: withWords, into: &found)
            try take(plainRows(behind: open, before: bounds.upper), into: &found)
        }
        return found
    }

    /// Rows that are looked at by way of the lists of beginnings, before longer beginnings are put
    /// together.
    private static let listedRowsMax = 1_000

    private func takeFromIndex(
        behind lower: Int64,
        before upper: Int64,
        into found: inout [JournalEntry]
    ) throws {
        if match.isEmpty {
            try take(plainRows(behind: lower, before: upper), into: &found)
            return
        }
        var (lower, upper) = (lower, upper)
        if let listed = match.listed {
            let rows = try indexRows(listed, behind: lower, before: upper)
            let last = try take(rows, into: &found, rowsMax: Self.listedRowsMax)
            guard let last else { return }
            switch query.order {
            case .newestFirst: upper = last
            case .oldestFirst: lower = last
            }
        }
        try take(indexRows(match.whole, behind: lower, before: upper), into: &found)
    }

    /// Takes those that are meant, until there are enough.
    ///
    /// - Returns: The number of the entry that was looked at last, where rows and room are left.
    @discardableResult
    private func take(
        _ rows: consuming Rows,
        into found: inout [JournalEntry],
        rowsMax: Int = .max
    ) throws -> Int64? {
        var seen = 0
        while found.count < query.limit, try rows.next() {
            let entry = try JournalEntry(rows)
            if isMeant(entry) { found.append(entry) }
            seen += 1
            if seen == rowsMax { return found.count < query.limit ? entry.sequence : nil }
        }
        return nil
    }

    private func isMeant(_ entry: JournalEntry) -> Bool {
        guard query.matches(entry) else { return false }
        guard let stuck else { return true }
        return stuck[entry.subject.id].map { entry.sequence > $0 } ?? false
    }

    private func plainRows(behind lower: Int64, before upper: Int64) throws -> Rows {
        let order: SQL = query.order == .newestFirst ? "DESC" : "ASC"
        return try connection.rows(
            """
            SELECT \(JournalEntry.columns(columns)) FROM journal j
            WHERE j.sequence > \(lower) AND j.sequence < \(upper) ORDER BY j.sequence \(order)
            """
        )
    }

    private func indexRows(
        _ match: String,
        behind lower: Int64,
        before upper: Int64
    ) throws -> Rows {
        let order: SQL = query.order == .newestFirst ? "DESC" : "ASC"
        return try connection.rows(
            """
            SELECT \(JournalEntry.columns(columns))
            FROM journal_word CROSS JOIN journal j ON j.sequence = journal_word.rowid
            WHERE journal_word MATCH \(match)
                AND journal_word.rowid > \(lower) AND journal_word.rowid < \(upper)
            ORDER BY journal_word.rowid \(order)
            """
        )
    }

    // MARK: Counting

    func count(lookingAt limit: Int) throws -> AuditCount {
        if let stuck, stuck.isEmpty { return AuditCount(total: 0, isExact: true) }
        let open = max(bounds.lower, indexed)
        var (total, seen) = (0, 0)
        try count(plainRows(behind: open, before: bounds.upper), &total, &seen, limit)
        let (lower, upper) = (bounds.lower, min(bounds.upper, indexed + 1))
        if match.isEmpty {
            try count(plainRows(behind: lower, before: upper), &total, &seen, limit)
        } else if let listed = match.listed {
            try count(indexRows(listed, behind: lower, before: upper), &total, &seen, limit)
        } else if stuck != nil || !IndexText.isExact(query) {
            try count(indexRows(match.whole, behind: lower, before: upper), &total, &seen, limit)
        } else {
            let named = try countNamed(behind: lower, before: upper, limit - seen)
            (total, seen) = (total + named, seen + named)
        }
        return AuditCount(total: total, isExact: seen < limit)
    }

    private func count(
        _ rows: consuming Rows,
        _ total: inout Int,
        _ seen: inout Int,
        _ limit: Int
    ) throws {
        while seen < limit, try rows.next() {
            if isMeant(try JournalEntry(rows)) { total += 1 }
            seen += 1
        }
    }

    /// How many the full-text table names.
    private func countNamed(
        behind lower: Int64,
        before upper: Int64,
        _ limit: Int
    ) throws -> Int {
        let rows = try connection.rows(
            """
            SELECT count(*) FROM (SELECT 1 FROM journal_word WHERE journal_word MATCH \(match.whole)
                AND rowid > \(lower) AND rowid < \(upper) LIMIT \(max(limit, 0)))
            """
        )
        return try rows.next() ? Int(rows.integer(0)) : 0
    }
}

extension SQLiteReading {
    func audit(_ query: AuditQuery, _ columns: AuditColumns) throws -> [JournalEntry] {
        try AuditSearch(query, columns, in: self).entries()
    }

    func auditCount(_ query: AuditQuery, lookingAt limit: Int) throws -> AuditCount {
        try AuditSearch(query, .withoutBodies, in: self).count(lookingAt: limit)
    }

    /// What receivers do not have, for a reason, with the number of the last entry that they have.
    fileprivate func stuckResources() throws -> [String: Int64] {
        let rows = try connection.rows(
            """
            SELECT d.resource, (SELECT max(o.sequence) FROM outcome o
                WHERE o.resource = d.resource AND o.receiver = d.receiver AND o.status = 'done')
            FROM delivery d INDEXED BY delivery_problem
            WHERE d.problem_code IS NOT NULL AND d.acknowledged < d.version LIMIT 200
            """
        )
        var stuck: [String: Int64] = [:]
        while try rows.next() {
            let resource = rows.text(0)
            stuck[resource] = min(stuck[resource] ?? .max, rows.integer(1))
        }
        return stuck
    }

    /// How far entries may be from their place in time, in seconds: they are written after they
    /// were drafted, and some after the answer.
    private static let disorderSeconds = 60

    /// The numbers behind and before which the entries are that a query means.
    fileprivate func bounds(of query: AuditQuery) throws -> (lower: Int64, upper: Int64) {
        var (lower, upper) = (query.after ?? 0, query.before ?? .max)
        if let from = query.from {
            let first = try sequence(at: from.adding(seconds: -Self.disorderSeconds))
            lower = max(lower, first - 1)
        }
        if let to = query.to {
            upper = min(upper, try sequence(at: to.adding(seconds: Self.disorderSeconds)))
        }
        return (lower, upper)
    }

    /// The number of the first entry from an instant on; one behind the last where there is none.
    private func sequence(at instant: Instant) throws -> Int64 {
        var (low, high) = (Int64(1), try lastSequence() + 1)
        while low < high {
            let middle = low + (high - low) / 2
            let rows = try connection.rows(
                "SELECT sequence, at FROM journal WHERE sequence >= ? ORDER BY sequence LIMIT 1",
                middle
            )
            if try rows.next(), rows.integer(1) < instant.microseconds {
                low = rows.integer(0) + 1
            } else {
                high = middle
            }
        }
        return low
    }
}
