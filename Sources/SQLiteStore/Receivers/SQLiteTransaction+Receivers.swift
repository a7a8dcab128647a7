import Directory
import SCIM

/// Receivers, and what they are still to be told.
extension SQLiteTransaction {
    // MARK: Reading

    func receivers() throws -> [Receiver] { try reading.receivers() }

    func deliveries(
        to receiver: Int64,
        _ selection: DeliverySelection,
        limit: Int
    ) throws -> [DeliveryRecord] {
        try reading.deliveries(to: receiver, selection, limit: limit)
    }

    func delivery(to receiver: Int64, ofAccount id: String) throws -> DeliveryRecord? {
        try reading.delivery(to: receiver, ofAccount: id)
    }

    func nextDue(to receiver: Int64) throws -> Instant? { try reading.nextDue(to: receiver) }

    func deliveryCounts(to receiver: Int64) throws -> DeliveryCounts {
        try reading.deliveryCounts(to: receiver)
    }

    func backlog(of receiver: Int64) throws -> Backlog { try reading.backlog(of: receiver) }

    func allMemberships(of key: Int64) throws -> [Membership] {
        try reading.allMemberships(of: key)
    }

    func passwordHash(of key: Int64) throws -> String? { try reading.passwordHash(of: key) }

    func ids(ofType type: String, after id: String, limit: Int) throws -> [String] {
        try reading.ids(ofType: type, after: id, limit: limit)
    }

    func newestIDs(ofType type: String, limit: Int) throws -> [String] {
        try reading.newestIDs(ofType: type, limit: limit)
    }

    // MARK: Receivers

