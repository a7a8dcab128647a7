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
    private let microseconds: (@Sendable () -> Int64)?
    private let openStore: (Request) throws(SCIMError) -> any Store
    private let configuredBase: (Request) -> String?
    private let budget: (Request) -> Budget
    private let outlet: Outlet
    private let ledger: AuditLedger
    private let redaction: Redaction

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
    ///   - microseconds: A clock for durations; `nil` for the other.
    ///   - openStore: The store that serves a request; throws 503 when there is none.
    ///   - configuredBase: The base URL where one is configured, without a trailing slash.
    ///   - budget: What a request may cost.
    ///   - outlet: How receivers are told of changes.
    ///   - ledger: Puts down what was asked for in vain.
    package init(
        types: ResourceTypes = .standard,
        limits: Limits = .standard,
        now: @escaping @Sendable () -> Instant,
        microseconds: (@Sendable () -> Int64)? = nil,
        openStore: @escaping (Request) throws(SCIMError) -> any Store,
        configuredBase: @escaping (Request) -> String? = { _ in nil },
        budget: @escaping (Request) -> Budget = { _ in .unlimited },
        outlet: Outlet = .none,
        ledger: AuditLedger = AuditLedger()
    ) {
        self.types = types
        self.limits = limits
        self.now = now
        self.microseconds = microseconds
        self.openStore = openStore
        self.configuredBase = configuredBase
        self.budget = budget
        self.outlet = outlet
        self.ledger = ledger
        redaction = Redaction(types)
    }

    /// Answers a request.
    ///
    /// `requestID` names the request in log and journal.
    package func answer(_ incoming: Incoming, requestID: String) -> Answer {
        let elapsed = microseconds.map { clock in
            let start = clock()
            return { @Sendable in clock() - start }
        }
        var progress = Progress(started: now())
        do throws(SCIMError) {
            let request: Request
            switch incoming.request {
            case .success(let whole): request = whole
            case .failure(let fault): throw SCIMError(fault)
            }
            progress.request = request
            progress.elapsed = elapsed
            progress.isCrossOrigin = request.header("Origin") != nil
            progress.mediaType = try MediaType(accepting: request.header("Accept"))
            let reply = try reply(to: request, requestID, &progress)
            if let trail = progress.trail { note(trail.answered(reply.status), &progress) }
            return progress.answer(reply)
        } catch {
            note(error, requestID, &progress)
            return progress.answer(Reply(error), cause: error.cause)
        }
    }

    private func reply(
        to request: Request,
        _ requestID: String,
        _ progress: inout Progress
    ) throws(SCIMError) -> Reply {
        let route = try Route(path: request.path, types: types)
        progress.target = route.target
        progress.trail = trail(request, path: route.path, progress)
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
        progress.directory = directory
        if route.target.isDiscovery {
            progress.token = try token(of: request, in: directory)
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
            progress.token = client
            progress.finally { outlet.retry(request) }
            let trail = progress.trail ?? trail(request, path: request.path, progress)
            var exchange = try Exchange(request, requestID, client, directory, trail)
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
        var trail = progress.trail ?? trail(request, path: request.path, progress)
        let (client, receivers) = try directory.read { store -> (Token, [Receiver]) in
            let client = try token(of: request, in: store)
            trail.settings = try store.auditSettings()
            return (client, try store.receivers())
        }
        progress.trail = trail
        progress.token = client
        let review = try review(target, receivers, directory)
        var exchange = try Exchange(request, requestID, client, directory, trail, review: review)
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

/// The audit trail.
extension Endpoint {
    private func trail(_ request: Request, path: String, _ progress: Progress) -> AuditTrail {
        var trail = AuditTrail(request, path: path, started: progress.started, redaction, limits)
        trail.request.elapsed = progress.elapsed
        return trail
    }

    /// Puts down that the token was used, and what the change leaves to be done: the client need
    /// not wait for the disk.
    private func note(_ request: SentRequest, _ progress: inout Progress) {
        guard let token = progress.token, let directory = progress.directory else { return }
        progress.first { directory.noteUse(of: token, for: request) }
        progress.finally { directory.tendAudit() }
    }

    /// Puts down that a request was refused or failed.
    private func note(_ error: SCIMError, _ requestID: String, _ progress: inout Progress) {
        guard let request = progress.request else { return }
        let answered = now()
        var trail = progress.trail ?? trail(request, path: request.path, progress)
        // What comes after the answer does not count.
        if let microseconds = progress.elapsed?() { trail.request.elapsed = { microseconds } }
        if let token = progress.token, let directory = progress.directory {
            note(trail.answered(error.status), &progress)
            let (target, rewrites) = (progress.target, progress.rewrites)
            return progress.finally { [trail] in
                let refusal = trail.refusal(
                    error,
                    of: request,
                    target,
                    token,
                    requestID,
                    rewrites,
                    at: answered
                )
                ledger.refuse(refusal, in: directory)
            }
        }
        if let directory = progress.directory {
            if error.status == 401 {
                progress.finally { ledger.countUnauthenticated(in: directory) }
            }
        } else if error.status < 500 {
            progress.finally { [trail] in noteStray(error, request, requestID, trail, at: answered)
            }
        }
    }

    /// Puts down a request that leads nowhere: only a valid token makes an entry of it.
    private func noteStray(
        _ error: SCIMError,
        _ request: Request,
        _ requestID: String,
        _ trail: AuditTrail,
        at answered: Instant
    ) {
        guard let store = try? openStore(request) else { return }
        let directory = Directory(
            store: store,
            links: Links(base: "", types: types),
            limits: limits,
            now: now
        )
        var trail = trail
        let known = try? directory.read { store -> Token in
            trail.settings = try store.auditSettings()
            return try token(of: request, in: store)
        }
        guard let known else { return ledger.countUnauthenticated(in: directory) }
        ledger.refuse(
            trail.refusal(error, of: request, nil, known, requestID, [], at: answered),
            in: directory
        )
    }
}

/// What is found out about a request on the way to its answer: it counts however the way ends.
private struct Progress {
    let started: Instant
    var request: Request?
    /// Microseconds since it came, where there is a clock for it.
    var elapsed: (@Sendable () -> Int64)?
    var target: Route.Target?
    /// What the audit trail is told; `nil` as long as it is not known where the request leads.
    var trail: AuditTrail?
    var directory: Directory?
    /// `nil` as long as none was found valid.
    var token: Token?
    var mediaType = MediaType.scim
    /// Whether a page of another origin asks, by way of a browser.
    var isCrossOrigin = false
    /// The profile's rewrites that fired.
    var rewrites: [String] = []
    /// What can wait until the client has its answer.
    private var afterwards: (() -> Void)?

    init(started: Instant) { self.started = started }

    /// Puts down what is to be done before all else when the client has its answer.
    mutating func first(_ step: @escaping () -> Void) {
        let others = afterwards
        afterwards = {
            step()
            others?()
        }
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
            client: token?.name,
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
