import Directory
import Gateway
import JSONText
import Profiles
import SCIM

/// The SCIM protocol over HTTP: from a request to its answer (RFC 7644 §3).
package struct Endpoint {
    let limits: Limits
    private let now: @Sendable () -> Instant
    private let openStore: (Request) throws(SCIMError) -> any Store
    private let configuredBase: (Request) -> String?

    /// - Parameters:
    ///   - limits: The bounds on what a client may send and ask for.
    ///   - now: The clock.
    ///   - openStore: The store that serves a request; throws 503 when there is none.
    ///   - configuredBase: The base URL where one is configured, without a trailing slash.
    package init(
        limits: Limits = .standard,
        now: @escaping @Sendable () -> Instant,
        openStore: @escaping (Request) throws(SCIMError) -> any Store,
        configuredBase: @escaping (Request) -> String? = { _ in nil }
    ) {
        self.limits = limits
        self.now = now
        self.openStore = openStore
        self.configuredBase = configuredBase
    }

    /// Answers a request.
    ///
    /// `requestID` names the request in log and audit trail.
    package func answer(_ incoming: Incoming, requestID: String) -> Answer {
        var answer = Answer()
        do throws(SCIMError) {
            let request: Request
            switch incoming.request {
            case .success(let whole): request = whole
            case .failure(let fault): throw SCIMError(fault)
            }
            answer.isCrossOrigin = request.header("Origin") != nil
            answer.mediaType = try MediaType(accepting: request.header("Accept"))
            answer.reply = try reply(to: request, requestID, &answer)
        } catch {
            answer.reply = Reply(error)
            answer.cause = error.cause
        }
        return answer
    }

    private func reply(
        to request: Request,
        _ requestID: String,
        _ answer: inout Answer
    ) throws(SCIMError) -> Reply {
        let route = try Route(path: request.path)
        if request.method == "OPTIONS" {
            return CrossOrigin.preflight(allowing: route.target.methods)
        }
        let base = configuredBase(request) ?? (request.origin ?? "") + route.basePath
        let discovery = Discovery(base: base, limits: limits)
        if case .serviceProviderConfig = route.target {
            return try discovery.reply(route.target, request, Parameters(request.query))
        }
        let store = try openStore(request)
        let token = try Authenticator(store: store, now: now()).token(request.authorization)
        answer.client = token.name
        if route.target.isDiscovery {
            return try discovery.reply(route.target, request, Parameters(request.query))
        }
        var exchange = Exchange(
            request: request,
            parameters: try Parameters(request.query),
            base: base,
            profile: Profile.named(token.profile) ?? .generic,
            limits: limits,
            directory: Directory(store: store, limits: limits, now: now),
            caller: Caller(token: token, requestID: requestID)
        )
        defer { answer.rewrites = exchange.caller.rewrites }
        let reply = try exchange.reply(route.target)
        noteUse(of: token, in: store)
        return reply
    }

    /// Once an hour is enough to find tokens that nobody uses.
    private func noteUse(of token: Token, in store: any Store) {
        let instant = now()
        let hour: Int64 = 3_600_000_000
        if let used = token.used, instant.microseconds - used.microseconds < hour { return }
        store.recordUse(ofToken: token.id, at: instant)
    }
}

/// What became of a request: for the client, and for the log.
package struct Answer: Sendable {
    var reply = Reply(status: 500)
    var mediaType = MediaType.scim
    /// Whether a page of another origin asks, by way of a browser.
    var isCrossOrigin = false
    /// Name of the token; `nil` when there was none that is valid.
    package fileprivate(set) var client: String?
    /// The profile's rewrites that fired.
    package fileprivate(set) var rewrites: [String] = []
    /// Why it failed, where the client is not told.
    package fileprivate(set) var cause: String?

    package var status: Int { reply.status }

    package var response: Response {
        Response(
            status: reply.status,
            contentType: reply.body.isEmpty ? nil : mediaType.rawValue,
            headers: reply.headers + (isCrossOrigin ? CrossOrigin.headers : []),
            body: reply.body
        )
    }
}

/// An answer before it is put into HTTP form.
struct Reply: Sendable {
    var status: Int
    var headers: [(name: String, value: String)] = []
    /// JSON text; empty for none.
    var body: [UInt8] = []

    init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    init(_ json: JSON) {
        self.init(status: 200, body: json.text)
    }

    init(_ error: SCIMError) {
        self.init(status: error.status, headers: error.headers, body: error.json.text)
    }
}
