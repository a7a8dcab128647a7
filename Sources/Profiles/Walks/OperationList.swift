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

    /// - Returns: `nil` when nothing changed.
    func rewritten(_ apply: (Operation) -> [Operation]?) -> OperationList? {
        var list = self
        list.entries = []
        list.entries.reserveCapacity(entries.count)
        var hasChanged = false
        for entry in entries {
            if case .operation(let operation) = entry, let changed = apply(operation) {
                hasChanged = true
                list.entries += changed.map(Entry.operation)
            } else {
                list.entries.append(entry)
            }
        }
        return hasChanged ? list : nil
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
