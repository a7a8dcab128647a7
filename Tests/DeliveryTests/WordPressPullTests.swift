import Directory
import JSONText
import SCIM
import Secrets
import TestSupport
import Testing

@testable import Delivery

/// What a plugin gets that asks by itself.
struct WordPressPullTests {
    private let office: Office

    init() throws { office = try Office() }

    private var seconds: Int64 { office.clock.instant.microseconds / 1_000_000 }

    /// The fields by which a plugin signs.
    private func fields(
        _ body: [UInt8],
        name: String = "site",
        timestamp: Int64? = nil,
        secret: WebhookSecret? = nil
    ) -> [String: String] {
        let timestamp = timestamp ?? seconds
        let secret = secret ?? office.site.secret
        return [
            "roster-receiver": name, "webhook-id": "msg_1",
            "webhook-timestamp": String(timestamp),
            "webhook-signature": secret.signature(id: "msg_1", timestamp: timestamp, body: body),
        ]
    }

    private func ask(_ body: JSONObject = [:]) throws -> JSONObject {
        var whole: JSONObject = ["acknowledge": []]
        for member in body.members { whole[member.name] = member.value }
        let text = JSON.object(whole).text
        let fields = fields(text)
        let answer = try WordPressPull(directory: office.directory, now: office.clock.now)
            .answer(text) { fields[$0] }
        return try #require(try JSON(parsing: answer.body).object)
    }

    private func scimIDs(_ answer: JSONObject) -> [String?] {
        (answer["events"]?.array ?? []).map { Plugin.id($0.object ?? [:]) }
    }

