import SCIM

/// The operations of a PATCH request's message, in order, among what could not be read as one.
struct OperationList: Sendable {
    private enum Entry: Sendable {
        case operation(Operation)
        /// Left for the protocol's own rules to refuse.
        case unread(JSON)
    }

    private let sent: JSONObject
    private var entries: [Entry]

    /// - Returns: `nil` when the message has no list of operations.
    init?(_ message: JSON, _ values: FilterParser.Values) {
        guard let sent = message.object, let list = sent.value(named: "Operations")?.array else {
            return nil
        }
        self.sent = sent
        entries = list.map { json in
            Operation(json, values).map(Entry.operation) ?? .unread(json)
        }
    }

    func contains(where isMeant: (Operation) -> Bool) -> Bool {
        entries.contains { entry in
            if case .operation(let operation) = entry { isMeant(operation) } else { false }
        }
    }

    /// - Returns: `nil` when nothing changed.
    func rewritten(_ apply: (Operation) -> [Operation]?) -> OperationList? {
        var rewritten: [Entry]?
        for (index, entry) in entries.enumerated() {
            if case .operation(let operation) = entry, let changed = apply(operation) {
                rewritten = (rewritten ?? Array(entries[..<index])) + changed.map(Entry.operation)
            } else {
                rewritten?.append(entry)
            }
        }
        guard let rewritten else { return nil }
        var list = self
        list.entries = rewritten
        return list
    }

    var message: JSON {
        let list = entries.map { entry in
            switch entry {
            case .operation(let operation): operation.json
            case .unread(let json): json
            }
        }
        return .object(sent.setting("Operations", .array(list)))
    }
}
