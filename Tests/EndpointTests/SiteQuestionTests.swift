import Delivery
import Directory
import Endpoint
import Gateway
import JSONText
import SCIM
import Secrets
import SQLiteStore
import TestSupport
import Testing

/// What a WordPress site is asked and told of users whom it may not know yet, and what it says.
@Suite struct SiteQuestionTests {
    private let endpoint: TestEndpoint
    private let directory: Directory
    private let site: WordPressSite
    private let receiver: Receiver
    private let phone = Phone()

    init() throws {
        endpoint = try TestEndpoint()
        let now = endpoint.now
        directory = Directory(
            store: endpoint.store,
            links: Links(base: "https://example.org", types: .standard),
            now: { now }
        )
        site = try WordPressSite(url: "https://www.example.org", secret: WebhookSecret())
        receiver = try directory.add(
            Receiver(
                kind: .wordpress,
                name: "site",
                scope: site.scope,
                settings: site.settings,
                created: now
            ),
            by: Self.somebody
        )
    }

    private static let somebody = Caller(
        actor: .command(user: ""),
        domain: "default",
        requestID: ""
    )

    /// Whoever answers the calls.
    private final class Phone {
        var events: [JSONObject] = []
        var result: JSONObject = ["status": "ok", "code": "ok"]

        func call(_ call: Call) -> CallResult {
            let body = (try? JSON(parsing: call.body))?.object
            events += (body?["events"]?.array ?? []).compactMap(\.object)
            let answer: JSONObject = ["results": [.object(result)]]
            return .answered(status: 200, body: JSON.object(answer).text)
        }
    }

    private func send(_ method: String, _ path: String, _ body: JSON? = nil) -> Int {
        let request = Request(
            method: method,
            path: "/scim/v2" + path,
            query: nil,
            variables: [
                (name: "HTTP_HOST", value: "example.org"),
                (name: "HTTP_AUTHORIZATION", value: "Bearer \(TestEndpoint.secret)"),
            ],
            body: body?.text ?? []
        )
        let (now, store) = (endpoint.now, endpoint.store)
        let answer = Endpoint(
            now: { now },
            openStore: { _ in store },
            outlet: .init(telephone: phone.call, deliver: { _ in })
        ).answer(
            Incoming(method: method, path: request.path, request: .success(request)),
            requestID: "request"
        )
        return answer.response.status
    }

    /// A user whom an import has found on the site as account 12.
    private func imported() throws -> String {
        let user: JSON = [
            "schemas": [.string(ResourceType.user.schema.id)], "userName": "ann", "active": true,
        ]
        let new = Directory.Import(
            resource: try SentResource(user, type: .user),
            id: nil,
            account: .init(id: "12", name: "ann"),
            active: true
        )
        return try #require(try directory.take(new, from: receiver, by: Self.somebody))
    }

    private func patch(_ value: JSONObject) -> JSON {
        [
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [["op": "replace", "value": .object(value)]],
        ]
    }

