import JSONText
import SCIM

/// Writes entries of the audit trail as a file, piece by piece.
package struct AuditExport {
    package enum Form: String, Sendable, CaseIterable {
        /// A table: a heading, and a line each, without bodies (RFC 4180).
        case csv
        /// An array of objects, with all that is known.
        case json

        package var contentType: String {
            switch self {
            case .csv: "text/csv; charset=utf-8; header=present"
            case .json: "application/json"
            }
        }
    }

    private let form: Form
    private var isFirst = true

    package init(_ form: Form) { self.form = form }

    /// What stands before the first entry.
    package var head: [UInt8] {
        switch form {
        case .csv: Self.line(Self.columns)
        case .json: Array("[".utf8)
        }
    }

    /// The next entries.
    package mutating func text(of entries: [JournalEntry]) -> [UInt8] {
        var text: [UInt8] = []
        for entry in entries {
            switch form {
            case .csv: text += Self.line(Self.cells(entry))
            case .json:
                text += Array((isFirst ? "\n" : ",\n").utf8) + JSON.object(entry.json).text
            }
            isFirst = false
        }
        return text
    }

    /// What stands behind the last entry.
    package var tail: [UInt8] {
        switch form {
        case .csv: []
        case .json: Array("\n]\n".utf8)
        }
    }

    // MARK: CSV

    private static let columns = [
        "sequence", "time", "result", "status", "action", "type", "id", "name", "displayName",
        "changes", "scimType", "error", "actorType", "actor", "address", "client", "method",
        "path", "rewrites", "milliseconds", "request",
    ]

    private static func cells(_ entry: JournalEntry) -> [String] {
        let (subject, request) = (entry.subject, entry.request)
        let error = entry.detail["error"]?.object
        return [
            String(entry.sequence), entry.at.text, entry.result.rawValue,
            request.map { String($0.status) } ?? "", entry.action.rawValue, subject.type,
            subject.id, subject.name, entry.detail["display"]?.string ?? "", changes(entry),
            error?["scimType"]?.string ?? "", error?["detail"]?.string ?? "", entry.actor.type,
            entry.actor.name, request?.address ?? "", request?.agent ?? "",
            request?.method ?? "", request?.path ?? "",
            (entry.detail["rewrites"]?.array ?? []).compactMap(\.string).joined(separator: " "),
            request.map { String($0.microseconds / 1_000) } ?? "", entry.requestID,
        ]
    }

    /// `title: "x" → "y"; active: true → false`, or the names of what changed.
    private static func changes(_ entry: JournalEntry) -> String {
        guard let changes = entry.detail["changes"]?.array else {
            let names = entry.detail["attributes"]?.array ?? []
            return names.compactMap(\.string).joined(separator: "; ")
        }
        return changes.compactMap(\.object).map { change in
            let path = change["path"]?.string ?? ""
            if change["added"] != nil || change["removed"] != nil {
                let counts = ["added", "removed"].compactMap { name in
                    change[name]?.object?["count"]?.integer.map { "\($0) \(name)" }
                }
                return "\(path): \(counts.joined(separator: ", "))"
            }
            let values = [change["before"], change["after"]].map { value in
                value.map { String(decoding: $0.text, as: UTF8.self) } ?? "–"
            }
            return "\(path): \(values.joined(separator: " → "))"
        }.joined(separator: "; ")
    }

    private static func line(_ cells: [String]) -> [UInt8] {
        var line: [UInt8] = []
        for (index, cell) in cells.enumerated() {
            if index > 0 { line.append(UInt8(ascii: ",")) }
            append(cell, to: &line)
        }
        return line + [0x0D, 0x0A]
    }

    /// A spreadsheet takes what begins with one of these for a formula.
    private static let formulaStarts = Array("=+-@\t\r".utf8)

    private static func append(_ cell: String, to line: inout [UInt8]) {
        var bytes = Array(cell.utf8)
        if let first = bytes.first, formulaStarts.contains(first) {
            bytes.insert(UInt8(ascii: "'"), at: 0)
        }
        guard bytes.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else {
            line += bytes
            return
        }
        line.append(0x22)
        for byte in bytes { line += byte == 0x22 ? [0x22, 0x22] : [byte] }
        line.append(0x22)
    }
}

extension JournalEntry {
    /// All that is known of the entry.
    package var json: JSONObject {
        var json: JSONObject = [
            "sequence": .integer(sequence), "time": .string(at.text),
            "result": .string(result.rawValue), "action": .string(action.rawValue),
            "subject": [
                "type": .string(subject.type), "id": .string(subject.id),
                "name": .string(subject.name), "version": .integer(subject.version),
            ],
            "actor": ["type": .string(actor.type), "name": .string(actor.name)],
            "request": .string(requestID), "detail": .object(detail),
        ]
        if !concerned.isEmpty { json["concerned"] = .array(concerned.map(JSON.string)) }
        if let request { json["http"] = .object(request.json) }
        return json
    }

    /// The entry without personal values: of what changed only the names.
    package var withoutValues: JournalEntry {
        var detail = detail
        if let changes = detail["changes"]?.array {
            detail["changes"] = .array(changes.map(Self.masked))
        }
        var entry = JournalEntry(
            at: at,
            requestID: requestID,
            actor: actor,
            action: action,
            subject: subject,
            concerned: concerned,
            detail: detail,
            request: request?.withoutBody
        )
        entry.sequence = sequence
        return entry
    }

    private static func masked(_ change: JSON) -> JSON {
        guard var object = change.object else { return change }
        for name in ["before", "after"] where object[name] != nil {
            object[name] = .string(Redaction.mark)
        }
        return .object(object)
    }
}

extension RequestTrace {
    fileprivate var json: JSONObject {
        var json: JSONObject = [
            "method": .string(method), "path": .string(path), "status": .integer(Int64(status)),
            "microseconds": .integer(microseconds),
        ]
        if let address { json["address"] = .string(address) }
        if let agent { json["client"] = .string(agent) }
        if let body {
            json["body"] = (try? JSON(parsing: Array(body.utf8))) ?? .string(body)
        }
        return json
    }

    fileprivate var withoutBody: RequestTrace {
        RequestTrace(
            method: method,
            path: path,
            address: address,
            agent: agent,
            status: status,
            microseconds: microseconds
        )
    }
}
