import ArgumentParser
import Directory
import Glibc
import SCIM

/// Looks into the audit trail, and makes room in it.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Look into the audit trail, export it or clear it.",
        subcommands: [Find.self, Clear.self],
        defaultSubcommand: Find.self
    )

    struct Find: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List entries, the newest first. All conditions hold together."
        )

        @OptionGroup var conditions: Conditions

        @Option(help: "How many at most.")
        var limit = 50

        @Flag(help: "Go on and print entries as they are written, the newest last.")
        var follow = false

        @Option(help: "Print all entries, the oldest first: csv or json.")
        var export: AuditExport.Form?

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var database: DatabaseOptions

        func validate() throws {
            if follow, export != nil { throw ValidationError("an export does not follow") }
            if limit < 1 { throw ValidationError("the limit is at least 1") }
            _ = try conditions.query(at: currentInstant())
        }

        func run() throws {
            let directory = try database.open(policy: .serve)
            var query = try conditions.query(at: currentInstant())
            if let export { return try write(export, query, directory) }
            query.limit = limit
            let found = try entries(query, directory)
            if follow { return try follow(query, Array(found.reversed()), directory) }
            if json {
                let all = JSON.array(found.map { .object($0.json) })
                return print(String(decoding: all.text, as: UTF8.self))
            }
            var table = Table(columns: Self.columns)
            table.rows = found.map(Self.row)
            table.show(as: .table)
        }

        private func entries(
            _ query: AuditQuery,
            _ directory: Directory
        ) throws -> [JournalEntry] {
            try reportingCause { () throws(SCIMError) in
                try directory.audit(query, json ? .all : .withoutBodies)
            }
        }

        private static let columns = [
            "time", "name", "action", "what", "by", "address", "result", "took", "request",
        ]

        private static func row(_ entry: JournalEntry) -> [JSON] {
            let name = entry.subject.name.isEmpty ? entry.subject.id : entry.subject.name
            let status = entry.request.map { " \($0.status)" } ?? ""
            let took = entry.request.map { "\($0.microseconds / 1_000) ms" }
            return [
                .string(entry.at.text), .string(name.isEmpty ? entry.subject.type : name),
                .string(entry.action.rawValue), .string(entry.summary),
                .string(entry.actor.name.isEmpty ? entry.actor.type : entry.actor.name),
                .string(entry.request?.address ?? ""),
                .string(entry.result.rawValue + status), .string(took ?? ""),
                .string(entry.requestID),
            ]
        }

        // MARK: Following

        private static let pollMicroseconds: UInt32 = 500_000

        private func follow(
            _ query: AuditQuery,
            _ first: [JournalEntry],
            _ directory: Directory
        ) throws {
            try show(first)
            var last = try reportingCause { () throws(SCIMError) in
                try directory.read { store -> Int64 in
                    max(try store.lastSequence(), first.last?.sequence ?? 0)
                }
            }
            while true {
                usleep(Self.pollMicroseconds)
                let new = try reportingCause { () throws(SCIMError) in
                    try directory.read { [last] store -> [JournalEntry] in
                        try store.journal(after: last, limit: 500)
                    }
                }
                last = new.last?.sequence ?? last
                try show(new.filter(query.matches))
            }
        }

        private func show(_ entries: [JournalEntry]) throws {
            for entry in entries {
                let line =
                    json
                    ? JSON.object(entry.json).text
                    : Array(Self.row(entry).map(Table.text).joined(separator: "  ").utf8)
                guard put(line + [UInt8(ascii: "\n")]) else { throw ExitCode.failure }
            }
        }

        // MARK: Export

        private func write(
            _ form: AuditExport.Form,
            _ query: AuditQuery,
            _ directory: Directory
        ) throws {
            var query = query
            query.order = .oldestFirst
            var export = AuditExport(form)
            var isWhole = put(export.head)
            try reportingCause { () throws(SCIMError) in
                try directory.walk(query, form == .json ? .all : .withoutBodies) { entries in
                    isWhole = isWhole && put(export.text(of: entries))
                    return isWhole
                }
                let detail: JSONObject = ["form": .string(form.rawValue)]
                try directory.noteAuditExport(detail, by: .commandLine)
            }
            guard isWhole, put(export.tail) else {
                throw CommandError(description: "standard output cannot be written")
            }
        }

        private func put(_ bytes: [UInt8]) -> Bool {
            bytes.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while !rest.isEmpty {
                    let part = UnsafeRawBufferPointer(rebasing: rest)
                    let count = Glibc.write(1, part.baseAddress, part.count)
                    if count < 0, errno == EINTR { continue }
                    if count <= 0 { return false }
                    rest = rest.dropFirst(count)
                }
                return true
            }
        }
    }

    struct Clear: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete entries. One stays that says who did it, and how many went."
        )

        @Option(help: "Those before this day or time go, such as 2026-01-31 or 90d.")
        var before: String

        @OptionGroup var database: DatabaseOptions

        func validate() throws { _ = try Conditions.instant(before, at: currentInstant()) }

        func run() throws {
            let directory = try database.open(policy: .serve)
            let instant = try Conditions.instant(before, at: currentInstant())
            let count = try reportingCause { () throws(SCIMError) in
                try directory.clearAudit(before: instant, by: .commandLine)
            }
            explain("Deleted \(count) entries before \(instant.text).")
        }
    }
}

