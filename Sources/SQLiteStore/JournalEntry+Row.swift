import Directory
import JSONText
import SCIM

/// Entries as rows of table `journal`.
extension JournalEntry {
    /// Reads a row: `sequence` and what follows it, in the order of the table's columns.
    ///
    /// - Throws: `StoreError.damaged`.
    init(_ row: borrowing Rows) throws {
        guard let action = Action(rawValue: row.text(6)) else {
            throw StoreError.damaged(cause: "an entry of the journal has an unknown action")
        }
        let concerned = try Self.json(row.optionalText(11) ?? "[]")
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
            concerned: (concerned.array ?? []).compactMap(\.string),
            detail: try Self.json(row.text(12)).object ?? [:]
        )
        sequence = row.integer(0)
    }

    private static func json(_ text: String) throws -> JSON {
        do {
            return try JSON(parsing: Array(text.utf8))
        } catch {
            throw StoreError.damaged(cause: "an entry of the journal: \(error.message)")
        }
    }

    /// The ids as JSON text; `nil` where there are none.
    var concernedText: [UInt8]? {
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

    var type: String {
        switch self {
        case .token: "token"
        case .administrator: "administrator"
        case .command: "command"
        case .system: "system"
        }
    }

    var id: Int64? {
        switch self {
        case .token(let id, _), .administrator(let id, _): id
        case .command, .system: nil
        }
    }

    var name: String {
        switch self {
        case .token(_, let name), .administrator(_, let name), .command(let name): name
        case .system: ""
        }
    }
}
