import Directory
import SCIM
import Testing

/// What takes too long, and what nobody waits for, ends: with an answer, and nothing changed.
struct BudgetTests {
    private let endpoint: TestEndpoint

    init() throws {
        endpoint = try TestEndpoint()
    }

    private func check(_ reply: Reply, _ exhaustion: Budget.Exhaustion) {
        switch exhaustion {
        case .time:
            #expect(reply.status == 400)
            #expect(reply["scimType"] == "tooMany")
        case .abandoned:
            #expect(reply.status == 503)
            #expect(reply.answer.cause == "the client has gone")
        }
    }

    /// A search that finds nothing, so that only the store has work to do.
    @Test(arguments: [Budget.Exhaustion.time, .abandoned])
    func endsASearch(_ exhaustion: Budget.Exhaustion) throws {
        for number in 0..<200 {
            _ = try endpoint.create(["userName": .string("user\(number)"), "title": "engineer"])
        }
        let terms = (0..<20).map { "title%20co%20%22x\($0)%22" }
        let query = "filter=" + terms.joined(separator: "%20or%20")
        endpoint.budget = Budget { exhaustion }
        check(endpoint.send("GET", "/Users", query: query), exhaustion)
        endpoint.budget = .unlimited
        #expect(endpoint.send("GET", "/Users", query: query)["totalResults"] == 0)
    }

    @Test(arguments: [Budget.Exhaustion.time, .abandoned])
    func endsAPage(_ exhaustion: Budget.Exhaustion) throws {
        for name in ["ann", "bob"] { _ = try endpoint.create(["userName": .string(name)]) }
        endpoint.budget = Budget { exhaustion }
        check(endpoint.send("GET", "/Users"), exhaustion)
    }

    /// Wherever the end comes, the change is done whole or not at all.
    @Test(arguments: [Budget.Exhaustion.time, .abandoned])
    func leavesNothingOfAChange(_ exhaustion: Budget.Exhaustion) throws {
        let members = try ["ann", "bob"].map { try endpoint.create(["userName": .string($0)]) }
        let group = "/Groups/" + (try endpoint.create(["displayName": "Staff"], at: "/Groups"))
        let patch: JSON = [
            "schemas": [.string(MessageSchema.patchOp)],
            "Operations": .array(
                members.map {
                    ["op": "add", "path": "members", "value": [["value": .string($0)]]]
                }
            ),
        ]
        let (before, entries) = (endpoint.send("GET", group).text, try journalCount())
        var looksAllowed = 0
        while true {
            var looks = 0
            endpoint.budget = Budget {
                looks += 1
                return looks > looksAllowed ? exhaustion : nil
            }
            let reply = endpoint.send("PATCH", group, patch)
            endpoint.budget = .unlimited
            if reply.status == 204 { break }
            check(reply, exhaustion)
            #expect(endpoint.send("GET", group).text == before)
            #expect(try journalCount() == entries)
            looksAllowed += 1
            try #require(looksAllowed < 1_000)
        }
        // Body, rewrites, draft, members, what is written.
        #expect(looksAllowed >= 5)
        #expect(endpoint.send("GET", group)["members"]?.array?.count == members.count)
        #expect(try journalCount() == entries + 1)
    }

    private func journalCount() throws -> Int {
        try endpoint.store.read(within: .unlimited) {
            try $0.journal(after: 0, limit: .max).count { $0.result == .done }
        }
    }
}
