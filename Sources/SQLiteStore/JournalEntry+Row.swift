import Directory
import JSONText
import SCIM

/// Entries as rows of table `journal`.
extension JournalEntry {
    /// The columns that a row is read of, of a table `j`.
    static func columns(_ columns: AuditColumns) -> SQL {
        let body: SQL = columns == .all ? "j.body" : "NULL"
        return """
            j.sequence, j.at, j.request, j.actor_type, j.actor_id, j.actor, j.action, j.type,
            j.resource, j.name, j.version, j.concerned, j.detail, j.method, j.path, j.address,
            j.agent, j.status, j.microseconds, \(body)
            """
    }

    /// Reads a row of `columns`.
    ///
    /// - Throws: `StoreError.damaged`.
    init(_ row: borrowing Rows) throws {
        guard let action = Action(rawValue: row.text(6)) else {
            throw StoreError.damaged(cause: "an entry of the journal has an unknown action")
        }
        let concerned = try row.optionalText(11).map(Self.json)?.array ?? []
        self.init(
            at: Instant(microseconds: row.integer(1)),
            requestID: row.text(2),
            actor: Actor(type: row.text(3), id: row.optionalInteger(4), name: row.text(5)),
            action: action,
            subject: Subject(
                type: row.text(7),
                id: row.text(8),
                name: row.text(9),
                version: row.integer(10)
            ),
            concerned: concerned.compactMap(\.string),
            detail: try Self.json(row.text(12)).object ?? [:],
            request: row.optionalText(13).map { method in
                RequestTrace(
                    method: method,
                    path: row.text(14),
                    address: row.optionalText(15),
                    agent: row.optionalText(16),
                    status: Int(row.integer(17)),
                    microseconds: row.integer(18),
                    body: row.optionalText(19)
                )
            }
        )
        sequence = row.integer(0)
    }

    static func json(_ text: String) throws -> JSON {
        do {
            return try JSON(parsing: Array(text.utf8))
        } catch {
            throw StoreError.damaged(cause: "an entry of the journal: \(error.message)")
        }
    }

    /// All columns but the number, as they are inserted.
    var row: [SQLValue] {
        [
            at.microseconds.sqlValue, requestID.sqlValue, actor.type.sqlValue, actor.id.sqlValue,
            actor.name.sqlValue, action.rawValue.sqlValue, subject.type.sqlValue,
            subject.id.sqlValue, subject.name.sqlValue, subject.version.sqlValue,
            concernedText.map(SQLValue.utf8) ?? .null, .utf8(JSON.object(detail).text),
            request?.method.sqlValue ?? .null, request?.path.sqlValue ?? .null,
            request?.address.sqlValue ?? .null, request?.agent.sqlValue ?? .null,
            request?.status.sqlValue ?? .null, request?.microseconds.sqlValue ?? .null,
            request?.body.sqlValue ?? .null,
        ]
    }

    /// The ids as JSON text; `nil` where there are none.
    private var concernedText: [UInt8]? {
        concerned.isEmpty ? nil : JSON.array(concerned.map(JSON.string)).text
    }
}

extension JournalEntry.Actor {
    init(type: String, id: Int64?, name: String) {
        self =
            switch type {
            case "token": .token(id: id ?? 0, name: name)
            case "administrator": .administrator(id: id ?? 0, name: name)
            case "command": .command(user: name)
            default: .system
            }
    }

    var id: Int64? {
        switch self {
        case .token(let id, _), .administrator(let id, _): id
        case .command, .system: nil
        }
    }
}
