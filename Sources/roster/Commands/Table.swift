import SCIM

/// How a command says what it found.
enum OutputForm {
    /// For people.
    case table
    /// For scripts.
    case json
}

/// Rows under headings, as a table or as a JSON array of objects.
struct Table {
    /// Names of the JSON members; the headings are these in capitals.
    let columns: [String]
    var rows: [[JSON]] = []

    func show(as form: OutputForm) {
        switch form {
        case .json: print(String(decoding: JSON.array(rows.map(object)).text, as: UTF8.self))
        case .table: for line in lines { print(line) }
        }
    }

    private func object(_ row: [JSON]) -> JSON {
        .object(JSONObject(zip(columns, row).map { .init(name: $0, value: $1) }))
    }

    private var lines: [String] {
        let cells = [columns.map(Self.heading)] + rows.map { $0.map(Self.text) }
        let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            let padded = zip(row, widths).map { text, width in
                text + String(repeating: " ", count: width - text.count)
            }
            let line = padded.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// `OLDEST DUE` of `oldestDue`.
    private static func heading(_ name: String) -> String {
        name.reduce(into: "") { heading, letter in
            heading += letter.isUppercase ? " \(letter)" : letter.uppercased()
        }
    }

    /// A value for people.
    static func text(_ value: JSON) -> String {
        switch value {
        case .null: "-"
        case .string(let text): text.isEmpty ? "-" : text
        case .integer(let number): String(number)
        case .bool(let bool): bool ? "yes" : "no"
        case .array(let values): values.map(text).joined(separator: ", ")
        case .number, .object: String(decoding: value.text, as: UTF8.self)
        }
    }
}

/// Prints one JSON object, or its members a line each.
func show(_ object: JSONObject, as form: OutputForm) {
    switch form {
    case .json: print(String(decoding: JSON.object(object).text, as: UTF8.self))
    case .table:
        let width = object.members.map(\.name.count).max() ?? 0
        for member in object.members {
            let gap = String(repeating: " ", count: width - member.name.count)
            print("\(member.name)\(gap)  \(Table.text(member.value))")
        }
    }
}
