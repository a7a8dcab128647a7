import Directory
import JSONText
import SCIM

/// Receivers, and what they are still to be told.
extension SQLiteReading {
    func receivers() throws -> [Receiver] {
        let rows = try connection.rows(
            """
            SELECT id, kind, name, type, follows_groups, settings, created, paused, attempts,
                failing_since, retry_at, problem_code, problem_message, lease_holder, lease_until,
                follows_references
            FROM receiver ORDER BY id
            """
        )
        var receivers: [Receiver] = []
        while try rows.next() { receivers.append(try Receiver(rows)) }
        return receivers
    }

    func deliveries(
        to receiver: Int64,
        _ selection: DeliverySelection,
        limit: Int
    ) throws -> [DeliveryRecord] {
        let rows = try connection.rows(
            """
            SELECT resource, type, version, acknowledged, due, urgency, attempts, failing_since,
                problem_code, problem_message, account_id, account_name, active, detached
            FROM delivery WHERE receiver = \(receiver) AND \(Self.condition(selection))
            LIMIT \(limit)
            """
        )
        var records: [DeliveryRecord] = []
        while try rows.next() { records.append(DeliveryRecord(rows)) }
        return records
    }

    private static func condition(_ selection: DeliverySelection) -> SQL {
        switch selection {
        case .due(let instant):
            return
                "due IS NOT NULL AND due <= \(instant.microseconds) ORDER BY urgency, due"
        case .inState(let state, let id):
            return "\(condition(state)) AND resource > \(id) ORDER BY resource"
        case .all(let id): return "resource > \(id) ORDER BY resource"
        case .of(let ids):
            let list = JSON.array(ids.map(JSON.string)).text
            return "resource IN (SELECT value FROM json_each(\(SQLValue.utf8(list))))"
        }
    }

    private static func condition(_ state: DeliveryRecord.State) -> SQL {
        switch state {
        case .waiting: "due IS NOT NULL"
        case .done: "due IS NULL AND acknowledged >= version AND NOT detached"
        case .parked: "due IS NULL AND acknowledged < version"
        case .detached: "detached"
        }
    }

    func delivery(to receiver: Int64, ofAccount id: String) throws -> DeliveryRecord? {
        let rows = try connection.rows(
            """
            SELECT resource, type, version, acknowledged, due, urgency, attempts, failing_since,
                problem_code, problem_message, account_id, account_name, active, detached
            FROM delivery INDEXED BY delivery_account WHERE receiver = ? AND account_id = ?
            """,
            receiver,
            id
        )
        return try rows.next() ? DeliveryRecord(rows) : nil
    }

    func nextDue(to receiver: Int64) throws -> Instant? {
        // Each urgency for itself, so that the index leads to the first.
        let rows = try connection.rows(
            """
            SELECT min(due) FROM (
                SELECT min(due) AS due FROM delivery
                    WHERE receiver = ?1 AND urgency = 0 AND due IS NOT NULL
                UNION ALL
                SELECT min(due) FROM delivery
                    WHERE receiver = ?1 AND urgency = 1 AND due IS NOT NULL)
            """,
            receiver
        )
        guard try rows.next() else { return nil }
        return rows.optionalInteger(0).map(Instant.init(microseconds:))
    }

    func deliveryCounts(to receiver: Int64) throws -> DeliveryCounts {
        let rows = try connection.rows(
            """
            SELECT count(*) FILTER (WHERE due IS NULL AND acknowledged >= version),
                count(*) FILTER (WHERE due IS NOT NULL),
                count(*) FILTER (WHERE due IS NULL AND acknowledged < version),
                min(due)
            FROM delivery WHERE receiver = ?
            """,
            receiver
        )
        guard try rows.next() else {
            return DeliveryCounts(done: 0, waiting: 0, parked: 0, oldestDue: nil)
        }
        return DeliveryCounts(
            done: Int(rows.integer(0)),
            waiting: Int(rows.integer(1)),
            parked: Int(rows.integer(2)),
            oldestDue: rows.optionalInteger(3).map(Instant.init(microseconds:))
        )
    }

