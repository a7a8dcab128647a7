import Directory
import SCIM

extension SQLiteTransaction: AdministratorTransaction {
    func administrators() throws -> [Administrator] { try reading.administrators() }

    func isSpent(_ id: String) throws -> Bool { try reading.isSpent(id) }

    func signInFailure(_ subject: String) throws -> SignInFailure? {
        try reading.signInFailure(subject)
    }

    func setting(_ name: String) throws -> [UInt8]? { try reading.setting(name) }

    func insert(_ administrator: Administrator) throws -> Int64 {
        do {
            try connection.execute(
                """
                INSERT INTO administrator (name, role, password, receiver, created, signed_in,
                    sessions_since)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                administrator.name,
                administrator.role.rawValue,
                administrator.passwordHash,
                administrator.receiver,
                administrator.created.microseconds,
                administrator.signedIn?.microseconds,
                administrator.sessionsSince.microseconds
            )
        } catch let error as SQLiteError where error.isUniqueViolation {
            throw StoreError.taken(type: "Administrator", attribute: "name")
        }
        return connection.lastInsertedKey
    }

    func update(_ administrator: Administrator) throws {
        try connection.execute(
            """
            UPDATE administrator
            SET role = ?, password = ?, receiver = ?, signed_in = ?, sessions_since = ?
            WHERE id = ?
            """,
            administrator.role.rawValue,
            administrator.passwordHash,
            administrator.receiver,
            administrator.signedIn?.microseconds,
            administrator.sessionsSince.microseconds,
            administrator.id
        )
    }

    func deleteAdministrator(_ id: Int64) throws {
        try connection.execute("DELETE FROM administrator WHERE id = ?", id)
    }

    func spend(_ id: String, until: Instant, at now: Instant) throws -> Bool {
        try connection.execute("DELETE FROM spent WHERE until < ?", now.microseconds)
        try connection.execute(
            "INSERT OR IGNORE INTO spent (id, until) VALUES (?, ?)",
            id,
            until.microseconds
        )
        return connection.changesCount == 1
    }

    /// For a day after nobody has to wait any more.
    private static let memoryMicroseconds: Int64 = 86_400_000_000

    func setSignInFailure(
        _ failure: SignInFailure?,
        _ subject: String,
        at now: Instant
    ) throws {
        guard let failure else {
            return try connection.execute(
                "DELETE FROM sign_in_failure WHERE subject = ?",
                subject
            )
        }
        try connection.execute(
            "DELETE FROM sign_in_failure WHERE until < ?",
            now.microseconds - Self.memoryMicroseconds
        )
        try connection.execute(
            """
            INSERT INTO sign_in_failure (subject, failures, until) VALUES (?, ?, ?)
            ON CONFLICT (subject) DO UPDATE
                SET failures = excluded.failures, until = excluded.until
            """,
            subject,
            failure.failures,
            failure.until.microseconds
        )
    }

    func setSetting(_ name: String, _ value: [UInt8]?) throws {
        guard let value else {
            return try connection.execute("DELETE FROM setting WHERE name = ?", name)
        }
        try connection.execute(
            """
            INSERT INTO setting (name, value) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """,
            name,
            SQLValue.utf8(value)
        )
    }
}
