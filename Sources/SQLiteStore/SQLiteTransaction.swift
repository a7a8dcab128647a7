import Directory
import SCIM

/// A transaction: `BEGIN IMMEDIATE`, so that nothing it has read can change before it commits.
struct SQLiteTransaction: StoreTransaction {
    let reading: SQLiteReading
    let batches: JournalBatches

    var connection: Connection { reading.connection }
    var attributes: AttributeNumbers { reading.attributes }

    // MARK: Reading

    func fetch(
        _ id: String,
        type: ResourceType,
        domain: String,
        loading parts: ResourceParts
    ) throws -> StoredResource? {
        try reading.fetch(id, type: type, domain: domain, loading: parts)
    }

    func search(_ query: Query) throws -> Page { try reading.search(query) }

    func names(
        of type: ResourceType,
        _ window: NameWindow,
        limit: Int
    ) throws -> [ResourceName] {
        try reading.names(of: type, window, limit: limit)
    }

    func membersCount(of key: Int64, atMost limit: Int) throws -> Int {
        try reading.membersCount(of: key, atMost: limit)
    }

    func members(of key: Int64, after member: Int64, limit: Int) throws -> [ResourceName] {
        try reading.members(of: key, after: member, limit: limit)
    }

    func memberIDs(of key: Int64, _ selection: MemberSelection) throws -> [String] {
        try reading.memberIDs(of: key, selection)
    }

    func token(hash: [UInt8]) throws -> Token? { try reading.token(hash: hash) }

    func tokens() throws -> [Token] { try reading.tokens() }

    func journal(after sequence: Int64, limit: Int) throws -> [JournalEntry] {
        try reading.journal(after: sequence, limit: limit)
    }

    // MARK: Resources

