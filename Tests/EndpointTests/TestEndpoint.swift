import Directory
import Endpoint
import Gateway
import JSONText
import SCIM
import Secrets
import SQLiteStore
import TestSupport

/// The endpoint on a database of its own, with one token.
final class TestEndpoint {
    private let test: TestStore
    var store: SQLiteStore { test.store }
    var links: Links { test.links }

    /// Statements on a connection of their own.
    func database() throws -> TestDatabase { try test.database() }

    /// What the next requests may cost.
    var budget = Budget.unlimited
    /// How receivers are told of what the next requests change.
    var outlet = Endpoint.Outlet.none
    private(set) var now = Instant(milliseconds: 1_709_208_000_000)

    static let secret = "roster_test-secret"

    init(profile: String = "generic", rights: Token.Rights = .write) throws {
        test = try TestStore()
        try addToken(Self.secret, name: "test", profile: profile, rights: rights)
    }

    @discardableResult
    func addToken(
        _ secret: String,
        name: String = "test",
        profile: String = "generic",
        rights: Token.Rights = .write,
        expires: Instant? = nil
    ) throws -> Int64 {
        let hash = Sodium.sha256(secret.utf8)
        let token = Token(
            name: name,
            profile: profile,
            rights: rights,
            domain: "default",
            created: now,
            expires: expires,
            hash: hash
        )
        return try store.write(within: .unlimited) { try $0.insert(token) }
    }

    /// Sends a request: with the valid bearer token by default, without any where `authorization`
    /// is `nil`.
    func send(
        _ method: String,
        _ path: String,
        query: String? = nil,
        _ body: JSON? = nil,
        text: String? = nil,
        authorization: String? = "Bearer \(TestEndpoint.secret)",
        fields: [(name: String, value: String)] = [],
        ledger: AuditLedger = AuditLedger()
    ) -> Reply {
        var variables = fields.map { (name: $0.name, value: $0.value) }
        variables.append((name: "HTTP_HOST", value: "example.org"))
        variables.append((name: "HTTPS", value: "on"))
        if let authorization {
            variables.append((name: "HTTP_AUTHORIZATION", value: authorization))
        }
        let request = Request(
            method: method,
            path: "/scim/v2" + path,
            query: query,
            variables: variables,
            body: text.map { Array($0.utf8) } ?? body?.text ?? []
        )
        return answer(
            Incoming(method: method, path: request.path, request: .success(request)),
            ledger
        )
    }

    func answer(_ incoming: Incoming, _ ledger: AuditLedger = AuditLedger()) -> Reply {
        let now = now
        let store = store
        let budget = budget
        let answer = Endpoint(
            now: { now },
            openStore: { _ in store },
            budget: { _ in budget },
            outlet: outlet,
            ledger: ledger
        ).answer(incoming, requestID: "request")
        answer.afterwards?()
        return Reply(response: answer.response, answer: answer)
    }

    func advance(seconds: Int) { now = now.adding(seconds: seconds) }

    /// As a process does when it ends.
    func writeDown(_ ledger: AuditLedger) {
        let now = now
        ledger.write(in: Directory(store: store, links: links, now: { now }))
    }

    func create(_ body: JSON, at path: String = "/Users") throws -> String {
        let reply = send("POST", path, body)
        guard reply.status == 201, let id = reply["id"]?.string else {
            throw TestError("POST \(path): \(reply.status) \(reply.text)")
        }
        return id
    }
}

/// An answer, easy to look into.
struct Reply {
    let response: Response
    let answer: Answer

    var status: Int { response.status }

    var text: String { String(decoding: response.body, as: UTF8.self) }

    var json: JSON? { try? JSON(parsing: response.body) }

    func header(_ name: String) -> String? {
        response.headers.first { $0.name == name }?.value
    }

    subscript(name: String) -> JSON? { json?.object?[name] }
}
