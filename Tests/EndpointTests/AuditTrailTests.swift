import Directory
import Gateway
import SCIM
import TestSupport
import Testing

@testable import Endpoint

/// What the audit trail says of requests: of changes, of what was refused, of strangers.
struct AuditTrailTests {
    private let endpoint: TestEndpoint

    init() throws { endpoint = try TestEndpoint() }

    private func journal() throws -> [JournalEntry] {
        try endpoint.store.read(within: .unlimited) { try $0.journal(after: 0, limit: .max) }
    }

    private func last() throws -> JournalEntry { try #require(try journal().last) }

    private let fields = [
        (name: "REMOTE_ADDR", value: "203.0.113.20"),
        (name: "HTTP_USER_AGENT", value: "azure-scim/5.0"),
    ]

    private func counts() throws -> [HourCount.Kind: Int] {
        let counts = try endpoint.store.read(within: .unlimited) {
            try $0.hourCounts(from: Instant(microseconds: 0), to: endpoint.now.adding(seconds: 1))
        }
        return Dictionary(uniqueKeysWithValues: counts.map { ($0.kind, $0.total) })
    }

    // MARK: Changes

    @Test func saysWhatTheRequestWas() throws {
        let reply = endpoint.send(
            "POST",
            "/Users",
            query: "attributes=title",
            ["userName": "ann", "password": "hidden1"],
            fields: fields
        )
        #expect(reply.status == 201)
        let trace = try #require(try last().request)
        #expect(trace.method == "POST" && trace.path == "/Users" && trace.status == 201)
        #expect(trace.address == "203.0.113.20" && trace.agent == "azure-scim/5.0")
        #expect(trace.microseconds >= 0)
        #expect(trace.body == #"{"userName":"ann","password":"•••"}"#)
        #expect(
            try !endpoint.database().rows("SELECT * FROM journal").contains {
                $0.contains("hidden")
            }
        )
    }

    @Test func statusIsThatOfTheAnswer() throws {
        let id = try endpoint.create(["userName": "ann"])
        let group = try endpoint.create(["displayName": "Staff"], at: "/Groups")
        let title: JSON = [
            "schemas": [.string(MessageSchema.patchOp)],
            "Operations": [["op": "replace", "path": "title", "value": "x"]],
        ]
        let member: JSON = [
            "schemas": [.string(MessageSchema.patchOp)],
            "Operations": [
                ["op": "add", "path": "members", "value": [["value": .string(id)]]]
            ],
        ]
        let requests: [(String, String, JSON?)] = [
            ("PUT", "/Users/\(id)", ["userName": "bob"]), ("PATCH", "/Users/\(id)", title),
            ("PATCH", "/Groups/\(group)", member), ("DELETE", "/Users/\(id)", nil),
        ]
        for (method, path, body) in requests {
            let reply = endpoint.send(method, path, body)
            let entry = try last()
            #expect(entry.request?.status == reply.status, "\(method)")
            #expect(entry.request?.path == path && entry.request?.method == method)
            #expect((entry.request?.body != nil) == (body != nil))
        }
    }

    @Test func longNamesOfClientsAreCut() throws {
        let agent = (name: "HTTP_USER_AGENT", value: String(repeating: "ä", count: 101))
        _ = endpoint.send("POST", "/Users", ["userName": "ann"], fields: [agent])
        #expect(try last().request?.agent == String(repeating: "ä", count: 100))
    }

