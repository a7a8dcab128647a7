import Directory
import SCIM

/// What words, marks and counts need of an entry, the same each time; without what is long.
struct IndexedEntry {
    let entry: JournalEntry
    /// That it takes in the database, roughly.
    let bytes: Int64

    /// Bytes of a row beside its texts.
    private static let rowBytes: Int64 = 200

    /// Entries behind a number, in their order; at most `limit`.
    static func next(
        behind sequence: Int64,
        limit: Int,
        in connection: Connection
    ) throws -> [IndexedEntry] {
        let rows = try connection.rows(
            """
            SELECT sequence, at, request, actor_type, actor, action, type, resource, name, concerned,
                json_extract(detail, '$.display'), json_extract(detail, '$.active'),
                json_type(detail, '$.active') IS NOT NULL, method, address, status,
                length(CAST(detail AS BLOB)) + coalesce(length(CAST(body AS BLOB)), 0)
                    + coalesce(length(CAST(concerned AS BLOB)), 0)
            FROM journal WHERE sequence > ? ORDER BY sequence LIMIT ?
            """,
            sequence,
            limit
        )
        var entries: [IndexedEntry] = []
        while try rows.next() {
            let entry = IndexedEntry(entry: try entry(rows), bytes: rowBytes + rows.integer(16))
            entries.append(entry)
        }
        return entries
    }

    private static func entry(_ row: borrowing Rows) throws -> JournalEntry {
        guard let action = JournalEntry.Action(rawValue: row.text(5)) else {
            throw StoreError.damaged(cause: "an entry of the journal has an unknown action")
        }
        var detail: JSONObject = [:]
        if let display = row.optionalText(10) { detail["display"] = .string(display) }
        if row.integer(12) != 0 { detail["active"] = .bool(row.integer(11) == 1) }
        let concerned = try row.optionalText(9).map(JournalEntry.json)?.array ?? []
        var entry = JournalEntry(
            at: Instant(microseconds: row.integer(1)),
            requestID: row.text(2),
            actor: JournalEntry.Actor(type: row.text(3), id: nil, name: row.text(4)),
            action: action,
            subject: .init(type: row.text(6), id: row.text(7), name: row.text(8)),
            concerned: concerned.compactMap(\.string),
            detail: detail,
            request: row.optionalText(13).map { method in
                RequestTrace(
                    method: method,
                    path: "",
                    address: row.optionalText(14),
                    status: Int(row.integer(15)),
                    microseconds: 0
                )
            }
        )
        entry.sequence = row.integer(0)
        return entry
    }
}
