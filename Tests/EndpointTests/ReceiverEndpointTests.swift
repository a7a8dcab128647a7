import Delivery
import Directory
import Endpoint
import JSONText
import SCIM
import Secrets
import TestSupport
import Testing

/// Requests to a directory that others are told of.
struct ReceiverEndpointTests {
    private let endpoint: TestEndpoint
    private let secret = WebhookSecret()
    private let line = Line()

    /// The other end of the telephone.
    private final class Line {
        var calls: [Call] = []
        var deliveries = 0
        /// What the plugin answers to a question.
        var result: JSONObject = ["status": "ok"]

        func call(_ call: Call) -> CallResult {
            calls.append(call)
            let answer: JSON = ["results": [.object(result)]]
            return .answered(status: 200, body: answer.text)
        }

        func refuse(_ code: String) {
            result = ["status": "refused", "code": .string(code), "message": "no"]
        }
    }

    init() throws {
        endpoint = try TestEndpoint()
        endpoint.outlet = .init(
            telephone: line.call,
            deliver: { [line] _ in line.deliveries += 1 }
        )
    }

    private var directory: Directory {
        let now = endpoint.now
        return Directory(store: endpoint.store, links: endpoint.links, now: { now })
    }

    @discardableResult
    private func connect(_ kind: Receiver.Kind = .wordpress) throws -> Receiver {
        let settings: JSONObject
        let scope: Receiver.Scope
        switch kind {
        case .wordpress:
            let site = try WordPressSite(url: "https://wp.test", secret: secret)
            (settings, scope) = (site.settings, site.scope)
        case .webhook:
            let webhook = Webhook(url: "https://hook.test", secret: secret)
            (settings, scope) = (webhook.settings, webhook.scope)
        }
        return try directory.add(
            Receiver(
                kind: kind,
                name: kind.rawValue,
                scope: scope,
                settings: settings,
                created: endpoint.now
            ),
            by: TestStore.caller()
        )
    }

    private func patch(_ path: String, _ value: JSON) -> JSON {
        [
            "schemas": [.string(MessageSchema.patchOp)],
            "Operations": [["op": "replace", "path": .string(path), "value": value]],
        ]
    }

    /// What is stored, and what is still to be told of it.
    private func state() throws -> [[String]] {
        let database = try endpoint.database()
        return try [
            "SELECT id, version, document FROM resource ORDER BY key",
            "SELECT * FROM value ORDER BY resource, attribute, element",
            "SELECT * FROM journal WHERE coalesce(status, 200) < 400 ORDER BY sequence",
            "SELECT * FROM delivery",
        ].map(database.rows)
    }

    enum Change: CaseIterable {
        case create, replace, modify, deactivate, delete

        var code: String {
            switch self {
            case .create, .replace, .modify: "existing_user_login"
            case .deactivate, .delete: "last_admin"
            }
        }

        var status: (ok: Int, refused: Int, scimType: String?) {
            switch self {
            case .create: (201, 409, "uniqueness")
            case .replace, .modify: (200, 409, "uniqueness")
            case .deactivate: (200, 400, "mutability")
            case .delete: (204, 409, nil)
            }
        }
    }

    private func send(_ change: Change, _ id: String) -> Reply {
        switch change {
        case .create: endpoint.send("POST", "/Users", ["userName": "new"])
        case .replace: endpoint.send("PUT", "/Users/\(id)", ["userName": "bob"])
        case .modify: endpoint.send("PATCH", "/Users/\(id)", patch("userName", "bob"))
        case .deactivate: endpoint.send("PATCH", "/Users/\(id)", patch("active", false))
        case .delete: endpoint.send("DELETE", "/Users/\(id)")
        }
    }

