import ArgumentParser
import Directory
import SCIM
import SQLiteStore

struct OverviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say how provisioning stands, for people and for monitoring.",
        discussion: """
            It ends with 0 when all is well, with 1 when something needs somebody, and with 2 when \
            changes do not arrive or nothing can be said.
            """
    )

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var database: DatabaseOptions

    private static let (needsSomebody, failed) = (ExitCode(1), ExitCode(2))
    private static let batchesMax = 20
    /// Before a token ends.
    private static let warningDays = 14

    func run() throws {
        let path = try database.path()
        let status: JSONObject
        let findings: [Finding]
        do {
            let directory = Directory(try SQLiteStore(path: path, policy: .serve))
            // Counts come in batches.
            directory.keepUp(batchesMax: Self.batchesMax)
            (status, findings) = try directory.read { store in
                (try figures(in: store, directory), try tokens(in: store))
            }
            try show(
                status,
                findings + ReceiverCheck(directory: directory, now: currentInstant()).findings
            )
        } catch let code as ExitCode {
            throw code
        } catch {
            let error = SCIMError(any: error)
            try show([:], [.error(error.cause ?? error.detail)])
        }
    }

    private func figures(in store: any StoreReading, _ directory: Directory) throws -> JSONObject {
        var figures: JSONObject = [:]
        for type in directory.links.types.all {
            let query = Query(type: type, count: 0, domain: "default", links: directory.links)
            let name = type.endpoint.dropFirst().lowercased()
            figures[name] = .integer(Int64(try store.search(query).total))
        }
        figures["deactivated"] = .integer(Int64(try store.inactiveUsersCount()))
        let now = currentInstant()
        figures["tokens"] = .integer(Int64(try store.tokens().count { $0.isValid(at: now) }))
        let backlogs = try store.receivers().map { try store.backlog(of: $0.id) }
        figures["waiting"] = .integer(Int64(backlogs.reduce(0) { $0 + $1.waiting }))
        figures["stuck"] = .integer(Int64(backlogs.reduce(0) { $0 + $1.parked }))
        let oldest = backlogs.compactMap(\.oldestDue).min { $0 < $1 }
        figures["oldestDue"] = oldest.map { .string($0.text) } ?? .null
        let day = try store.hourCounts(from: now.adding(seconds: -86_400), to: now)
        for kind in [HourCount.Kind.created, .updated, .deactivated, .failed, .unauthenticated] {
            let total = day.filter { $0.kind == kind }.reduce(0) { $0 + $1.total }
            figures["\(kind.rawValue)LastDay"] = .integer(Int64(total))
        }
        return figures
    }

    /// Tokens that end soon, and clients that have not come.
    private func tokens(in store: any StoreReading) throws -> [Finding] {
        let now = currentInstant()
        let valid = try store.tokens().filter { $0.isValid(at: now) }
        if valid.isEmpty {
            return [.warning("there is no valid token", cure: "roster token create NAME")]
        }
        let soon = now.adding(seconds: 86_400 * Self.warningDays)
        return valid.compactMap { token in
            guard let expires = token.expires, expires < soon else { return nil }
            // Its successor is there already.
            let isReplaced = valid.contains { $0.name == token.name && $0.id > token.id }
            return isReplaced
                ? nil
                : .warning(
                    "the token \(token.name) ends on \(expires.text)",
                    cure: "roster token create \(token.name) --profile \(token.profile)"
                )
        }
    }

    private func show(_ figures: JSONObject, _ findings: [Finding]) throws {
        let isFailed = findings.contains { $0.level == .error }
        let needs = isFailed || findings.contains { $0.level == .warning }
        if json {
            var object: JSONObject = [
                "status": isFailed ? "failed" : needs ? "needsSomebody" : "ok"
            ]
            for member in figures.members { object[member.name] = member.value }
            object["findings"] = .array(
                findings.map { finding in
                    [
                        "level": .string(finding.level.rawValue), "text": .string(finding.what),
                        "cure": finding.cure.map(JSON.string) ?? .null,
                    ]
                }
            )
            roster.show(object, as: .json)
        } else {
            roster.show(figures, as: .table)
            for finding in findings { print(finding.line) }
        }
        if isFailed { throw Self.failed }
        if needs { throw Self.needsSomebody }
    }
}