    func insert(_ resource: ResourceRecord) throws -> Int64 {
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
            SQLValue.utf8(resource.document.text)
        )
        let key = connection.lastInsertedKey
        try connection.execute(
            """
            INSERT INTO resource_count (type, total) VALUES (?, 1)
            ON CONFLICT (type) DO UPDATE SET total = total + 1
            """,
            resource.type.name
        )
        let document = try resource.document.object()
        let rows = attributes.columns(of: resource.type).flatMap { $0.rows(of: document) }
        try insert(rows, key, resource.type)
        if let externalId = resource.externalId {
            try setExternalID(externalId, key, resource.domain)
        }
        return key
    }

    func update(_ key: Int64, from old: ResourceRecord, to new: ResourceRecord) throws {
        // A document that stays is the same object.
        if old.document === new.document {
            try connection.execute(
                "UPDATE resource SET modified = ?, version = ? WHERE key = ? AND version = ?",
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
                SQLValue.utf8(new.document.text),
                key,
                old.version
            )
        }
        guard connection.changesCount == 1 else { throw StoreError.moved }
        if old.document !== new.document { try updateValues(key, from: old, to: new) }
        if old.externalId != new.externalId {
            try setExternalID(new.externalId, key, new.domain)
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
        let (before, after) = (try old.document.object(), try new.document.object())
        let changed = after.changedNames(from: before)
        var added: [ValueRow] = []
        for column in attributes.columns(of: new.type) where changed.contains(column.member) {
            let change = column.change(from: before, to: after)
            for row in change.removed {
                try connection.execute(
                    "DELETE FROM value WHERE resource = ? AND attribute = ? AND element = ?",
                    key,
                    row.attribute,
                    row.element
                )
            }
            added += change.added
        }
        try insert(added, key, new.type)
    }

    private func insert(_ rows: [ValueRow], _ resource: Int64, _ type: ResourceType) throws {
        // One by one, to know which is taken.
        for row in rows where row.valueClass == .unique { try insert(row, resource, type) }
        var others = rows.filter { $0.valueClass != .unique }[...]
        while others.count >= 8 {
            try insertEight(others.prefix(8), resource)
            others = others.dropFirst(8)
        }
        for row in others { try insert(row, resource, type) }
    }

    /// A statement for itself costs as much as two rows.
    private func insertEight(_ values: ArraySlice<ValueRow>, _ resource: Int64) throws {
        // With OR FAIL nothing is kept to undo the statement with: the transaction is undone.
        let rows = try connection.rows(
            """
            INSERT OR FAIL INTO value (resource, attribute, element, class, key) VALUES
                (?1, ?2, ?3, ?4, ?5), (?1, ?6, ?7, ?8, ?9), (?1, ?10, ?11, ?12, ?13),
                (?1, ?14, ?15, ?16, ?17), (?1, ?18, ?19, ?20, ?21), (?1, ?22, ?23, ?24, ?25),
                (?1, ?26, ?27, ?28, ?29), (?1, ?30, ?31, ?32, ?33)
            """,
            resource
        )
        var position: Int32 = 2
        for value in values {
            try rows.bind(.integer(value.attribute), at: position)
            try rows.bind(.integer(Int64(value.element)), at: position + 1)
            try rows.bind(.integer(Int64(value.valueClass.rawValue)), at: position + 2)
            try rows.bind(value.key.sqlValue, at: position + 3)
            position += 4
        }
        _ = try rows.next()
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
        } catch let error as SQLiteError where error.isUniqueViolation {
            throw StoreError.taken(type: type.name, attribute: row.name)
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

    func delete(_ key: Int64, type: ResourceType) throws {
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

    func setPassword(_ hash: String, of key: Int64) throws {
        try connection.execute(
            """
            INSERT INTO credential (resource, hash) VALUES (?, ?)
            ON CONFLICT (resource) DO UPDATE SET hash = excluded.hash
            """,
            key,
            hash
        )
    }

    // MARK: Membership

    func addMembers(_ ids: [String], to key: Int64, at instant: Instant) throws {
        for id in ids {
            try connection.execute(
                """
                INSERT OR IGNORE INTO member (grp, member, added)
                SELECT ?, key, ? FROM resource WHERE id = ?
                """,
                key,
                instant.microseconds,
                id
            )
            guard connection.changesCount == 1 else { throw StoreError.absent(id: id) }
        }
    }

    func removeMembers(_ ids: [String], from key: Int64) throws {
        for id in ids {
            try connection.execute(
                """
                DELETE FROM member
                WHERE grp = ? AND member = (SELECT key FROM resource WHERE id = ?)
                """,
                key,
                id
            )
        }
    }

    // MARK: What a deletion changes elsewhere

    func leaveAll(_ member: Int64, types: ResourceTypes, at instant: Instant) throws -> [Touched] {
        var touched: [Touched] = []
        for type in types.all where type.membership != nil {
            let rows = try connection.rows(
                """
                UPDATE resource SET version = version + 1, modified = max(modified, ?)
                WHERE type = ? AND key IN (SELECT grp FROM member WHERE member = ?)
                RETURNING id, version, json_extract(document, ?)
                """,
                instant.microseconds,
                type.name,
                member,
                JSONPath.text(type.naming?.name)
            )
            while try rows.next() { touched.append(Touched(rows, type)) }
        }
        try connection.execute("DELETE FROM member WHERE member = ?", member)
        return touched
    }

    func clear(
        _ reference: AttributeReference,
        of type: ResourceType,
        to id: String,
        at instant: Instant
    ) throws -> [Touched] {
        let keys = try resources(of: type, whose: reference, is: id)
        if keys.isEmpty { return [] }
        let list = Self.json(keys)
        let (touched, emptied) = try clearDocuments(list, reference, type, at: instant)
        try clearValues(list, reference)
        if let schema = reference.schema, !emptied.isEmpty {
            try remove(extension: schema, from: Self.json(emptied))
        }
        return touched
    }

    static func json(_ keys: [Int64]) -> String {
        "[\(keys.map(String.init).joined(separator: ","))]"
    }

    func resources(
        of type: ResourceType,
        whose reference: AttributeReference,
        is id: String
    ) throws -> [Int64] {
        guard let value = reference.attribute?.subAttribute(named: "value") else { return [] }
        let isThis = Predicate.comparison(reference.sub(value), .eq, .text(id))
        let search = SearchSQL(type: type, predicate: isThis, attributes: attributes)
        let rows = try connection.rows("SELECT r.key FROM resource r WHERE \(search.condition)")
        var keys: [Int64] = []
        while try rows.next() { keys.append(rows.integer(0)) }
        return keys
    }

    /// All in one statement: somebody may manage thousands.
    ///
    /// - Returns: What was changed, and the keys of those that have nothing left in the extension.
    private func clearDocuments(
        _ keys: String,
        _ reference: AttributeReference,
        _ type: ResourceType,
        at instant: Instant
    ) throws -> (touched: [Touched], emptied: [Int64]) {
        let container = reference.isExtension ? reference.schema : nil
        let attribute = JSONPath.text(container, reference.attribute?.name)
        let rows = try connection.rows(
            """
            UPDATE resource SET version = version + 1, modified = max(modified, \(instant.microseconds)),
                document = json_remove(document, \(attribute))
            WHERE key IN (SELECT value FROM json_each(\(keys)))
            RETURNING id, version, json_extract(document, \(JSONPath.text(type.naming?.name))),
                key, json_extract(document, \(JSONPath.text(container))) = '{}'
            """
        )
        var touched: [Touched] = []
        var emptied: [Int64] = []
        while try rows.next() {
            touched.append(Touched(rows, type))
            if rows.integer(4) != 0 { emptied.append(rows.integer(3)) }
        }
        return (touched, emptied)
    }

    private func clearValues(_ keys: String, _ reference: AttributeReference) throws {
        let references = [reference] + (reference.attribute?.subAttributes ?? []).map(reference.sub)
        try connection.execute(
            """
            DELETE FROM value WHERE resource IN (SELECT value FROM json_each(\(keys)))
                AND attribute IN (\(references.map { "\(attributes[$0])" }.joined(", ")))
            """
        )
    }

    /// Takes an extension in which nothing is left out of documents, and of `schemas` as well.
    private func remove(extension schema: String, from keys: String) throws {
        let whole = AttributeReference(schema: schema, isExtension: true, attribute: nil)
        let schemas = attributes[ResourceType.schemasReference]
        try connection.execute(
            """
            UPDATE resource SET document = json_set(
                json_remove(document, \(JSONPath.text(schema))), '$.schemas', json((
                    SELECT json_group_array(value) FROM json_each(document, '$.schemas')
                    WHERE value <> \(schema))))
            WHERE key IN (SELECT value FROM json_each(\(keys)))
            """
        )
        try connection.execute(
            """
            DELETE FROM value WHERE resource IN (SELECT value FROM json_each(\(keys)))
                AND attribute IN (\(attributes[whole]), \(schemas))
            """
        )
        try connection.execute(
            """
            INSERT INTO value (resource, attribute, element, class, key)
            SELECT r.key, \(schemas), s.key, 0, s.value
            FROM json_each(\(keys)) k JOIN resource r ON r.key = k.value,
                json_each(r.document, '$.schemas') s
            """
        )
    }

    // MARK: Journal and tokens

    func append(_ entries: [JournalEntry]) throws {
        for entry in entries {
            let rows = try connection.rows(
                """
                INSERT INTO journal (at, request, actor_type, actor_id, actor, action, type,
                    resource, name, version, concerned, detail, method, path, address, agent,
                    status, microseconds, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
            )
            for (index, value) in entry.row.enumerated() {
                try rows.bind(value, at: Int32(index + 1))
            }
            _ = try rows.next()
            batches.note(connection.lastInsertedKey)
        }
    }

    func insert(_ token: Token) throws -> Int64 {
        try connection.execute(
            """
            INSERT INTO token (hash, name, profile, rights, domain, created, expires)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            token.hash,
            token.name,
            token.profile,
            token.rights.rawValue,
            token.domain,
            token.created.microseconds,
            token.expires?.microseconds
        )
        return connection.lastInsertedKey
    }

    func revokeToken(_ id: Int64, at instant: Instant) throws -> Bool {
        try connection.execute(
            "UPDATE token SET revoked = ? WHERE id = ? AND revoked IS NULL",
            instant.microseconds,
            id
        )
        return connection.changesCount > 0
    }
}

extension Touched {
    /// Reads a row of id, version and name.
    fileprivate init(_ row: borrowing Rows, _ type: ResourceType) {
        self.init(id: row.text(0), type: type.name, name: row.text(2), version: row.integer(1))
    }
}

/// Paths into documents, as SQLite's JSON functions take them.
enum JSONPath {
    /// `$."a"."b"`; names that are missing are left out.
    static func text(_ names: String?...) -> String {
        names.compactMap(\.self).reduce("$") { "\($0).\"\($1)\"" }
    }
}
