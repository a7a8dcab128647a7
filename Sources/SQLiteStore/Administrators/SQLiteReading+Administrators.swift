import Directory
import SCIM

extension SQLiteReading: AdministratorReading {
    func administrators() throws -> [Administrator] {
        let rows = try connection.rows(
            """
            SELECT id, name, role, password, receiver, created, signed_in, sessions_since
            FROM administrator ORDER BY id
            """
        )
        var administrators: [Administrator] = []
        while try rows.next() { administrators.append(Self.administrator(rows)) }
        return administrators
    }

    private static func administrator(_ row: borrowing Rows) -> Administrator {
        Administrator(
            id: row.integer(0),
            name: row.text(1),
            // What a newer program may have written gives no more than reading.
            role: Administrator.Role(rawValue: row.text(2)) ?? .auditor,
            passwordHash: row.optionalText(3),
            receiver: row.optionalInteger(4),
            created: Instant(microseconds: row.integer(5)),
            signedIn: row.optionalInteger(6).map(Instant.init(microseconds:)),
            sessionsSince: Instant(microseconds: row.integer(7))
        )
    }

    func isSpent(_ id: String) throws -> Bool {
        try connection.rows("SELECT 1 FROM spent WHERE id = ?", id).next()
    }

    func signInFailure(_ subject: String) throws -> SignInFailure? {
        let rows = try connection.rows(
            "SELECT failures, until FROM sign_in_failure WHERE subject = ?",
            subject
        )
        guard try rows.next() else { return nil }
        return SignInFailure(
            failures: Int(rows.integer(0)),
            until: Instant(microseconds: rows.integer(1))
        )
    }

    func setting(_ name: String) throws -> [UInt8]? {
        let rows = try connection.rows("SELECT value FROM setting WHERE name = ?", name)
        return try rows.next() ? rows.bytes(0) : nil
    }
}
