import Delivery
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
    private let outlet: Outlet

    /// What the endpoint needs to tell receivers of changes.
    package struct Outlet {
        /// Makes calls, to ask receivers before a change.
        let telephone: Telephone
        /// Called after a change, when the client has its answer: something may be due.
        let deliver: (Request) -> Void
        /// Called after other requests: what failed before may have to be tried again.
        let retry: (Request) -> Void

        package init(
            telephone: @escaping Telephone,
            deliver: @escaping (Request) -> Void,
            retry: @escaping (Request) -> Void = { _ in }
        ) {
            self.telephone = telephone
            self.deliver = deliver
            self.retry = retry
        }

        /// For directories whose receivers, if any, are told by others.
        package static var none: Outlet {
            Outlet(telephone: { _ in .impossible("calls are not made here") }, deliver: { _ in })
        }
    }

    /// - Parameters:
    ///   - types: The resource types that are served.
    ///   - limits: The bounds on what a client may send and ask for.
    ///   - now: The clock.
    ///   - openStore: The store that serves a request; throws 503 when there is none.
    ///   - configuredBase: The base URL where one is configured, without a trailing slash.
    ///   - budget: What a request may cost.
    ///   - outlet: How receivers are told of changes.
    package init(
        types: ResourceTypes = .standard,
        limits: Limits = .standard,
        now: @escaping @Sendable () -> Instant,
        openStore: @escaping (Request) throws(SCIMError) -> any Store,
        configuredBase: @escaping (Request) -> String? = { _ in nil },
        budget: @escaping (Request) -> Budget = { _ in .unlimited },
        outlet: Outlet = .none
    ) {
        self.types = types
        self.limits = limits
        self.now = now
        self.openStore = openStore
        self.configuredBase = configuredBase
        self.budget = budget
        self.outlet = outlet
    }

    /// Answers a request.
    ///
    /// `requestID` names the request in log and journal.
    package func answer(_ incoming: Incoming, requestID: String) -> Answer {
        var progress = Progress()
        do throws(SCIMError) {
            let request: Request
            switch incoming.request {
            case .success(let whole): request = whole
            case .failure(let fault): throw SCIMError(fault)
            }
            progress.isCrossOrigin = request.header("Origin") != nil
            progress.mediaType = try MediaType(accepting: request.header("Accept"))
            let reply = try reply(to: request, requestID, &progress)
            return progress.answer(reply)
        } catch {
            return progress.answer(Reply(error), cause: error.cause)
        }
    }

    private func reply(
        to request: Request,
        _ requestID: String,
        _ progress: inout Progress
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
            progress.identify(try token(of: request, in: directory), in: directory)
            return try discovery.reply(route.target, request, Parameters(request.query))
        }
        if case .deliveries = route.target { return try deliveries(request, directory) }
        let isReading = request.method == "GET" || request.method == "HEAD"
        return isReading
            ? try read(route.target, request, requestID, directory, &progress)
            : try change(route.target, request, requestID, directory, &progress)
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
        _ progress: inout Progress
    ) throws(SCIMError) -> Reply {
        try directory.read { store -> Reply in
            let client = try token(of: request, in: store)
            progress.identify(client, in: directory)
            progress.finally { outlet.retry(request) }
            var exchange = try Exchange(request, requestID, client, directory)
            defer { progress.rewrites = exchange.rewrites }
            return try exchange.read(target, in: store)
        }
    }

    private func change(
        _ target: Route.Target,
        _ request: Request,
        _ requestID: String,
        _ directory: Directory,
        _ progress: inout Progress
    ) throws(SCIMError) -> Reply {
        let (client, receivers) = try directory.read { store -> (Token, [Receiver]) in
            (try token(of: request, in: store), try store.receivers())
        }
        progress.identify(client, in: directory)
        let review = try review(target, receivers, directory)
        var exchange = try Exchange(request, requestID, client, directory, review: review)
        defer { progress.rewrites = exchange.rewrites }
        let reply = try exchange.change(target, directory)
        if !receivers.isEmpty { progress.finally { outlet.deliver(request) } }
        return reply
    }

    /// Asks receivers whether they would take a change; `nil` where none wants to be asked.
    private func review(
        _ target: Route.Target,
        _ receivers: [Receiver],
        _ directory: Directory
    ) throws(SCIMError) -> Directory.Review? {
        switch target {
        case .collection(let type) where type.name == ResourceType.user.name: break
        case .resource(let type, _) where type.name == ResourceType.user.name: break
        default: return nil
        }
        if receivers.isEmpty { return nil }
        return try WordPressValidation(
            receivers,
            of: directory,
            telephone: outlet.telephone,
            now: now
        )?.review
    }

    /// Hands a receiver what it is still to be told.
    private func deliveries(
        _ request: Request,
        _ directory: Directory
    ) throws(SCIMError) -> Reply {
        guard request.method == "POST" else {
            throw .methodNotAllowed("only POST applies here", allow: "POST, OPTIONS")
        }
        let answer = try WordPressPull(directory: directory, now: now).answer(
            request.body,
            field: request.header
        )
        return Reply(status: 200, headers: answer.fields, body: answer.body)
    }
}

/// What is found out about a request on the way to its answer: it counts however the way ends.
private struct Progress {
    var mediaType = MediaType.scim
    /// Whether a page of another origin asks, by way of a browser.
    var isCrossOrigin = false
    /// Name of the token; `nil` as long as none was found valid.
    private var client: String?
    /// The profile's rewrites that fired.
    var rewrites: [String] = []
    /// What can wait until the client has its answer.
    private var afterwards: (() -> Void)?

    /// Notes whom the request comes from.
    ///
    /// That the token was used is written down afterwards: the client need not wait for the disk.
    mutating func identify(_ token: Token, in directory: Directory) {
        client = token.name
        afterwards = { directory.noteUse(of: token) }
    }

    /// Puts down what else is to be done when the client has its answer.
    mutating func finally(_ step: @escaping () -> Void) {
        let before = afterwards
        afterwards = {
            before?()
            step()
        }
    }

    /// The answer at the end of the way; `cause` is why it failed, where the client is not told.
    func answer(_ reply: Reply, cause: String? = nil) -> Answer {
        let response = Response(
            status: reply.status,
            contentType: reply.body.isEmpty ? nil : mediaType.rawValue,
            headers: reply.headers + (isCrossOrigin ? CrossOrigin.headers : []),
            body: reply.body
        )
        return Answer(
            response,
            client: client,
            rewrites: rewrites,
            cause: cause,
            afterwards: afterwards
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
