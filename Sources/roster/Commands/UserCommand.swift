import ArgumentParser
import Directory
import JSONText
import SCIM

struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Look at users. Clients change them, by SCIM.",
        subcommands: [List.self, Show.self]
    )

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List users, one a line, in the order of their user names."
        )

        @Option(help: "A SCIM filter, such as: active eq false and title co \"lead\".")
        var filter: String?

        @Option(help: "How many at most. Default: all.")
        var limit: Int?

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var database: DatabaseOptions

        private static let pageSize = 500

        func run() throws {
            let directory = try database.open(policy: .serve)
            var table = Table(columns: ["id", "userName", "name", "active", "groups", "modified"])
            let limit = max(limit ?? .max, 0)
            try reportingCause { () throws(SCIMError) in
                let predicate = try predicate()
                while table.rows.count < limit {
                    let count = min(limit - table.rows.count, Self.pageSize)
                    let page = try page(
                        directory,
                        predicate,
                        from: table.rows.count + 1,
                        count: count
                    )
                    table.rows += page
                    if page.count < count { return }
                }
            }
            table.show(as: json ? .json : .table)
        }

        private func predicate() throws(SCIMError) -> Predicate? {
            guard let filter else { return nil }
            return try Filter(typed: filter).bound(to: .user)
        }

        private func page(
            _ directory: Directory,
            _ predicate: Predicate?,
            from start: Int,
            count: Int
        ) throws(SCIMError) -> [[JSON]] {
            var query = Query(
                type: .user,
                predicate: predicate,
                order: try SortOrder(sortBy: "userName", sortOrder: nil, type: .user),
                count: count,
                parts: .memberships,
                domain: "default",
                links: directory.links
            )
            query.startIndex = start
            return try directory.read { [query] store -> [[JSON]] in
                try store.search(query).resources.map(Self.row)
            }
        }

        private static func row(_ user: StoredResource) throws -> [JSON] {
            let document = try user.record.document.object()
            let name = document["name"]?.object
            let parts = [name?["givenName"]?.string, name?["familyName"]?.string]
                .compactMap(\.self)
            return [
                .string(user.id), document["userName"] ?? .null,
                document["displayName"] ?? .string(parts.joined(separator: " ")),
                .bool(document["active"] != false), .integer(Int64(user.memberships.count)),
                .string(user.record.modified.text),
            ]
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a user as clients see one, and how far receivers know of them."
        )

        @Argument(help: "The user's id or user name.")
        var user: String

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var database: DatabaseOptions

        func run() throws {
            let directory = try database.open(policy: .serve)
            let (whole, deliveries) = try reportingCause { () throws(SCIMError) in
                try directory.read { store -> (JSONObject, [JSON]) in
                    guard let found = try find(in: store, directory) else {
                        throw SCIMError.notFound("there is no user \(user)")
                    }
                    return (
                        try resource(found, directory),
                        try store.receivers().compactMap { try delivery(found, $0, store) }
                    )
                }
            }
            if json {
                var object = whole
                object["deliveries"] = .array(deliveries)
                show(object, as: .json)
            } else {
                show(whole, as: .table)
                for delivery in deliveries {
                    print("")
                    show(delivery.object ?? [:], as: .table)
                }
            }
        }

        private func find(
            in store: any StoreReading,
            _ directory: Directory
        ) throws -> StoredResource? {
            let byID = try store.fetch(
                user,
                type: .user,
                domain: "default",
                loading: .memberships
            )
            if let byID { return byID }
            let filter = Filter.comparison(
                AttributePath(attribute: "userName"),
                .eq,
                .string(user)
            )
            return try store.search(
                Query(
                    type: .user,
                    predicate: try filter.bound(to: .user),
                    count: 1,
                    parts: .memberships,
                    domain: "default",
                    links: directory.links
                )
            ).resources.first
        }

        private func resource(
            _ user: StoredResource,
            _ directory: Directory
        ) throws -> JSONObject {
            let representation = Representation(
                links: directory.links,
                projection: try Projection(
                    type: .user,
                    attributes: nil,
                    excludedAttributes: nil
                )
            )
            return try JSON(parsing: try representation.text(of: user)).object ?? [:]
        }

        private func delivery(
            _ user: StoredResource,
            _ receiver: Receiver,
            _ store: any StoreReading
        ) throws -> JSON? {
            let records = try store.deliveries(to: receiver.id, .of([user.id]), limit: 1)
            guard let record = records.first else { return nil }
            return .object([
                "receiver": .string(receiver.name),
                "state": .string(record.state.rawValue),
                "version": .integer(record.version),
                "acknowledged": .integer(record.acknowledged),
                "account": record.account.map { .string($0.name) } ?? .null,
                "accountId": record.account.map { .string($0.id) } ?? .null,
                "attempts": .integer(Int64(record.attempts)),
                "code": record.problem.map { .string($0.code) } ?? .null,
                "message": record.problem.map { .string($0.message) } ?? .null,
            ])
        }
    }
}