    func backlog(of receiver: Int64) throws -> Backlog {
        let rows = try connection.rows(
            """
            SELECT
                (SELECT count(*) FROM delivery INDEXED BY delivery_due
                    WHERE receiver = ?1 AND due IS NOT NULL),
                (SELECT count(*) FROM delivery INDEXED BY delivery_parked
                    WHERE receiver = ?1 AND due IS NULL AND acknowledged < version)
            """,
            receiver
        )
        guard try rows.next() else { return Backlog(waiting: 0, parked: 0, oldestDue: nil) }
        return Backlog(
            waiting: Int(rows.integer(0)),
            parked: Int(rows.integer(1)),
            oldestDue: try nextDue(to: receiver)
        )
    }

    func allMemberships(of key: Int64) throws -> [Membership] {
        let rows = try connection.rows(
            """
            WITH RECURSIVE around(key) AS (
                SELECT grp FROM member WHERE member = ?
                UNION
                SELECT m.grp FROM around a JOIN member m ON m.member = a.key)
            SELECT g.id, g.type, json_extract(g.document, '$.displayName')
            FROM around a JOIN resource g ON g.key = a.key ORDER BY a.key
            """,
            key
        )
        var memberships: [Membership] = []
        while try rows.next() {
            memberships.append(
                Membership(group: rows.text(0), type: rows.text(1), display: rows.text(2))
            )
        }
        return memberships
    }

    func passwordHash(of key: Int64) throws -> String? {
        let rows = try connection.rows("SELECT hash FROM credential WHERE resource = ?", key)
        return try rows.next() ? rows.text(0) : nil
    }

    func ids(ofType type: String, after id: String, limit: Int) throws -> [String] {
        // By their ids: an index of the type would have all of them sorted for each page.
        let rows = try connection.rows(
            "SELECT id FROM resource WHERE id > ? AND +type = ? ORDER BY id LIMIT ?",
            id,
            type,
            limit
        )
        return try Self.texts(rows)
    }

    func newestIDs(ofType type: String, limit: Int) throws -> [String] {
        // Numbers rise with every new resource, and the index of the types has them in order.
        let rows = try connection.rows(
            "SELECT id FROM resource WHERE type = ? ORDER BY key DESC LIMIT ?",
            type,
            limit
        )
        return try Self.texts(rows)
    }

    private static func texts(_ rows: borrowing Rows) throws -> [String] {
        var texts: [String] = []
        while try rows.next() { texts.append(rows.text(0)) }
        return texts
    }
}

extension Receiver {
    /// Reads a row, in the order of the table's columns.
    ///
    /// - Throws: `StoreError.damaged`.
    fileprivate init(_ row: borrowing Rows) throws {
        guard let kind = Kind(rawValue: row.text(1)),
            let settings = (try? JSON(parsing: row.bytes(5)))?.object
        else {
            throw StoreError.damaged(cause: "receiver \(row.integer(0)) cannot be read")
        }
        self.init(
            id: row.integer(0),
            kind: kind,
            name: row.text(2),
            scope: Scope(
                type: row.optionalText(3),
                followsGroups: row.integer(4) != 0,
                followsReferences: row.integer(15) != 0
            ),
            settings: settings,
            created: Instant(microseconds: row.integer(6)),
            isPaused: row.integer(7) != 0,
            trouble: row.optionalInteger(9).map { since in
                Trouble(
                    attempts: Int(row.integer(8)),
                    since: Instant(microseconds: since),
                    retryAt: row.optionalInteger(10).map(Instant.init(microseconds:)),
                    problem: Problem(code: row.text(11), message: row.text(12))
                )
            },
            lease: row.optionalText(13).map { holder in
                Lease(holder: holder, until: Instant(microseconds: row.integer(14)))
            }
        )
    }
}

extension DeliveryRecord {
    /// Reads a row: `resource` and what follows it, in the order of the table's columns.
    fileprivate init(_ row: borrowing Rows) {
        self.init(
            resource: row.text(0),
            type: row.text(1),
            version: row.integer(2),
            acknowledged: row.integer(3),
            due: row.optionalInteger(4).map(Instant.init(microseconds:)),
            isUrgent: row.integer(5) == 0,
            attempts: Int(row.integer(6)),
            failingSince: row.optionalInteger(7).map(Instant.init(microseconds:)),
            problem: row.optionalText(8).map { Problem(code: $0, message: row.text(9)) },
            account: row.optionalText(10).map { Account(id: $0, name: row.text(11)) },
            active: row.optionalInteger(12).map { $0 != 0 },
            isDetached: row.integer(13) != 0
        )
    }
}