    @Test(arguments: Change.allCases)
    func whatASiteRefusesIsNotStored(_ change: Change) throws {
        let id = try endpoint.create(["userName": "ann"])
        try connect()
        let before = try state()
        line.deliveries = 0
        line.refuse(change.code)
        let reply = send(change, id)
        #expect(reply.status == change.status.refused, "\(reply.text)")
        #expect(reply["scimType"] == change.status.scimType.map(JSON.string))
        #expect(reply["detail"]?.string?.contains("no") == true)
        #expect(line.calls.count == 1 && line.deliveries == 0)
        #expect(try state() == before)
    }

    @Test(arguments: Change.allCases)
    func whatASiteTakesIsStoredAndDeliveredAfterwards(_ change: Change) throws {
        let id = try endpoint.create(["userName": "ann"])
        try connect()
        line.deliveries = 0
        let (before, counts) = (try state(), try counts())
        #expect(counts == .init(done: 0, waiting: 1, parked: 0, oldestDue: endpoint.now))
        let reply = send(change, id)
        #expect(reply.status == change.status.ok, "\(reply.text)")
        #expect(line.calls.count == 1 && line.deliveries == 1)
        let event = (try? JSON(parsing: line.calls.first?.body ?? []))?.object?["events"]?.array?
            .first
        #expect(event?.object?["type"] == "user.validate")
        #expect(try state() != before)
        #expect(try self.counts().waiting == (change == .create ? 2 : 1))
        // Called by what comes after the answer, and by nothing before it.
        reply.answer.afterwards?()
        #expect(line.deliveries == 2)
    }

    private func counts() throws -> DeliveryCounts {
        try directory.read { store in
            try store.deliveryCounts(to: try store.receivers().first?.id ?? 0)
        }
    }

    @Test func groupsAreNobodysQuestion() throws {
        let id = try endpoint.create(["userName": "ann"])
        try connect()
        line.refuse("existing_user_login")
        line.deliveries = 0
        let group = try endpoint.create(
            ["displayName": "Staff", "members": [["value": .string(id)]]],
            at: "/Groups"
        )
        for reply in [
            endpoint.send("PATCH", "/Groups/\(group)", patch("displayName", "Other")),
            endpoint.send("PUT", "/Groups/\(group)", ["displayName": "Third"]),
            endpoint.send("DELETE", "/Groups/\(group)"),
        ] {
            #expect(reply.status / 100 == 2, "\(reply.text)")
        }
        #expect(line.calls.isEmpty && line.deliveries == 4)
    }

    @Test func whatNamesNobodyIsNotAsked() throws {
        let id = try endpoint.create(["userName": "ann"])
        try connect()
        line.refuse("existing_user_login")
        #expect(endpoint.send("PATCH", "/Users/\(id)", patch("title", "x")).status == 200)
        #expect(line.calls.isEmpty)
    }

    /// Whoever may not change anything costs no call, nor does what is wrong in itself.
    @Test func whatIsRefusedHereIsNotAsked() throws {
        let id = try endpoint.create(["userName": "ann"])
        try connect()
        try endpoint.addToken("reader", rights: .read)
        line.deliveries = 0
        for reply in [
            endpoint.send("POST", "/Users", ["userName": "x"], authorization: nil),
            endpoint.send("POST", "/Users", ["userName": "x"], authorization: "Bearer reader"),
            endpoint.send("POST", "/Users", text: "{"), endpoint.send("POST", "/Users", [:]),
            endpoint.send("POST", "/Users/\(id)"), endpoint.send("DELETE", "/Users/nobody"),
            endpoint.send("PATCH", "/Users/\(id)", patch("userName", ["x": 1])),
        ] {
            #expect(reply.status >= 400, "\(reply.text)")
        }
        for path in ["/Users", "/Users/\(id)", "/Schemas"] {
            #expect(endpoint.send("GET", path).status == 200)
        }
        #expect(line.calls.isEmpty && line.deliveries == 0)
    }

