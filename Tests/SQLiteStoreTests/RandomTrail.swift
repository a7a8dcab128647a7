import Directory
import SCIM

/// Random entries and questions, from few enough values that questions often find something.
struct RandomTrail {
    var generator: SeededGenerator

    private static let names = [
        "lena.weber@example.com", "LENA", "lenka-b", "Jürgen Groß", "juergen", "王小明", "王",
        "ann", "anna", "annalena.schmidt@example.org", "x", "", "o'neil", "Straße 7", "annal",
        "ångström", "Ελένη", "user00042@example.com", "user00043@example.com",
    ]
    private static let ids = ["a1", "A1", "b2", "c3", "00000000-0000-7000-8000-000000000001", ""]
    private static let addresses = ["203.0.113.20", "2001:db8::1", "198.51.100.7"]
    static let start = Instant(milliseconds: 1_709_208_000_000)
    /// Of all entries, in seconds.
    static let span = 3_600 * 30

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &generator)]
    }

    private mutating func isChosen(_ oneOf: Int) -> Bool {
        Int.random(in: 0..<oneOf, using: &generator) == 0
    }

    /// - Parameters:
    ///   - number: Its place.
    ///   - count: Of all.
    /// - Returns: Without a sequence.
    mutating func entry(_ number: Int, of count: Int) -> JournalEntry {
        let actors: [JournalEntry.Actor] = [
            .token(id: 1, name: "entra-hr"), .token(id: 2, name: "okta"),
            .administrator(id: 1, name: "Admin@example.com"), .command(user: "root"), .system,
        ]
        var detail: JSONObject = [:]
        if isChosen(3) { detail["active"] = pick([true, false, .null]) }
        if isChosen(4) { detail["display"] = .string(pick(Self.names)) }
        let status = pick([200, 200, 200, 201, 204, 404, 409, 500, 503])
        let request = RequestTrace(
            method: "PATCH",
            path: "/Users",
            address: isChosen(5) ? nil : pick(Self.addresses),
            status: status,
            microseconds: 5
        )
        // Nearly in the order of their numbers.
        let seconds = Self.span * number / count - (isChosen(10) ? 20 : 0)
        return JournalEntry(
            at: Self.start.adding(seconds: max(seconds, 0)),
            requestID: pick(["", "00000000000000a\(number % 10)", "b", "B"]),
            actor: pick(actors),
            action: pick([.create, .modify, .replace, .delete, .read, .revoke, .clear]),
            subject: .init(
                type: pick(["User", "User", "User", "Group", "Token", "Settings", ""]),
                id: pick(Self.ids),
                name: pick(Self.names)
            ),
            concerned: isChosen(4) ? [pick(Self.ids), pick(Self.ids)] : [],
            detail: detail,
            request: isChosen(6) ? nil : request
        )
    }

    mutating func query() -> AuditQuery {
        var query = AuditQuery()
        if isChosen(2) {
            query.words = pick(
                Self.names + ["len", "le", "l", "an", "anna l", "weber lena", "user0"]
            )
        }
        if isChosen(5) { query.subject = pick(Self.ids) }
        if isChosen(5) { query.concerning = pick(Self.ids) }
        if isChosen(8) { query.requestID = pick(["00000000000000a3", "b", "B", "none"]) }
        if isChosen(5) { query.actor = pick(["entra-hr", "OKTA", "admin@example.com", "nobody"]) }
        if isChosen(6) { query.actorType = pick(["token", "administrator", "command", "system"]) }
        if isChosen(5) { query.address = pick(Self.addresses) }
        if isChosen(4) { query.kind = AuditKind.allCases.randomElement(using: &generator) }
        if isChosen(4) { query.result = pick([.done, .refused, .failed]) }
        if isChosen(6) { query.status = pick([200, 204, 409, 500, 418]) }
        if isChosen(6) { query.type = pick(["user", "Group", "Token", "Nothing"]) }
        if isChosen(3) { query.from = Self.start.adding(seconds: pick([-5, 0, 7_201, 90_000])) }
        if isChosen(3) { query.to = Self.start.adding(seconds: pick([0, 7_201, 80_000, 999_999])) }
        if isChosen(4) { query.before = pick([1, 50, 300, 10_000]) }
        if isChosen(4) { query.after = pick([0, 50, 300]) }
        query.order = pick([.newestFirst, .oldestFirst])
        query.limit = pick([1, 7, 10_000])
        return query
    }
}