    private func record(_ id: String) throws -> DeliveryRecord {
        try #require(
            try directory.read { store in
                try store.deliveries(to: receiver.id, .of([id]), limit: 1)
            }.first
        )
    }

    @Test func importedAccountIsNamedInAQuestion() throws {
        let id = try imported()
        #expect(send("PATCH", "/Users/\(id)", patch(["userName": "anna"])) == 200)
        #expect(phone.events.first?["user"]?.object?["userId"] == 12)
    }

    @Test func importedAccountIsNamedWhereItIsToGo() throws {
        let id = try imported()
        #expect(send("DELETE", "/Users/\(id)") == 204)
        #expect(phone.events.first?["user"]?.object?["userId"] == 12)
        let due = try record(id)
        let shipment = try directory.read { store in
            try WordPressCarrier(site).shipment([due], in: store, at: endpoint.now)
        }
        let body = try JSON(parsing: try #require(shipment.call).body).object
        let event = try #require(body?["events"]?.array?.first?.object)
        #expect(event["type"] == "user.delete")
        #expect(event["user"]?.object?["userId"] == 12)
    }

    @Test func whoeverLeavesIsAskedForWithoutTheRest() throws {
        let id = try imported()
        let change = patch(["active": false, "userName": "somebody-else"])
        #expect(send("PATCH", "/Users/\(id)", change) == 200)
        let user = try #require(phone.events.first?["user"]?.object)
        #expect(user["active"] == false)
        #expect(user["login"] == nil && user["userName"] == nil)
    }

    @Test func externalIdCanBeWhatHasToBeFree() throws {
        var mapped = site
        try mapped.map(["user_login": "externalId"], columns: [])
        let settings = mapped.settings
        try directory.update(receiver, by: Self.somebody, attributes: []) {
            $0.settings = settings
        }
        let id = try imported()
        #expect(send("PATCH", "/Users/\(id)", patch(["externalId": "E1"])) == 200)
        #expect(phone.events.first?["user"]?.object?["login"] == "E1")
    }

    @Test func aVersionThatWasNeverGivenIsNotAcknowledged() throws {
        let id = try imported()
        #expect(send("PATCH", "/Users/\(id)", patch(["displayName": "Ann"])) == 200)
        let ahead = Settlement(
            resource: id,
            version: 1_000,
            outcome: .done(account: nil, active: nil)
        )
        try directory.settle([ahead], of: receiver.id, trouble: nil)
        #expect(try record(id).acknowledged == 0)
        #expect(try record(id).state == .waiting)
    }

    @Test func versionBeyondAllBoundsIsNotFollowed() throws {
        let id = try imported()
        #expect(send("PATCH", "/Users/\(id)", patch(["displayName": "Ann"])) == 200)
        let result: JSONObject = ["status": "ignored", "known": .integer(.max)]
        let due = try record(id)
        let shipment = try directory.read { store in
            try WordPressCarrier(site).shipment([due], in: store, at: endpoint.now)
        }
        let answer = JSON.object(["results": [.object(result)]]).text
        let verdict = WordPressCarrier(site).verdict(
            .answered(status: 200, body: answer),
            on: shipment
        )
        guard case .heard(let settlements) = verdict else {
            Issue.record("\(verdict)")
            return
        }
        try directory.settle(settlements, of: receiver.id, trouble: nil)
        #expect(try record(id).state == .parked)
        #expect(try record(id).version == 1)
    }

    // MARK: The pull

    private func pull(_ body: JSON, by secret: WebhookSecret? = nil) throws(SCIMError) -> JSON? {
        let now = endpoint.now
        let fields = Signature(of: body.text, [secret ?? site.secret], at: now).fields
        let answer = try WordPressPull(directory: directory, now: { now })
            .answer(body.text) { name in
                name == "roster-receiver" ? "site" : fields.first { $0.name == name }?.value
            }
        return try? JSON(parsing: answer.body)
    }

    @Test func otherSignedMessagesAreNoQuestion() throws {
        let id = try imported()
        #expect(send("PATCH", "/Users/\(id)", patch(["displayName": "Ann"])) == 200)
        let answer = try #require(try pull(["acknowledge": [], "limit": 5]))
        #expect(answer.object?["events"]?.array?.count == 1)
        #expect(throws: SCIMError.self) { _ = try pull(answer) }
        #expect(throws: SCIMError.self) { _ = try pull([:]) }
    }

    @Test(arguments: [Int64.min, .min + 1, -1, 0, .max - 1, .max])
    func timesFarAwayAreRefused(timestamp: Int64) throws {
        let body = JSON.object(["acknowledge": []]).text
        let signature = site.secret.signature(id: "msg_1", timestamp: timestamp, body: body)
        let fields = [
            "roster-receiver": "site", "webhook-id": "msg_1",
            "webhook-timestamp": String(timestamp), "webhook-signature": signature,
        ]
        let now = endpoint.now
        let error = #expect(throws: SCIMError.self) {
            _ = try WordPressPull(directory: directory, now: { now }).answer(body) { fields[$0] }
        }
        #expect(error?.status == 401)
    }
}