    @Test func webhooksAreToldAndNotAsked() throws {
        try connect(.webhook)
        let id = try endpoint.create(["userName": "ann"])
        #expect(endpoint.send("PATCH", "/Users/\(id)", patch("userName", "b")).status == 200)
        #expect(endpoint.send("DELETE", "/Users/\(id)").status == 204)
        #expect(line.calls.isEmpty && line.deliveries == 3)
    }

    /// The table that every statement but the look for receivers needs is not there.
    @Test func withoutReceiversNothingIsAskedReadOrDelivered() throws {
        try endpoint.database().execute("DROP TABLE delivery")
        let id = try endpoint.create(["userName": "ann"])
        #expect(send(.modify, id).status == 200)
        let group = try endpoint.create(
            ["displayName": "Staff", "members": [["value": .string(id)]]],
            at: "/Groups"
        )
        #expect(
            endpoint.send("PATCH", "/Groups/\(group)", patch("displayName", "x")).status / 100 == 2
        )
        #expect(send(.delete, id).status == 204)
        #expect(line.calls.isEmpty && line.deliveries == 0)
    }

    // MARK: Deliveries

    private func fields(_ body: [UInt8], name: String = "wordpress") -> [(String, String)] {
        let seconds = endpoint.now.microseconds / 1_000_000
        let signature = secret.signature(id: "msg_1", timestamp: seconds, body: body)
        return [
            ("HTTP_ROSTER_RECEIVER", name), ("HTTP_WEBHOOK_ID", "msg_1"),
            ("HTTP_WEBHOOK_TIMESTAMP", String(seconds)), ("HTTP_WEBHOOK_SIGNATURE", signature),
        ]
    }

    @Test(arguments: ["/Deliveries", "/deliveries", "/Deliveries/"])
    func aSiteAsksForWhatIsDue(_ path: String) throws {
        let id = try endpoint.create(["userName": "ann"])
        try connect()
        let body = #"{"acknowledge":[],"limit":5}"#
        // The signature is all that counts.
        let reply = endpoint.send(
            "POST",
            path,
            text: body,
            authorization: nil,
            fields: fields(Array(body.utf8))
        )
        #expect(reply.status == 200, "\(reply.text)")
        let event = reply["events"]?.array?.first?.object
        #expect(event?["user"]?.object?["scimId"] == .string(id))
        #expect(reply["more"] == false && reply.header("webhook-signature") != nil)
        #expect(
            secret.verifies(
                signatures: reply.header("webhook-signature") ?? "",
                id: reply.header("webhook-id") ?? "",
                timestamp: Int64(reply.header("webhook-timestamp") ?? "") ?? 0,
                body: reply.response.body
            )
        )
        #expect(line.deliveries == 0 && line.calls.isEmpty)
    }

    @Test(arguments: [
        ("GET", "/Deliveries", 405), ("PUT", "/Deliveries", 405), ("DELETE", "/Deliveries", 405),
        ("HEAD", "/Deliveries", 405), ("OPTIONS", "/Deliveries", 204),
        ("POST", "/Deliveries", 401), ("POST", "/Deliveries/x", 404),
        ("GET", "/Deliveries/x", 404),
    ])
    func deliveriesAreForThoseWhoSign(_ method: String, _ path: String, _ status: Int) throws {
        try connect()
        let reply = endpoint.send(method, path, text: method == "POST" ? "{}" : nil)
        #expect(reply.status == status, "\(reply.text)")
        if status == 405 { #expect(reply.header("Allow") == "POST, OPTIONS") }
    }

    @Test func aTokenIsNoSignature() throws {
        try connect()
        let text = #"{"acknowledge":[]}"#
        let body = Array(text.utf8)
        for (fields, status) in [
            ([], 401), (fields(body, name: "other"), 401), (fields(Array("[]".utf8)), 401),
            (fields(body), 200),
        ] {
            let reply = endpoint.send("POST", "/Deliveries", text: text, fields: fields)
            #expect(reply.status == status)
            if status == 401 { #expect(reply["schemas"] == [.string(MessageSchema.error)]) }
        }
    }
}
