import Directory
import SCIM

/// What receivers have not been told yet.
struct DeliveryList {
    private var table = Table(
        columns: [
            "receiver", "resource", "account", "state", "version", "due", "attempts", "code",
            "message",
        ]
    )

    private static let pageSize = 500

    init(_ directory: Directory, _ receivers: [Receiver]) throws {
        for receiver in receivers {
            for state in [DeliveryRecord.State.waiting, .parked] {
                try add(receiver, state, directory)
            }
        }
    }

    private mutating func add(
        _ receiver: Receiver,
        _ state: DeliveryRecord.State,
        _ directory: Directory
    ) throws {
        var after = ""
        while true {
            let records = try directory.read { store -> [DeliveryRecord] in
                try store.deliveries(
                    to: receiver.id,
                    .inState(state, after: after),
                    limit: Self.pageSize
                )
            }
            for record in records { table.rows.append(Self.row(receiver, record)) }
            guard let last = records.last else { return }
            after = last.resource
        }
    }

    private static func row(_ receiver: Receiver, _ record: DeliveryRecord) -> [JSON] {
        // What keeps all from being sent keeps this one.
        let problem = record.problem ?? receiver.trouble?.problem
        return [
            .string(receiver.name), .string(record.resource),
            record.account.map { .string($0.name) } ?? .null, .string(record.state.rawValue),
            .integer(record.version), record.due.map { .string($0.text) } ?? .null,
            .integer(Int64(record.attempts)),
            problem.map { .string($0.code) } ?? .null,
            problem.map { .string($0.message) } ?? .null,
        ]
    }

    func show(as form: OutputForm) { table.show(as: form) }
}