    @Test func settingsSayWhetherBodiesAreKept() throws {
        try endpoint.store.write(within: .unlimited) {
            try $0.setSetting("audit.bodies", Array("false".utf8))
        }
        _ = endpoint.send("POST", "/Users", ["userName": "ann"])
        _ = endpoint.send("POST", "/Users", ["userName": "ann"])
        _ = endpoint.send("GET", "/Users/none", text: #"{"a":1}"#)
        _ = endpoint.send("POST", "/Nothing", ["userName": "ann"])
        #expect(try journal().map { $0.request?.status } == [201, 409, 404, 404])
        #expect(try journal().allSatisfy { $0.request?.body == nil })
    }

    @Test func longBodiesAreNotKept() throws {
        let note = String(repeating: "x", count: Limits.standard.auditBodyBytes)
        let body: JSON = ["userName": "ann", "title": .string(note)]
        _ = try endpoint.create(body)
        #expect(try last().request?.body == nil)
        #expect(try last().detail["bodyBytes"] == .integer(Int64(body.text.count)))
    }

    // MARK: What was refused

    struct Refusal: Sendable {
        let method: String
        let path: String
        var body: String?
        let status: Int
        let action: JournalEntry.Action
        var name = ""
        var type = "User"
    }

    @Test(arguments: [
        Refusal(
            method: "POST",
            path: "/Users",
            body: #"{"userName":"ANN","displayName":"Ann Lee","password":"hidden"}"#,
            status: 409,
            action: .create,
            name: "ANN"
        ),
        Refusal(method: "POST", path: "/Users", body: "{", status: 400, action: .create),
        Refusal(
            method: "PUT",
            path: "/Users/ID",
            body: #"{"title":"x"}"#,
            status: 400,
            action: .replace,
            name: "ann"
        ),
        Refusal(
            method: "PATCH",
            path: "/Users/ID",
            body: #"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"#
                + #""Operations":[{"op":"replace","path":"password","value":""#
                + String(repeating: "hidden", count: 20) + #""}]}"#,
            status: 400,
            action: .modify,
            name: "ann"
        ),
        Refusal(method: "DELETE", path: "/Users/none", status: 404, action: .delete),
        Refusal(method: "GET", path: "/Users/none", status: 404, action: .read),
        Refusal(method: "GET", path: "/Groups/none", status: 404, action: .read, type: "Group"),
        Refusal(method: "DELETE", path: "/Users", status: 405, action: .delete),
        Refusal(method: "GET", path: "/Nothing", status: 404, action: .read, type: ""),
        Refusal(method: "POST", path: "/Bulk", body: "{}", status: 501, action: .create, type: ""),
    ])
    func whatIsRefusedIsInTheTrail(_ refusal: Refusal) throws {
        let id = try endpoint.create(["userName": "ann"])
        let path = refusal.path.replacing("ID", with: id)
        let reply = endpoint.send(refusal.method, path, text: refusal.body, fields: fields)
        #expect(reply.status == refusal.status, "\(reply.text)")
        let entry = try last()
        #expect(try journal().count == 2)
        #expect(entry.actor == .token(id: 1, name: "test"))
        #expect(entry.action == refusal.action)
        #expect(entry.subject.type == refusal.type && entry.subject.name == refusal.name)
        #expect(entry.result == (refusal.status < 500 ? .refused : .failed))
        #expect(entry.request?.status == refusal.status && entry.request?.method == refusal.method)
        #expect(entry.request?.path.hasSuffix(path) == true)
        #expect(entry.request?.address == "203.0.113.20")
        #expect(entry.detail["error"]?.object?["detail"] == reply["detail"])
        #expect(entry.detail["error"]?.object?["scimType"] == reply["scimType"])
        #expect(entry.request?.body?.contains("hidden") != true)
        if refusal.status == 409 { #expect(entry.detail["display"] == "Ann Lee") }
    }

    @Test func whatSucceedsAndChangesNothingIsNotInTheTrail() throws {
        let id = try endpoint.create(["userName": "ann"])
        _ = endpoint.send("GET", "/Users/\(id)")
        _ = endpoint.send("GET", "/Users", query: "filter=userName%20eq%20%22bob%22")
        _ = endpoint.send("PUT", "/Users/\(id)", ["userName": "ann"])
        #expect(try journal().count == 1)
    }

    @Test func noValueOfAQueryIsInTheTrail() throws {
        let filter = "filter=password%20eq%20%22hidden%22"
        #expect(endpoint.send("GET", "/Users", query: filter).status == 400)
        #expect(
            try !endpoint.database().rows("SELECT * FROM journal").contains {
                $0.contains("hidden")
            }
        )
    }

    @Test func strangersAreCountedAndNotStored() throws {
        for authorization in [nil, "Bearer wrong", "Basic d3Jvbmc6d3Jvbmc="] {
            let reply = endpoint.send("GET", "/Users", authorization: authorization)
            #expect(reply.status == 401)
        }
        #expect(endpoint.send("GET", "/Nothing", authorization: nil).status == 404)
        #expect(try journal().isEmpty)
        #expect(try counts() == [.unauthenticated: 4])
    }

    @Test func whatIsAskedForWithoutNeedOfATokenIsNotCounted() throws {
        #expect(endpoint.send("GET", "/ServiceProviderConfig", authorization: nil).status == 200)
        #expect(try counts().isEmpty)
    }

    // MARK: Floods

    @Test func aFloodOfRefusalsIsCounted() throws {
        let limit = Limits.standard.auditRefusalsPerHour
        let ledger = AuditLedger()
        for _ in 0..<limit + 30 { _ = endpoint.send("GET", "/Users/none", ledger: ledger) }
        #expect(try journal().count == limit)
        endpoint.writeDown(ledger)
        #expect(ledger.isEmpty)
        #expect(try counts()[.unkept] == 30)
        // Another process knows it, too; another token has its own.
        _ = endpoint.send("GET", "/Users/none")
        #expect(try journal().count == limit)
        try endpoint.addToken("other", name: "other")
        _ = endpoint.send("GET", "/Users/none", authorization: "Bearer other")
        #expect(try journal().count == limit + 1)
        endpoint.advance(seconds: 3_600)
        _ = endpoint.send("GET", "/Users/none", ledger: ledger)
        #expect(try journal().count == limit + 2)
    }

    @Test func aFloodOfStrangersIsNotWrittenOneByOne() throws {
        let ledger = AuditLedger()
        for _ in 0..<100 {
            _ = endpoint.send("GET", "/Users", authorization: nil, ledger: ledger)
        }
        #expect(try counts() == [.unauthenticated: 1])
        endpoint.advance(seconds: 5)
        _ = endpoint.send("GET", "/Users", authorization: nil, ledger: ledger)
        #expect(try counts() == [.unauthenticated: 101])
        _ = endpoint.send("GET", "/Users", authorization: nil, ledger: ledger)
        endpoint.writeDown(ledger)
        #expect(try counts() == [.unauthenticated: 102])
    }

    @Test func whatABusyStoreDoesNotTakeComesWithTheNext() throws {
        let ledger = AuditLedger()
        let other = try endpoint.database()
        try other.execute("BEGIN IMMEDIATE")
        #expect(endpoint.send("GET", "/Users/one", ledger: ledger).status == 404)
        try other.execute("ROLLBACK")
        #expect(try journal().isEmpty && !ledger.isEmpty)
        #expect(endpoint.send("GET", "/Users/two", ledger: ledger).status == 404)
        #expect(try journal().map { $0.request?.path } == ["/Users/one", "/Users/two"])
    }

    // MARK: Tokens

    @Test func aTokenSaysWhatItWasUsedFor() throws {
        let token = {
            try #require(try endpoint.store.read(within: .unlimited) { try $0.tokens() }.first)
        }
        #expect(try token().lastRequest == nil)
        _ = endpoint.send("GET", "/Users")
        #expect(try token().lastRequest == "GET /Users 200")
        endpoint.advance(seconds: 59)
        _ = endpoint.send("GET", "/Groups")
        #expect(try token().lastRequest == "GET /Users 200")
        endpoint.advance(seconds: 1)
        _ = endpoint.send("POST", "/Users", text: "{")
        #expect(try token().lastRequest == "POST /Users 400")
        // What succeeds again is said at once.
        _ = endpoint.send("GET", "/Users/none")
        #expect(try token().lastRequest == "POST /Users 400")
        _ = endpoint.send("GET", "/Groups")
        #expect(try token().lastRequest == "GET /Groups 200")
    }
}
