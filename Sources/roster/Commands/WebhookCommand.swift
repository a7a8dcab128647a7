import ArgumentParser
import Delivery
import Directory
import SCIM
import Secrets
import Transport

struct WebhookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook",
        abstract: "Tell any URL of changes, by Standard Webhooks.",
        subcommands: [Add.self, List.self, Remove.self]
    )

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a URL. Its secret is printed once."
        )

        @Argument(help: "Such as https://www.example.com/hook.")
        var url: String

        @Option(help: "A name for it. Default: the host's.")
        var name: String?

        @Option(
            help: "With commas between: \(Webhook.kinds.joined(separator: ", ")), user.*, group.*."
        )
        var events: String?

        @Option(help: "HOST:PORT to connect to instead.")
        var connectTo: String?

        @Option(help: "A field for each call, 'Name: value'.")
        var header: [String] = []

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var database: DatabaseOptions

        private var kinds: [String] {
            (events ?? "").split(separator: ",").map { String($0.filter { $0 != " " }) }
        }

        func validate() throws {
            guard URL(url) != nil else {
                throw ValidationError("\(url) is no address such as https://www.example.com/hook")
            }
            if let connectTo, !connectTo.isPlace {
                throw ValidationError("--connect-to is HOST:PORT, such as 127.0.0.1:443")
            }
            for header in header where !header.isHeaderField {
                throw ValidationError("--header is 'Name: value'")
            }
            for kind in kinds where !Webhook.isKind(kind) {
                throw ValidationError("there is no event \(kind)")
            }
        }

        func run() throws {
            guard let address = URL(url) else { return }
            let directory = try database.open(policy: .make)
            var webhook = Webhook(url: url, secret: WebhookSecret())
            webhook.events = kinds
            webhook.connectTo = connectTo
            webhook.headers = header
            let receiver = Receiver(
                kind: .webhook,
                name: name ?? address.host.filter { $0.isASCII && $0 != "[" && $0 != "]" },
                scope: webhook.scope,
                settings: webhook.settings,
                created: currentInstant()
            )
            let added = try reportingCause { () throws(SCIMError) in
                try directory.add(receiver, by: .commandLine)
            }
            try Dispatcher(directory: directory, path: try database.path()).startProcesses()
            if json {
                show(
                    ["name": .string(added.name), "secret": .string(webhook.secret.text)],
                    as: .json
                )
            } else {
                print(webhook.secret.text)
                explain("Webhook \(added.name). Copy its secret now: it is not shown again.")
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the webhooks.")

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var database: DatabaseOptions

        func run() throws {
            let directory = try database.open(policy: .serve)
            var table = Table(columns: ["name", "url", "events", "waiting", "parked", "trouble"])
            table.rows = try reportingCause { () throws(SCIMError) in
                try directory.read { store -> [[JSON]] in
                    try store.receivers().filter { $0.kind == .webhook }.map { receiver in
                        try Self.row(receiver, try store.deliveryCounts(to: receiver.id))
                    }
                }
            }
            table.show(as: json ? .json : .table)
        }

        private static func row(_ receiver: Receiver, _ counts: DeliveryCounts) throws -> [JSON] {
            let webhook = try Webhook(receiver)
            return [
                .string(receiver.name), .string(webhook.url),
                .array(webhook.events.map(JSON.string)), .integer(Int64(counts.waiting)),
                .integer(Int64(counts.parked)),
                receiver.trouble.map { .string("\($0.problem.code): \($0.problem.message)") }
                    ?? .null,
            ]
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Forget a webhook.")

        @Argument(help: "Its name.")
        var name: String

        @OptionGroup var database: DatabaseOptions

        func run() throws {
            let directory = try database.open(policy: .serve)
            try reportingCause { () throws(SCIMError) in
                let receiver = try directory.receiver(named: name)
                guard receiver.kind == .webhook else {
                    throw .notFound("\(name) is a WordPress site: `roster wordpress disconnect`")
                }
                try directory.remove(receiver, by: .commandLine)
            }
        }
    }
}
