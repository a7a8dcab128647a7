import Directory
import JSONText
import SCIM
import Secrets
import TestSupport
import Testing

@testable import Delivery

/// A directory with a WordPress site, a clock that stands still, and a telephone that leads to
/// whatever a test puts at its other end.
final class Office {
    let test: TestStore
    let clock = TestClock()
    let directory: Directory
    var site: WordPressSite
    private(set) var receiver: Receiver
    /// The calls that were made.
    private(set) var calls: [Call] = []
    /// The other end.
    var answer: (Call) -> CallResult = { Plugin.answer($0) }

    static let caller = Caller(actor: .system, domain: "default", requestID: "r")

    init(_ set: (inout WordPressSite) throws -> Void = { _ in }) throws {
        test = try TestStore()
        directory = Directory(store: test.store, links: test.links, now: clock.now)
        site = try WordPressSite(url: "https://wp.test", secret: WebhookSecret())
        try set(&site)
        receiver = try directory.add(
            Receiver(
                kind: .wordpress,
                name: "site",
                scope: site.scope,
                settings: site.settings,
                created: clock.instant
            ),
            by: Self.caller
        )
    }

    var desk: WordPressDesk { WordPressDesk(site, telephone: telephone, now: clock.now) }

    func telephone(_ call: Call) -> CallResult {
        calls.append(call)
        return answer(call)
    }

    /// Forgets the calls so far.
    func clear() { calls = [] }

    /// The receiver as it is now.
    func reread() throws -> Receiver {
        receiver = try directory.receiver(named: "site")
        return receiver
    }

    /// Changes the site's settings.
    func change(_ set: (inout WordPressSite) throws -> Void) throws {
        try set(&site)
        let (settings, scope) = (site.settings, site.scope)
        receiver = try directory.update(receiver, by: Self.caller, attributes: []) { receiver in
            receiver.settings = settings
            receiver.scope = scope
        }
    }

    func user(_ name: String, _ more: JSONObject = [:]) throws -> StoredResource {
        var body: JSONObject = ["userName": .string(name)]
        for member in more.members { body[member.name] = member.value }
        return try directory.create(.object(body))
    }

    func group(_ name: String, _ members: [StoredResource]) throws -> StoredResource {
        try directory.create(
            [
                "displayName": .string(name),
                "members": .array(members.map { ["value": .string($0.id)] }),
            ],
            .group
        )
    }

    func set(_ resource: StoredResource, _ path: String, _ value: JSON) throws {
        _ = try directory.modify(
            resource,
            [["op": "replace", "path": .string(path), "value": value]]
        )
    }

    func record(_ resource: StoredResource) throws -> DeliveryRecord {
        try #require(
            try directory.read { store in
                try store.deliveries(to: receiver.id, .of([resource.id]), limit: 1).first
            }
        )
    }

    func records() throws -> [DeliveryRecord] {
        try directory.read { try $0.deliveries(to: receiver.id, .all(after: ""), limit: .max) }
    }

    /// Notes that the receiver has all of it.
    func settleAll() throws {
        let settlements = try records().map {
            Settlement(
                resource: $0.resource,
                version: $0.version,
                outcome: .done(account: nil, active: nil)
            )
        }
        try directory.settle(settlements, of: receiver.id, trouble: nil)
    }

    /// A courier whose waiting moves the clock.
    func courier(
        _ holder: String = "me",
        of directory: Directory? = nil,
        to receiver: Receiver? = nil,
        isGone: @escaping (String) -> Bool = { _ in false },
        sleeping: @escaping () throws -> Void = {}
    ) -> Courier {
        Courier(
            directory: directory ?? self.directory,
            receiver: (receiver ?? self.receiver).id,
            carrier: { receiver in
                switch receiver.kind {
                case .wordpress: WordPressCarrier(try WordPressSite(receiver))
                case .webhook: WebhookCarrier(try Webhook(receiver), types: .standard)
                }
            },
            telephone: telephone,
            now: clock.now,
            holder: holder,
            isGone: isGone,
            sleep: { [clock] milliseconds in
                clock.advance(milliseconds: milliseconds)
                try? sleeping()
            }
        )
    }

    /// The events of each call so far.
    var events: [[JSONObject]] { calls.map { $0.events } }
}

extension Call {
    var json: JSONObject { (try? JSON(parsing: body))?.object ?? [:] }

    var events: [JSONObject] { (json["events"]?.array ?? []).compactMap(\.object) }

    func field(_ name: String) -> String? {
        headers.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
    }
}

/// What a site's plugin answers.
enum Plugin {
    /// Each event's result; `result` says what differs from `applied`.
    static func answer(
        _ call: Call,
        _ result: (JSONObject) -> JSONObject = { _ in [:] }
    ) -> CallResult {
        let results = call.events.map { event -> JSON in
            let isQuestion = event["type"] == "user.validate"
            var answer: JSONObject = [
                "id": event["id"] ?? .null, "scimId": id(event).map(JSON.string) ?? .null,
                "status": isQuestion ? "ok" : "applied", "code": isQuestion ? "ok" : "updated",
                "userId": 7, "login": "login",
            ]
            for member in result(event).members { answer[member.name] = member.value }
            return .object(answer)
        }
        return json(["results": .array(results)])
    }

    static func json(_ json: JSON, status: Int = 200) -> CallResult {
        .answered(status: status, body: json.text)
    }

    static func id(_ event: JSONObject) -> String? { event["user"]?.object?["scimId"]?.string }

    static let page = CallResult.answered(status: 500, body: Array("<html>Oops".utf8))
}
