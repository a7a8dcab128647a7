import Directory
import JSONText
import SCIM
import Secrets
import TestSupport
import Testing

@testable import Delivery

/// Webhooks: which events, and what answers do.
struct WebhookTests {
    private let office: Office

    init() throws {
        office = try Office()
        try office.directory.remove(office.receiver, by: Office.caller)
        office.answer = { _ in .answered(status: 204, body: []) }
    }

    private func add(_ set: (inout Webhook) -> Void = { _ in }) throws -> Receiver {
        var webhook = Webhook(url: "https://hook.test/x", secret: WebhookSecret())
        set(&webhook)
        return try office.directory.add(
            Receiver(
                kind: .webhook,
                name: "hook",
                scope: webhook.scope,
                settings: webhook.settings,
                created: office.clock.instant
            ),
            by: Office.caller
        )
    }

    private func send(_ hook: Receiver) throws -> [String?] {
        office.clear()
        office.clock.advance(seconds: 1)
        _ = try office.courier(to: hook).run()
        return office.calls.map { $0.json["type"]?.string }
    }

    private func record(_ resource: StoredResource, _ hook: Receiver) throws -> DeliveryRecord {
        try #require(
            try office.directory.read {
                try $0.deliveries(to: hook.id, .of([resource.id]), limit: 1).first
            }
        )
    }

    @Test(arguments: [
        ("user", ["title"], "user.updated"), ("user", ["off"], "user.deactivated"),
        ("user", ["off", "title"], "user.deactivated"), ("user", ["off", "on"], "user.updated"),
        ("user", ["delete"], "user.deleted"), ("user", ["off", "delete"], "user.deleted"),
        ("user", ["unassign"], "user.deactivated"),
        ("leaver", ["title"], "user.updated"), ("leaver", ["on"], "user.reactivated"),
        ("group", ["rename"], "group.updated"), ("group", ["member"], "group.updated"),
        ("group", ["delete"], "group.deleted"),
    ])
    func changesHaveTheirKinds(_ what: String, _ steps: [String], _ kind: String) throws {
        let hook = try add()
        let user = try office.user("ann", ["active": .bool(what == "user")])
        let group = try office.group("Staff", [])
        #expect(Set(try send(hook)) == ["user.created", "group.created"])
        for step in steps {
            switch step {
            case "title": try office.set(user, "title", "x")
            case "off": try office.set(user, "active", false)
            case "on": try office.set(user, "active", true)
            case "unassign":
                _ = try office.directory.modify(user, [["op": "remove", "path": "active"]])
            case "rename": try office.set(group, "displayName", "x")
            case "member":
                _ = try office.directory.modify(
                    group,
                    [["op": "add", "path": "members", "value": [["value": .string(user.id)]]]]
                )
            default: try office.directory.delete(what == "group" ? group : user)
            }
        }
        // The user of a group is not told of: it is the same.
        #expect(try send(hook) == [kind])
        #expect(try send(hook).isEmpty)
        #expect(try record(what == "group" ? group : user, hook).state == .done)
    }

    @Test func whatComesAndGoesIsNotToldOf() throws {
        let hook = try add()
        let user = try office.user("ann")
        try office.directory.delete(user)
        #expect(try send(hook).isEmpty)
        #expect(try record(user, hook).state == .done)
    }

    @Test(
        arguments: [
            ([], ["user.created", "group.created"]), (["user.*"], ["user.created"]),
            (["group.created"], ["group.created"]), (["user.deleted"], []),
            (["user.created", "group.*"], ["user.created", "group.created"]),
        ] as [([String], Set<String>)]
    )
    func onlyWhatIsWantedIsSent(_ events: [String], _ kinds: Set<String>) throws {
        let hook = try add { $0.events = events }
        let (user, group) = (try office.user("ann"), try office.group("Staff", []))
        #expect(Set(try send(hook).compactMap(\.self)) == kinds)
        #expect(try record(user, hook).state == .done && record(group, hook).state == .done)
        // What was not told is known all the same, and what becomes of it is.
        try office.directory.delete(user)
        let isWanted = events.isEmpty || events.contains("user.*") || events == ["user.deleted"]
        #expect(try send(hook) == (isWanted ? ["user.deleted"] : []))
    }

    @Test func kindsArePartsOfNames() {
        var webhook = Webhook(url: "https://a.test", secret: WebhookSecret())
        webhook.events = ["user.*", "group.deleted"]
        for (kind, isWanted) in [
            ("user.created", true), ("users.created", false), ("group.deleted", true),
            ("group.created", false), ("group.deleted.x", false),
        ] {
            #expect(webhook.wants(kind) == isWanted, "\(kind)")
        }
        #expect(Webhook.kinds.count == 8 && !Webhook.kinds.contains("group.deactivated"))
    }

    @Test func anEventIsTheResourceWithoutItsMembers() throws {
        let hook = try add {
            $0.headers = ["X-A: 1"]
            $0.connectTo = "127.0.0.1:1"
            $0.domain = "default"
        }
        let user = try office.user("ann", ["externalId": "e1", "password": "s3cret"])
        _ = try send(hook)
        let call = try #require(office.calls.first)
        #expect(call.url == "https://hook.test/x" && call.connectTo == "127.0.0.1:1")
        #expect(call.field("X-A") == "1" && call.field("Content-Type") == "application/json")
        let data = try #require(call.json["data"]?.object)
        #expect(data["id"] == .string(user.id) && data["externalId"] == "e1")
        #expect(data["userName"] == "ann" && data["password"] == nil)
        #expect(data["meta"]?.object?["version"] == .string(user.tag))
        #expect(data["meta"]?.object?["resourceType"] == "User")
        #expect(call.json["timestamp"] == .string(user.record.modified.text))
        let secret = try Webhook(hook).secret
        #expect(
            secret.verifies(
                signatures: call.field("webhook-signature") ?? "",
                id: call.field("webhook-id") ?? "",
                timestamp: Int64(call.field("webhook-timestamp") ?? "") ?? 0,
                body: call.body
            )
        )
        let group = try office.group("Staff", [user])
        _ = try send(hook)
        #expect(office.calls.first?.json["data"]?.object?["members"] == nil)
        try office.directory.delete(group)
        _ = try send(hook)
        let gone = office.calls.first?.json["data"]
        #expect(gone == ["id": .string(group.id), "meta": ["resourceType": "Group"]])
    }

    /// A message has one id at every try, also where its time is that of the try.
    @Test(arguments: [false, true])
    func triesOfOneMessageHaveOneID(_ isDeletion: Bool) throws {
        let hook = try add()
        let user = try office.user("ann")
        _ = try send(hook)
        let first = office.calls.first?.field("webhook-id")
        if isDeletion {
            try office.directory.delete(user)
        } else {
            try office.set(user, "title", "x")
        }
        office.answer = { _ in .answered(status: 503, body: []) }
        _ = try send(hook)
        let ids = office.calls.map { $0.field("webhook-id") }
        office.clock.advance(seconds: 10)
        office.answer = { _ in .answered(status: 200, body: []) }
        _ = try send(hook)
        #expect(ids + office.calls.map { $0.field("webhook-id") } == [ids[0], ids[0]])
        #expect(ids[0] != first && ids[0]?.hasPrefix("msg_") == true)
    }

    @Test(
        arguments: [
            (.answered(status: 200, body: Array("<html>".utf8)), .done, nil, nil),
            (.answered(status: 299, body: []), .done, nil, nil),
            (.answered(status: 300, body: []), .waiting, "status", nil),
            (.answered(status: 404, body: []), .waiting, "status", nil),
            (.answered(status: 500, body: []), .waiting, "status", nil),
            (.late, .waiting, "late", nil),
            (.answered(status: 410, body: []), .waiting, nil, "gone"),
            (.unreachable("x"), .waiting, nil, "unreachable"),
            (.impossible("x"), .waiting, nil, "no_curl"),
        ] as [(CallResult, DeliveryRecord.State, String?, String?)]
    )
    func answersDecide(
        _ answer: CallResult,
        _ state: DeliveryRecord.State,
        _ problem: String?,
        _ trouble: String?
    ) throws {
        let hook = try add()
        let user = try office.user("ann")
        office.answer = { _ in answer }
        _ = try send(hook)
        #expect(office.calls.count == 1)
        let record = try record(user, hook)
        #expect(record.state == state && record.problem?.code == problem)
        let now = try office.directory.receiver(named: "hook")
        #expect(now.trouble?.problem.code == trouble)
        // Who wants no more is not called again.
        #expect((now.trouble != nil && now.trouble?.retryAt == nil) == (trouble == "gone"))
    }

    @Test func settingsAreReadAsTheyWereWritten() throws {
        let hook = try add {
            $0.events = ["user.*"]
            $0.headers = ["X: 1"]
            $0.connectTo = "a:1"
            $0.domain = "hr"
        }
        let webhook = try Webhook(hook)
        #expect(webhook.settings == hook.settings && webhook.events == ["user.*"])
        #expect(webhook.headers == ["X: 1"] && webhook.connectTo == "a:1" && webhook.domain == "hr")
        var broken = hook
        broken.settings["secret"] = "x"
        #expect { _ = try Webhook(broken) } throws: { ($0 as? SCIMError)?.status == 500 }
    }
}