    @Test func whoCannotBeVerifiedGetsTheSameAnswer() throws {
        _ = try office.directory.add(
            Receiver(
                kind: .webhook,
                name: "hook",
                scope: .init(type: nil, followsGroups: false),
                settings: office.site.settings,
                created: office.clock.instant
            ),
            by: Office.caller
        )
        _ = try office.user("ann")
        let body = Array(#"{"acknowledge":[]}"#.utf8)
        let good = fields(body)
        var wrong: [[String: String]] = good.keys.map { name in
            good.filter { $0.key != name }
        }
        for (name, values) in [
            ("webhook-signature", ["", "v1,", "v1,AAAA", "v2,\(good["webhook-signature"] ?? "")"]),
            (
                "webhook-timestamp",
                [
                    "", "x", "\(seconds + 1)", "\(Int64.max)", "\(Int64.min)", "-1", "1e9",
                    "99999999999999999999",
                ]
            ), ("webhook-id", ["", "msg_2"]), ("roster-receiver", ["", "other", "hook"]),
        ] {
            wrong += values.map { good.merging([name: $0]) { $1 } }
        }
        wrong += [Int64.max, .min, seconds - 301, seconds + 301].map {
            fields(body, timestamp: $0)
        }
        wrong.append(fields(body, secret: WebhookSecret()))
        wrong.append(fields(Array(#"{"acknowledge":[]} "#.utf8)))
        let pull = WordPressPull(directory: office.directory, now: office.clock.now)
        var errors: [SCIMError] = []
        for fields in wrong {
            do {
                _ = try pull.answer(body) { fields[$0] }
                Issue.record("\(fields)")
            } catch {
                errors.append(error)
            }
        }
        #expect(errors.count == wrong.count && wrong.count > 20)
        #expect(errors.allSatisfy { $0.status == 401 && $0.detail == errors.first?.detail })
        #expect(errors.first?.detail.contains(office.clock.instant.text) == true)
        #expect(try office.records().allSatisfy { $0.state == .waiting })
    }

    @Test(arguments: [-300, 0, 300], ["site", "Site", "SITE"])
    func whoIsVerifiedIsAnswered(_ difference: Int64, _ name: String) throws {
        let user = try office.user("ann")
        let body = Array(#"{"acknowledge":[]}"#.utf8)
        let fields = fields(body, name: name, timestamp: seconds + difference)
        let (text, signature) = try WordPressPull(
            directory: office.directory,
            now: office.clock.now
        ).answer(body) { fields[$0] }
        let answer = try #require(try JSON(parsing: text).object)
        #expect(scimIDs(answer) == [user.id])
        #expect(answer["settings"]?.object?["managed"] != nil && answer["more"] == false)
        // The answer is signed the same way.
        let field = { (name: String) in signature.first { $0.name == name }?.value }
        #expect(field("webhook-timestamp") == String(seconds))
        #expect(
            office.site.secret.verifies(
                signatures: field("webhook-signature") ?? "",
                id: field("webhook-id") ?? "",
                timestamp: seconds,
                body: text
            )
        )
    }

    @Test func bothSecretsAreValidWhileOneIsExchanged() throws {
        let old = office.site.secret
        try office.change { $0.exchangeSecret() }
        let body = Array(#"{"acknowledge":[]}"#.utf8)
        for secret in [old, office.site.secret] {
            let fields = fields(body, secret: secret)
            let pull = WordPressPull(directory: office.directory, now: office.clock.now)
            #expect(throws: Never.self) { try pull.answer(body) { fields[$0] } }
        }
    }

    @Test(arguments: ["", "[]", "x", "{", "{}", #"{"acknowledge":1}"#, #"{"events":[]}"#])
    func aBodyThatIsNoQuestionIsRefused(_ text: String) throws {
        let body = Array(text.utf8)
        let fields = fields(body)
        let pull = WordPressPull(directory: office.directory, now: office.clock.now)
        #expect {
            try pull.answer(body) { fields[$0] }
        } throws: { error in
            (error as? SCIMError)?.scimType == .invalidSyntax
        }
    }

    @Test(
        arguments: [
            (nil, 50, true), (1, 1, true), (0, 1, true), (-5, 1, true), (49, 49, true),
            (50, 50, true), (1_000_000, 50, true), ("x", 50, true),
        ] as [(JSON?, Int, Bool)]
    )
    func saysHowManyAndWhetherThereAreMore(
        _ limit: JSON?,
        _ count: Int,
        _ isMore: Bool
    ) throws {
        for number in 0..<52 { _ = try office.user("user\(number)") }
        var body: JSONObject = [:]
        body["limit"] = limit
        let answer = try ask(body)
        #expect(scimIDs(answer).count == count && answer["more"] == .bool(isMore))
    }

    /// Until nothing is due any more.
    @Test func whatIsAcknowledgedIsDone() throws {
        let users = try ["ann", "bob", "cat"].map { name in
            office.clock.advance(milliseconds: 1)
            return try office.user(name)
        }
        var results: [JSON] = []
        var rounds = 0
        while true {
            let answer = try ask(["acknowledge": .array(results), "limit": 1])
            let events = (answer["events"]?.array ?? []).compactMap(\.object)
            if events.isEmpty {
                #expect(answer["more"] == false)
                break
            }
            #expect(events.compactMap(Plugin.id) == [users[rounds].id])
            rounds += 1
            results = events.map { event in
                [
                    "scimId": .string(Plugin.id(event) ?? ""),
                    "version": event["version"] ?? .null, "status": "applied",
                    "code": "created", "userId": 9, "login": "l",
                ]
            }
        }
        #expect(rounds == 3)
        #expect(try office.records().allSatisfy { $0.state == .done && $0.account?.id == "9" })
    }

    @Test(
        arguments: [
            (["status": "applied", "code": "deleted"], .done, 1, nil, false),
            (["status": "applied", "code": "deactivated"], .done, 1, nil, false),
            (["status": "applied", "code": "created"], .done, 1, nil, nil),
            (["status": "applied", "code": "updated"], .done, 1, nil, nil),
            (["status": "applied", "code": "reactivated"], .done, 1, nil, true),
            (["status": "ignored"], .done, 1, nil, nil),
            (["status": "ignored", "known": 1], .waiting, 2, nil, nil),
            (["status": "ignored", "known": 8], .waiting, 9, nil, nil),
            (["status": "ignored", "known": .integer(.max)], .parked, 1, "version", nil),
            (["status": "ignored", "known": 9_007_199_254_740_992], .parked, 1, "version", nil),
            (["status": "refused", "code": "too_long"], .parked, 1, "too_long", nil),
            (["status": "error", "code": "busy"], .waiting, 1, "busy", nil),
            (["status": "error", "code": "not_reached"], .waiting, 1, nil, nil),
            (["status": "applied", "version": 0], .waiting, 1, nil, nil),
            (["status": "applied", "version": 7], .waiting, 1, nil, nil),
            (["status": "applied", "version": nil], .waiting, 1, nil, nil),
            (["status": "applied", "scimId": "nobody"], .waiting, 1, nil, nil),
        ] as [([String: JSON?], DeliveryRecord.State, Int64, String?, Bool?)]
    )
    func eachResultCounts(
        _ result: [String: JSON?],
        _ state: DeliveryRecord.State,
        _ version: Int64,
        _ problem: String?,
        _ active: Bool?
    ) throws {
        let user = try office.user("ann")
        var whole: JSONObject = ["scimId": .string(user.id), "version": 1]
        for (name, value) in result { whole[name] = value }
        _ = try ask(["acknowledge": [.object(whole)]])
        let record = try office.record(user)
        #expect(record.state == state && record.version == version)
        #expect(record.problem?.code == problem && record.active == active)
        if problem == "busy" { #expect(record.due == office.clock.instant.adding(seconds: 5)) }
    }

    /// Who asks can be reached, the other way round.
    @Test func whoAsksIsInNoTrouble() throws {
        let trouble = Trouble(
            attempts: 3,
            since: office.clock.instant,
            retryAt: nil,
            problem: Problem(code: "no_curl", message: "")
        )
        try office.directory.settle([], of: office.receiver.id, trouble: trouble)
        let user = try office.user("ann")
        #expect(try scimIDs(ask()) == [user.id])
        #expect(try office.reread().trouble == nil)
    }

    @Test func whoIsPausedGetsNothing() throws {
        _ = try office.user("ann")
        try office.directory.update(office.receiver, by: Office.caller, attributes: []) {
            $0.isPaused = true
        }
        let answer = try ask()
        #expect(answer["events"] == [] && answer["more"] == false)
    }
}
