import Delivery
import Directory
import Gateway
import JSONText
import SCIM
import SQLiteStore
import Secrets
import TestSupport

@testable import Console

/// The whole console on a database of its own, with an administrator and an auditor.
final class ConsoleWorld {
    let test: TestStore
    let clock = TestClock()
    /// For what is to be there before a page is asked for.
    let directory: Directory
    /// What receivers answer.
    var answer: (Call) -> CallResult = { _ in
        .unreachable("nobody is there")
    }
    /// What the program finds out about its surroundings.
    var checks: [Console.Check] = []
    /// What comes of trying the endpoint's address.
    var way: [Console.Check] = []
    /// How often the console had changes sent.
    private(set) var deliveries = 0

    static let host = "www.example.org"
    static let script = "<script>alert(\"1\")</script>"

    init() throws {
        test = try TestStore()
        directory = Directory(store: test.store, links: test.links, now: clock.now)
        for role in Administrator.Role.allCases {
            let administrator = Administrator(
                name: "\(role.rawValue)@example.org",
                role: role,
                created: clock.instant,
                sessionsSince: clock.instant
            )
            _ = try test.store.write(within: .unlimited) { try $0.insert(administrator) }
        }
    }

    var store: SQLiteStore { test.store }

    private var console: Console {
        Console(
            .init(
                version: "1.2.3",
                now: clock.now,
                openStore: { [store] _ throws(SCIMError) in store },
                telephone: { [self] in answer($0) },
                deliver: { [self] _ in deliveries += 1 },
                check: { [self] _ in checks },
                tryWay: { [self] _, _ in way }
            )
        )
    }

    /// A browser in which somebody of the role is signed in.
    func browser(_ role: Administrator.Role = .administrator) throws -> Browser {
        let administrator = try directory.administrators().first { $0.role == role }
        guard let administrator else { throw TestError("nobody is \(role)") }
        let cookie = try directory.consoleSeal()
            .cookie(.new(administrator, at: clock.instant), agent: Browser.agent)
        return Browser(cookie: "\(Reception.sessionCookie)=\(cookie)") { [self] in ask($0) }
    }

    /// A browser in which nobody is signed in.
    func stranger() -> Browser { Browser(cookie: "") { [self] in ask($0) } }

    private func ask(_ request: Request) -> Answer {
        let incoming = Incoming(
            method: request.method,
            path: request.path,
            request: .success(request)
        )
        let answer =
            console.answer(incoming, requestID: "0123456789abcdef")
            ?? Answer(Response(status: 404))
        answer.afterwards?()
        return answer
    }

    // MARK: What is there

    @discardableResult
    func user(_ name: String, _ more: JSONObject = [:]) throws -> StoredResource {
        var body: JSONObject = ["userName": .string(name)]
        for member in more.members { body[member.name] = member.value }
        return try directory.create(.object(body))
    }

    @discardableResult
    func group(_ name: String, _ members: [StoredResource] = []) throws -> StoredResource {
        let members: [JSON] = members.map { ["value": .string($0.id)] }
        return try directory.create(
            ["displayName": .string(name), "members": .array(members)],
            .group
        )
    }

    /// A WordPress site that is connected.
    @discardableResult
    func site(
        _ name: String = "site",
        _ set: (inout WordPressSite) throws -> Void = { _ in }
    ) throws -> Receiver {
        var site = try WordPressSite(url: "https://\(name).test", secret: WebhookSecret())
        try set(&site)
        return try directory.add(
            Receiver(
                kind: .wordpress,
                name: name,
                scope: site.scope,
                settings: site.settings,
                created: clock.instant
            ),
            by: Self.caller
        )
    }

    @discardableResult
    func token(
        _ name: String,
        profile: String = "generic",
        rights: Token.Rights = .write,
        expires days: Int? = nil
    ) throws -> Token {
        let token = Token(
            name: name,
            profile: profile,
            rights: rights,
            domain: "default",
            expires: days.map { clock.instant.adding(seconds: $0 * 86_400) }
        )
        return try directory.create(token, by: Self.caller).token
    }

    static let caller = Caller(actor: .system, domain: "default", requestID: "r")
}

/// Asks for pages as a browser does, and sends their forms.
final class Browser {
    static let agent = "Mozilla/5.0 (Test)"

    private let cookie: String
    private let ask: (Request) -> Answer

    init(cookie: String, _ ask: @escaping (Request) -> Answer) {
        self.cookie = cookie
        self.ask = ask
    }

    /// Opens a page: `/users?q=ann` below `/scim/admin`, or a whole path.
    func get(_ address: String) -> WebPage { send("GET", address) }

    /// Sends a form of a page as somebody fills it in.
    ///
    /// - Parameters:
    ///   - page: As it was shown.
    ///   - action: The form's address, below `/scim/admin`.
    ///   - values: What is typed and picked, over what the page has in its fields.
    /// - Returns: What comes of it, where redirects lead.
    /// - Throws: Where the page has no such form, or one without the field.
    func submit(
        _ page: WebPage,
        _ action: String,
        _ values: [String: String] = [:]
    ) throws -> WebPage {
        let form = try page.form(action)
        var fields = form.fields.filter { values[$0.name] == nil }
        for (name, value) in values {
            guard form.names.contains(name) else { throw TestError("\(action) has no \(name)") }
            fields.append((name, value))
        }
        return follow(post(action, fields))
    }

    /// Sends a form that no page need have.
    func post(_ address: String, _ fields: [(name: String, value: String)]) -> WebPage {
        let body = fields.map { Self.encoded($0.name) + "=" + Self.encoded($0.value) }
        return send("POST", address, body.joined(separator: "&"))
    }

    /// Goes where an answer leads to.
    func follow(_ page: WebPage) -> WebPage {
        guard page.status == 303, let location = page.header("Location") else { return page }
        return get(location)
    }

    private func send(_ method: String, _ address: String, _ body: String = "") -> WebPage {
        let whole = address.hasPrefix("/scim/") ? address : "/scim/admin" + address
        let parts = whole.split(separator: "#", maxSplits: 1)[0]
            .split(separator: "?", maxSplits: 1).map(String.init)
        var variables = [
            (name: "HTTP_HOST", value: ConsoleWorld.host), (name: "HTTPS", value: "on"),
            (name: "HTTP_USER_AGENT", value: Self.agent), (name: "HTTP_COOKIE", value: cookie),
            (name: "REMOTE_ADDR", value: "192.0.2.1"),
        ]
        if method == "POST" {
            variables.append((name: "HTTP_ORIGIN", value: "https://\(ConsoleWorld.host)"))
        }
        let request = Request(
            method: method,
            path: parts[0],
            query: parts.count > 1 ? parts[1] : nil,
            variables: variables,
            body: Array(body.utf8)
        )
        return WebPage(ask(request))
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
            let digits = String(byte, radix: 16)
            return isPlain
                ? String(UnicodeScalar(byte)) : "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }
}