    func insert(_ receiver: Receiver) throws -> Int64 {
        do {
            try connection.execute(
                """
                INSERT INTO receiver (kind, name, type, follows_groups, follows_references,
                    settings, created, paused)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                receiver.kind.rawValue,
                receiver.name,
                receiver.scope.type,
                receiver.scope.followsGroups ? 1 : 0,
                receiver.scope.followsReferences ? 1 : 0,
                SQLValue.utf8(JSON.object(receiver.settings).text),
                receiver.created.microseconds,
                receiver.isPaused ? 1 : 0
            )
        } catch let error as SQLiteError where error.isUniqueViolation {
            throw StoreError.taken(type: "Receiver", attribute: "name")
        }
        return connection.lastInsertedKey
    }

    func update(_ receiver: Receiver) throws {
        try connection.execute(
            """
            UPDATE receiver SET type = ?, follows_groups = ?, follows_references = ?, settings = ?,
                paused = ?
            WHERE id = ?
            """,
            receiver.scope.type,
            receiver.scope.followsGroups ? 1 : 0,
            receiver.scope.followsReferences ? 1 : 0,
            SQLValue.utf8(JSON.object(receiver.settings).text),
            receiver.isPaused ? 1 : 0,
            receiver.id
        )
    }

    func deleteReceiver(_ id: Int64) throws {
        try connection.execute("DELETE FROM receiver WHERE id = ?", id)
        try connection.execute("DELETE FROM delivery WHERE receiver = ?", id)
    }

    func setTrouble(_ trouble: Trouble?, of receiver: Int64) throws {
        try connection.execute(
            """
            UPDATE receiver SET attempts = ?, failing_since = ?, retry_at = ?, problem_code = ?,
                problem_message = ?
            WHERE id = ?
            """,
            trouble?.attempts ?? 0,
            trouble?.since.microseconds,
            trouble?.retryAt?.microseconds,
            trouble?.problem.code,
            trouble?.problem.message,
            receiver
        )
    }

    func setLease(_ lease: Lease?, of receiver: Int64) throws {
        try connection.execute(
            "UPDATE receiver SET lease_holder = ?, lease_until = ? WHERE id = ?",
            lease?.holder,
            lease?.until.microseconds,
            receiver
        )
    }

    // MARK: Announcing

    func announce(_ announcement: Announcement, at instant: Instant) throws {
        // Most directories without a receiver never get further.
        guard try connection.integer("SELECT EXISTS (SELECT 1 FROM receiver)") != 0 else { return }
        for change in announcement.changes {
            try connection.execute(
                """
                INSERT INTO delivery (receiver, resource, type, version, due, urgency)
                SELECT v.id, ?1, ?2, 1, ?3, ?4 FROM receiver v
                    WHERE v.type IS NULL OR v.type = ?2
                ON CONFLICT (receiver, resource) DO UPDATE SET version = version + 1,
                    urgency = CASE WHEN acknowledged >= version THEN excluded.urgency
                        ELSE min(urgency, excluded.urgency) END,
                    due = excluded.due, attempts = 0, failing_since = NULL,
                    problem_code = NULL, problem_message = NULL
                """,
                change.id,
                change.type,
                instant.microseconds,
                change.isUrgent ? 0 : 1
            )
        }
        try announce(renamed: announcement.renamed, at: instant)
        try announce(regrouped: announcement.regrouped, at: instant)
    }

    private func announce(regrouped ids: [String], at instant: Instant) throws {
        if ids.isEmpty { return }
        try connection.execute(
            """
            WITH RECURSIVE inside(key) AS (
                SELECT r.key FROM json_each(?1) wanted JOIN resource r ON r.id = wanted.value
                UNION
                SELECT m.member FROM inside i JOIN member m ON m.grp = i.key)
            INSERT INTO delivery (receiver, resource, type, version, due)
            SELECT v.id, r.id, r.type, 1, ?2 FROM receiver v, inside i JOIN resource r
                ON r.key = i.key
                WHERE v.follows_groups AND (v.type IS NULL OR v.type = r.type)
            ON CONFLICT (receiver, resource) DO UPDATE SET version = version + 1,
                urgency = CASE WHEN acknowledged >= version THEN excluded.urgency
                    ELSE urgency END,
                due = excluded.due, attempts = 0, failing_since = NULL,
                problem_code = NULL, problem_message = NULL
            """,
            SQLValue.utf8(JSON.array(ids.map(JSON.string)).text),
            instant.microseconds
        )
    }

    /// Announces those who refer to somebody whose name is another.
    private func announce(renamed: [Announcement.Renamed], at instant: Instant) throws {
        guard !renamed.isEmpty,
            try connection.integer(
                "SELECT EXISTS (SELECT 1 FROM receiver WHERE follows_references)"
            ) != 0
        else { return }
        for renamed in renamed {
            for (type, reference) in renamed.references {
                let keys = try resources(of: type, whose: reference, is: renamed.id)
                try connection.execute(
                    """
                    INSERT INTO delivery (receiver, resource, type, version, due)
                    SELECT v.id, r.id, r.type, 1, ?2 FROM receiver v, json_each(?1) wanted
                        JOIN resource r ON r.key = wanted.value
                        WHERE v.follows_references AND (v.type IS NULL OR v.type = r.type)
                    ON CONFLICT (receiver, resource) DO UPDATE SET version = version + 1,
                        urgency = CASE WHEN acknowledged >= version THEN excluded.urgency
                            ELSE urgency END,
                        due = excluded.due, attempts = 0, failing_since = NULL,
                        problem_code = NULL, problem_message = NULL
                    """,
                    Self.json(keys),
                    instant.microseconds
                )
            }
        }
    }

    func announce(
        _ ids: [String],
        ofType type: String,
        to receiver: Int64,
        at instant: Instant
    ) throws {
        try connection.execute(
            """
            INSERT INTO delivery (receiver, resource, type, version, due)
            SELECT ?1, wanted.value, ?2, 1, ?3 FROM json_each(?4) wanted WHERE true
            ON CONFLICT (receiver, resource) DO UPDATE SET version = version + 1,
                due = excluded.due, attempts = 0, failing_since = NULL,
                problem_code = NULL, problem_message = NULL
                WHERE version > 0
            """,
            receiver,
            type,
            instant.microseconds,
            SQLValue.utf8(JSON.array(ids.map(JSON.string)).text)
        )
    }

    func announceAll(to receiver: Int64, at instant: Instant) throws {
        try connection.execute(
            """
            INSERT INTO delivery (receiver, resource, type, version, due)
            SELECT v.id, r.id, r.type, 1, ?2 FROM receiver v JOIN resource r
                ON v.type IS NULL OR v.type = r.type
                WHERE v.id = ?1
            ON CONFLICT (receiver, resource) DO UPDATE SET version = version + 1,
                due = excluded.due, attempts = 0, failing_since = NULL,
                problem_code = NULL, problem_message = NULL
                WHERE version > 0
            """,
            receiver,
            instant.microseconds
        )
    }

    func unpark(_ receiver: Int64, at instant: Instant) throws -> Int {
        try connection.execute(
            """
            UPDATE delivery SET due = min(coalesce(due, ?2), ?2), attempts = 0,
                failing_since = NULL
            WHERE receiver = ?1 AND (due IS NOT NULL OR acknowledged < version)
            """,
            receiver,
            instant.microseconds
        )
        return connection.changesCount
    }

    // MARK: Settling

    func settle(_ settlements: [Settlement], of receiver: Int64, at instant: Instant) throws {
        for settlement in settlements {
            let (resource, version) = (settlement.resource, settlement.version)
            switch settlement.outcome {
            // A version that was never given is one of a time that the store has gone back from.
            case .done(let account, let active):
                try connection.execute(
                    """
                    UPDATE delivery SET acknowledged = max(acknowledged, ?3),
                        due = CASE WHEN version = ?3 THEN NULL ELSE due END, attempts = 0,
                        failing_since = NULL, problem_code = NULL, problem_message = NULL,
                        account_id = coalesce(?4, account_id),
                        account_name = coalesce(?5, account_name), active = coalesce(?6, active)
                    WHERE receiver = ?1 AND resource = ?2 AND version >= ?3
                    """,
                    receiver,
                    resource,
                    version,
                    account?.id,
                    account?.name,
                    active.map { $0 ? 1 : 0 }
                )
            // Unless another has been faster, and was heard.
            case .outrun(let other):
                try connection.execute(
                    """
                    UPDATE delivery SET version = max(version, ?3) + 1, due = ?4,
                        attempts = attempts + 1
                    WHERE receiver = ?1 AND resource = ?2 AND version <= ?3
                        AND acknowledged < ?3
                    """,
                    receiver,
                    resource,
                    other,
                    instant.microseconds
                )
            case .refused(let problem):
                try fail(resource, version, of: receiver, due: nil, problem, at: instant)
            case .postponed(let due, let problem):
                try fail(resource, version, of: receiver, due: due, problem, at: instant)
            }
        }
    }

    /// Notes a try in vain; what has changed since is sent all the same.
    private func fail(
        _ resource: String,
        _ version: Int64,
        of receiver: Int64,
        due: Instant?,
        _ problem: Problem,
        at instant: Instant
    ) throws {
        try connection.execute(
            """
            UPDATE delivery SET due = ?4, attempts = attempts + 1,
                failing_since = coalesce(failing_since, ?5), problem_code = ?6,
                problem_message = ?7
            WHERE receiver = ?1 AND resource = ?2 AND version = ?3
            """,
            receiver,
            resource,
            version,
            due?.microseconds,
            instant.microseconds,
            problem.code,
            problem.message
        )
    }

    func setDetached(
        _ isDetached: Bool,
        _ resource: String,
        at receiver: Int64
    ) throws -> Int64? {
        let rows = try connection.rows(
            """
            UPDATE delivery SET detached = ?3, version = version + 1,
                acknowledged = version + ?3, due = NULL, attempts = 0, failing_since = NULL,
                problem_code = NULL, problem_message = NULL
            WHERE receiver = ?1 AND resource = ?2 RETURNING version
            """,
            receiver,
            resource,
            isDetached ? 1 : 0
        )
        var version: Int64?
        while try rows.next() { version = rows.integer(0) }
        return version
    }

    func link(_ records: [DeliveryRecord], to receiver: Int64) throws {
        for record in records {
            try connection.execute(
                """
                INSERT INTO delivery (receiver, resource, type, version, acknowledged, due,
                    account_id, account_name, active)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (receiver, resource) DO UPDATE SET version = excluded.version,
                    acknowledged = excluded.acknowledged, due = excluded.due,
                    urgency = excluded.urgency, attempts = 0, failing_since = NULL,
                    problem_code = NULL, problem_message = NULL,
                    account_id = excluded.account_id, account_name = excluded.account_name,
                    active = excluded.active, detached = 0
                """,
                receiver,
                record.resource,
                record.type,
                record.version,
                record.acknowledged,
                record.due?.microseconds,
                record.account?.id,
                record.account?.name,
                record.active.map { $0 ? 1 : 0 }
            )
        }
    }
}