/// Which entries are meant.
struct Conditions: ParsableArguments {
    @Option(help: "Of a person or thing: words of the name, or the id.")
    var user: String?

    @Option(help: "Made by: the name of a token, of an administrator or of a system user.")
    var actor: String?

    @Option(help: "That came from an IP address.")
    var address: String?

    @Option(help: "What was done: \(AuditKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var action: AuditKind?

    @Option(help: "The status of the answer, or: done, refused, failed, stuck.")
    var status: String?

    @Option(help: "Of a request, by its number in the log.")
    var request: String?

    @Option(help: "From a day or time on, such as 2026-11-25, 2026-11-25T14:00:00Z or 7d.")
    var since: String?

    @Option(help: "Up to a day, with it, or before a time.")
    var until: String?

    func query(at now: Instant) throws -> AuditQuery {
        var query = user.map { AuditQuery(finding: $0) } ?? AuditQuery()
        // A name may look like anything, but an address is none.
        if let user, query.address != nil || query.requestID != nil {
            query = AuditQuery()
            query.words = user
        }
        (query.actor, query.address, query.kind) = (actor, address, action)
        if let request { query.requestID = request }
        if let status {
            query.status = Int(status)
            query.result = AuditResult(rawValue: status)
            if query.status == nil, query.result == nil {
                throw ValidationError("a status is a number, or done, refused, failed or stuck")
            }
        }
        query.from = try since.map { try Self.instant($0, at: now) }
        query.to = try until.map { text in
            let instant = try Self.instant(text, at: now)
            return Self.isDay(text) ? instant.adding(seconds: 86_400) : instant
        }
        return query
    }

    /// Reads a day, a time, or how long ago something was.
    static func instant(_ text: String, at now: Instant) throws -> Instant {
        if let instant = Instant(text) ?? Instant("\(text)T00:00:00Z") { return instant }
        if let ago = Duration(argument: text) {
            return Instant(microseconds: now.microseconds - ago.microseconds)
        }
        throw ValidationError("\(text) is no day, no time and no time ago such as 7d")
    }

    private static func isDay(_ text: String) -> Bool { Instant("\(text)T00:00:00Z") != nil }
}

extension AuditKind: ExpressibleByArgument {}
extension AuditExport.Form: ExpressibleByArgument {}

extension JournalEntry {
    /// What changed or went wrong, in a few words.
    fileprivate var summary: String {
        if let error = detail["error"]?.object {
            return error["scimType"]?.string ?? error["detail"]?.string?.cut(toBytes: 60) ?? ""
        }
        let names = (detail["attributes"]?.array ?? []).compactMap(\.string)
        let more = names.count > 6 ? " and \(names.count - 6) more" : ""
        return names.prefix(6).joined(separator: ", ") + more
    }
}
