import Directory
import Gateway
import JSONText
import Profiles
import SCIM

/// The SCIM protocol over HTTP: from a request to its answer (RFC 7644 §3).
package struct Endpoint {
    let types: ResourceTypes
    let limits: Limits
    private let now: @Sendable () -> Instant
    private let openStore: (Request) throws(SCIMError) -> any Store
    private let configuredBase: (Request) -> String?
    private let budget: (Request) -> Budget

    /// - Parameters:
    ///   - types: The resource types that are served.
    ///   - limits: The bounds on what a client may send and ask for.
    ///   - now: The clock.
    ///   - openStore: The store that serves a request; throws 503 when there is none.
    ///   - configuredBase: The base URL where one is configured, without a trailing slash.
    ///   - budget: What a request may cost.
    package init(
        types: ResourceTypes = .standard,
        limits: Limits = .standard,
        now: @escaping @Sendable () -> Instant,
        openStore: @escaping (Request) throws(SCIMError) -> any Store,
        configuredBase: @escaping (Request) -> String? = { _ in nil },
        budget: @escaping (Request) -> Budget = { _ in .unlimited }
    ) {
        self.types = types
        self.limits = limits
        self.now = now
        self.openStore = openStore
        self.configuredBase = configuredBase
        self.budget = budget
    }

    /// Answers a request.
    ///
    /// `requestID` names the request in log and journal.
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
        let route = try Route(path: request.path, types: types)
        if request.method == "OPTIONS" {
            return CrossOrigin.preflight(allowing: route.target.methods)
        }
        let base = configuredBase(request) ?? (request.origin ?? "") + route.basePath
        let links = Links(base: base, types: types)
        let discovery = Discovery(links: links, limits: limits)
        if case .serviceProviderConfig = route.target {
            return try discovery.reply(route.target, request, Parameters(request.query))
        }
        let directory = Directory(
            store: try openStore(request),
            links: links,
            limits: limits,
            budget: budget(request),
            now: now
        )
        if route.target.isDiscovery {
            answer.client = try token(of: request, in: directory).name
            return try discovery.reply(route.target, request, Parameters(request.query))
        }
        let isReading = request.method == "GET" || request.method == "HEAD"
        return isReading
            ? try read(route.target, request, requestID, directory, links, &answer)
            : try change(route.target, request, requestID, directory, links, &answer)
    }

    private func token(of request: Request, in store: any StoreReading) throws -> Token {
        try Authenticator(store: store, now: now()).token(request.authorization)
    }

    private func token(
        of request: Request,
        in directory: Directory
    ) throws(SCIMError) -> Token {
        try directory.read { store -> Token in try token(of: request, in: store) }
    }

    /// Token and resources of one state of the store, and at the price of one look into it.
    private func read(
        _ target: Route.Target,
        _ request: Request,
        _ requestID: String,
        _ directory: Directory,
        _ links: Links,
        _ answer: inout Answer
    ) throws(SCIMError) -> Reply {
        let (reply, usedToken) = try directory.read { store -> (Reply, Token) in
            let client = try token(of: request, in: store)
            answer.client = client.name
            var exchange = try Exchange(request, requestID, client, links, limits)
            defer { answer.rewrites = exchange.rewrites }
            return (try exchange.read(target, in: store), client)
        }
        directory.noteUse(of: usedToken)
        return reply
    }

    private func change(
        _ target: Route.Target,
        _ request: Request,
        _ requestID: String,
        _ directory: Directory,
        _ links: Links,
        _ answer: inout Answer
    ) throws(SCIMError) -> Reply {
        let client = try token(of: request, in: directory)
        answer.client = client.name
        var exchange = try Exchange(request, requestID, client, links, limits)
        defer { answer.rewrites = exchange.rewrites }
        let reply = try exchange.change(target, directory)
        directory.noteUse(of: client)
        return reply
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
