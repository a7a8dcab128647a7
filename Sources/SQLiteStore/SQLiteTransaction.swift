import Directory
import GRDB
import SCIM

/// A transaction: `BEGIN IMMEDIATE`, so that nothing it has read can change before it commits.
struct SQLiteTransaction: StoreTransaction {
    let connection: Connection
    let attributes: AttributeNumbers

    func fetch(
        _ id: String,
        type: ResourceType,
        domain: String,
        loading parts: ResourceParts
    ) throws(SCIMError) -> StoredResource? {
        try mapped {
            try Reading(connection: connection).fetch(id, type: type, domain: domain, parts)
        }
    }

    func search(_ query: Query) throws(SCIMError) -> Page {
        try mapped { try Reading(connection: connection).search(query, attributes) }
    }

    func insert(_ resource: ResourceRecord) throws(SCIMError) -> Int64 {
        try mapped {
            try connection.execute(
                """
                INSERT INTO resource (id, type, created, modified, version, document)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                resource.id,
                resource.type.name,
                resource.created.microseconds,
                resource.modified.microseconds,
                resource.version,
                Self.text(of: resource.document)
            )
            let key = connection.lastInsertedKey
            try connection.execute(
                """
                INSERT INTO resource_count (type, total) VALUES (?, 1)
                ON CONFLICT (type) DO UPDATE SET total = total + 1
                """,
                resource.type.name
            )
            for column in attributes.columns(of: resource.type) {
                for row in column.rows(of: resource.document) {
                    try insert(row, key, resource.type)
                }
            }
            if let externalId = resource.externalId {
                try setExternalID(externalId, key, resource.domain)
            }
            return key
        }
    }

    func update(
        _ key: Int64,
        from old: ResourceRecord,
        to new: ResourceRecord
    ) throws(SCIMError) {
        try mapped {
            if old.document == new.document {
                try connection.execute(
                    """
                    UPDATE resource SET modified = ?, version = ? WHERE key = ? AND version = ?
                    """,
                    new.modified.microseconds,
                    new.version,
                    key,
                    old.version
                )
            } else {
                try connection.execute(
                    """
                    UPDATE resource SET modified = ?, version = ?, document = ?
                    WHERE key = ? AND version = ?
                    """,
                    new.modified.microseconds,
                    new.version,
                    Self.text(of: new.document),
                    key,
                    old.version
                )
            }
            guard connection.changesCount == 1 else {
                throw SCIMError.preconditionFailed("the resource has changed meanwhile")
            }
            try updateValues(key, from: old, to: new)
            if old.externalId != new.externalId {
                try setExternalID(new.externalId, key, new.domain)
            }
        }
    }

    /// Writes the rows that differ.
    ///
    /// Those that go, go first: elements may have changed places.
    private func updateValues(
        _ key: Int64,
        from old: ResourceRecord,
        to new: ResourceRecord
    ) throws {
        if old.document == new.document { return }
        for column in attributes.columns(of: new.type) {
            let (removed, added) = column.change(from: old.document, to: new.document)
            for row in removed {
                try connection.execute(
                    "DELETE FROM value WHERE resource = ? AND attribute = ? AND element = ?",
                    key,
                    row.attribute,
                    row.element
                )
            }
            for row in added { try insert(row, key, new.type) }
        }
    }

    private func insert(_ row: ValueRow, _ resource: Int64, _ type: ResourceType) throws {
        do {
            try connection.execute(
                """
                INSERT INTO value (resource, attribute, element, class, key) VALUES (?, ?, ?, ?, ?)
                """,
                resource,
                row.attribute,
                row.element,
                row.valueClass.rawValue,
                row.key
            )
        } catch let error as DatabaseError
            where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE
        {
            throw SCIMError.uniqueness("there is already a \(type.name) with this \(row.name)")
        }
    }

    private func setExternalID(_ value: String?, _ resource: Int64, _ domain: String) throws {
        guard let value else {
            return try connection.execute(
                "DELETE FROM external_id WHERE resource = ? AND domain = ?",
                resource,
                domain
            )
        }
        try connection.execute(
            """
            INSERT INTO external_id (domain, resource, value) VALUES (?, ?, ?)
            ON CONFLICT (resource, domain) DO UPDATE SET value = excluded.value
            """,
            domain,
            resource,
            value
        )
    }

    func delete(_ key: Int64, type: ResourceType) throws(SCIMError) {
        try mapped {
            try connection.execute("DELETE FROM resource WHERE key = ?", key)
            try connection.execute("DELETE FROM value WHERE resource = ?", key)
            try connection.execute("DELETE FROM external_id WHERE resource = ?", key)
            try connection.execute("DELETE FROM member WHERE grp = ?", key)
            try connection.execute("DELETE FROM member WHERE member = ?", key)
            try connection.execute("DELETE FROM credential WHERE resource = ?", key)
            try connection.execute(
                "UPDATE resource_count SET total = total - 1 WHERE type = ?",
                type.name
            )
        }
    }

    func setPassword(_ hash: String, of key: Int64) throws(SCIMError) {
        try mapped {
            try connection.execute(
                """
                INSERT INTO credential (resource, hash) VALUES (?, ?)
                ON CONFLICT (resource) DO UPDATE SET hash = excluded.hash
                """,
                key,
                hash
            )
        }
    }

    // MARK: Membership

    func addMembers(
        _ ids: [String],
        to group: Int64,
        at instant: Instant
    ) throws(SCIMError) -> [String] {
        try mapped {
            var added: [String] = []
            for id in ids {
                guard let member = try key(of: id) else {
                    throw SCIMError.invalidValue(
                        "members: there is no resource with the id \(id.prefix(64))"
                    )
                }
                try connection.execute(
                    "INSERT OR IGNORE INTO member (grp, member, added) VALUES (?, ?, ?)",
                    group,
                    member,
                    instant.microseconds
                )
                if connection.changesCount > 0 { added.append(id) }
            }
            return added
        }
    }

    func removeMembers(_ ids: [String], from group: Int64) throws(SCIMError) -> [String] {
        try mapped {
            var removed: [String] = []
            for id in ids {
                guard let member = try key(of: id) else { continue }
                try connection.execute(
                    "DELETE FROM member WHERE grp = ? AND member = ?",
                    group,
                    member
                )
                if connection.changesCount > 0 { removed.append(id) }
            }
            return removed
        }
    }

    private func key(of id: String) throws -> Int64? {
        let rows = try connection.rows("SELECT key FROM resource WHERE id = ?", id)
        return try rows.next() ? rows.integer(0) : nil
    }

    // MARK: Journal and tokens

    func append(_ entry: AuditEntry) throws(SCIMError) {
        try mapped {
            try connection.execute(
                """
                INSERT INTO audit
                    (at, request, token, client, action, type, resource, version, detail)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                entry.at.microseconds,
                entry.requestID,
                entry.tokenID,
                entry.client,
                entry.action.rawValue,
                entry.type,
                entry.id,
                entry.version,
                Self.text(of: entry.detail)
            )
        }
    }

    func append(_ event: OutboxEvent) throws(SCIMError) {
        try mapped {
            try connection.execute(
                """
                INSERT INTO outbox (at, event, type, resource, version, data)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                event.at.microseconds,
                event.name,
                event.type,
                event.id,
                event.version,
                Self.text(of: event.data)
            )
        }
    }

    func insert(_ token: Token, hash: [UInt8]) throws(SCIMError) -> Int64 {
        try mapped {
            try connection.execute(
                """
                INSERT INTO token (hash, name, profile, rights, domain, created, expires)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                hash,
                token.name,
                token.profile,
                token.rights.rawValue,
                token.domain,
                token.created.microseconds,
                token.expires?.microseconds
            )
            return connection.lastInsertedKey
        }
    }

    func revokeToken(_ id: Int64, at instant: Instant) throws(SCIMError) -> Bool {
        try mapped {
            try connection.execute(
                "UPDATE token SET revoked = ? WHERE id = ? AND revoked IS NULL",
                instant.microseconds,
                id
            )
            return connection.changesCount > 0
        }
    }

    // MARK: Steps

    private static func text(of object: JSONObject) -> String {
        var writer = JSONWriter()
        writer.append(object)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
