import Delivery
import Directory
import SCIM
import Secrets
import Testing

@testable import Console

struct TicketTests {
    private let world: ConsoleWorld
    private let site: Receiver
    private let secret: WebhookSecret

    init() throws {
        world = try ConsoleWorld()
        site = try world.site("blog")
        secret = try WordPressSite(site).secret
    }

    private static let body =
        #"{"purpose":"console","login":"ann","timezone":"Europe/Berlin"}"#

    private func text(
        _ body: String = body,
        id: String = "tkt_1",
        age: Int = 0,
        secret other: WebhookSecret? = nil
    ) -> String {
        let timestamp = world.clock.instant.microseconds / 1_000_000 - Int64(age)
        let bytes = Array(body.utf8)
        let signature = (other ?? secret).signature(id: id, timestamp: timestamp, body: bytes)
        let code = Sodium.decodeBase64(String(signature.dropFirst(3))) ?? []
        return "\(id).\(timestamp).\(Sodium.base64URL(bytes)).\(Sodium.base64URL(code))"
    }

    private func read(_ text: String) throws -> Ticket? {
        let receivers = try world.store.read(within: .unlimited) { try $0.receivers() }
        return Ticket(text, receivers, at: world.clock.instant)
    }

    @Test func saysWhoAndWhere() throws {
        let ticket = try #require(try read(text()))
        #expect(ticket.id == "tkt_1")
        #expect(ticket.name == "ann@blog.test")
        #expect(ticket.zone == "Europe/Berlin")
        #expect(ticket.receiver.id == site.id)
        #expect(ticket.expires > world.clock.instant.adding(seconds: Int(Ticket.seconds)))
    }

    @Test func isGoodForAMinute() throws {
        for age in [0, 60, -60] { #expect(try read(text(age: age)) != nil, "\(age)") }
        for age in [61, -61, 100_000] { #expect(try read(text(age: age)) == nil, "\(age)") }
    }

    @Test(arguments: [
        "{}", "[]", "", "null", #"{"login":"ann"}"#, #"{"purpose":"events","login":"ann"}"#,
        #"{"purpose":"console"}"#, #"{"purpose":"console","login":""}"#,
        #"{"purpose":"console","login":7}"#, #"{"purpose":["console"],"login":"ann"}"#,
        #"{"purpose":"console","login":"ann""#,
        #"{"purpose":"console","purpose":"console","login":"ann"}"#,
    ])
    func refusesBodiesThatAreNone(body: String) throws {
        #expect(try read(text(body)) == nil)
    }

    @Test func refusesOtherKeys() throws {
        #expect(try read(text(secret: WebhookSecret())) == nil)
        try world.directory.remove(site, by: ConsoleWorld.caller)
        #expect(try read(text()) == nil)
    }

    @Test func refusesWhatIsNoTicket() throws {
        let good = text()
        let parts = good.split(separator: ".").map(String.init)
        let bad = [
            "", ".", "...", good + ".", "." + good, good + ".a", good.replacingFirst("tkt_1", ""),
            good.replacingFirst("tkt_1", "tkt_2"),
            "\(parts[0]).\(parts[1])0.\(parts[2]).\(parts[3])",
            "\(parts[0]).x.\(parts[2]).\(parts[3])",
            "\(parts[0]).9223372036854775807.\(parts[2]).\(parts[3])",
            "\(parts[0]).-9223372036854775808.\(parts[2]).\(parts[3])",
            "\(parts[0]).\(parts[1]).\(parts[2])=.\(parts[3])",
            "\(parts[0]).\(parts[1])..\(parts[3])", "\(parts[0]).\(parts[1]).\(parts[2]).",
            String(repeating: "a", count: 100_000),
        ]
        for text in bad { #expect(try read(text) == nil, "\(text.prefix(80))") }
    }

    /// Blanks would let two logins be one name.
    @Test func namesHaveNoBlanks() throws {
        let ticket = try #require(try read(text(#"{"purpose":"console","login":"a n n"}"#)))
        #expect(ticket.name == "ann@blog.test")
        #expect(ticket.zone == nil)
    }
}

extension String {
    fileprivate func replacingFirst(_ old: String, _ new: String) -> String {
        hasPrefix(old) ? new + dropFirst(old.count) : self
    }
}
