import Directory
import Gateway
import JSONText
import Profiles
import SCIM

/// A request of a known client for resources, and its answer: decoded into what the directory can
/// do, and its result encoded.
struct Exchange {
    private let request: Request
    private let requestID: String
    private let token: Token
    private let audit: AuditTrail
    private let profile: Profile
    private let parameters: Parameters
    private let links: Links
    private let limits: Limits
    private let budget: Budget
    private let review: Directory.Review?
    /// The names of the rewrites that fired.
    private(set) var rewrites: [String] = []
    /// What was read of the body.
    private var sent: JSON?

    /// - Throws: `invalidValue` for a query that cannot be decoded; 503 for a token whose profile
    ///   this program does not know.
    init(
        _ request: Request,
        _ requestID: String,
        _ token: Token,
        _ directory: Directory,
        _ audit: AuditTrail,
        review: Directory.Review? = nil
    ) throws(SCIMError) {
        guard let profile = Profile.named(token.profile) else {
            throw .unavailable(
                "the token's profile is not known here",
                cause: "token \(token.id) has the profile \(token.profile), which this program "
                    + "does not know",
                retryAfterSeconds: nil
            )
        }
        self.request = request
        self.requestID = requestID
        self.token = token
        self.audit = audit
        self.profile = profile
        parameters = try Parameters(request.query)
        links = directory.links
        limits = directory.limits
        budget = directory.budget
        self.review = review
    }

    private func wrongMethod(allow: String) -> SCIMError {
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"]
        return known.contains(request.method)
            ? .methodNotAllowed("\(request.method) does not apply here", allow: allow)
            : .notImplemented("the method is not supported")
    }

    private mutating func rewritten<Value>(_ result: Rewritten<Value>) -> Value {
        rewrites += result.fired
        return result.value
    }
}

// MARK: Reading

extension Exchange {
    /// Answers GET and HEAD.
    mutating func read(
        _ target: Route.Target,
        in store: any StoreReading
    ) throws -> Reply {
        switch target {
        case .unsupported(let what): throw SCIMError.notImplemented("\(what) is not supported")
        case .collection(let type): return try search(type, try predicate(type), in: store)
        case .resource(let type, let id):
            let id = try checked(id, type)
            return parameters["filter"] == nil
                ? try read(id, type, in: store) : try search(type, within: id, in: store)
        case .serviceProviderConfig, .resourceTypes, .schemas, .deliveries:
            preconditionFailure("discovery is answered elsewhere")
        }
    }

    private func read(
        _ id: String,
        _ type: ResourceType,
        in store: any StoreReading
    ) throws -> Reply {
        let representation = try representation(type)
        let resource = try store.fetch(
            id,
            type: type,
            domain: token.domain,
            loading: representation.parts.union(.memberships)
        )
        guard let resource else { throw Self.notFound(type) }
        let tag = resource.tag
        if try preconditions.isUnmodified(tag) {
            return Reply(status: 304, headers: [("ETag", tag)])
        }
        return Reply(
            status: 200,
            headers: [("ETag", tag)],
            body: try representation.text(of: resource)
        )
    }

    private static func notFound(_ type: ResourceType) -> SCIMError {
        .notFound("there is no \(type.name) with this id")
    }

    /// A filter on a single resource: a list of it, or an empty one (RFC 7644 §3.4.2).
    private mutating func search(
        _ type: ResourceType,
        within id: String,
        in store: any StoreReading
    ) throws -> Reply {
        if profile.rigour == .strict {
            throw SCIMError.invalidFilter("a single resource cannot be filtered")
        }
        let isThis = Filter.comparison(AttributePath(attribute: "id"), .eq, .string(id))
        let terms = [try isThis.bound(to: type, links: links), try predicate(type)]
            .compactMap(\.self)
        return try search(type, .and(terms), in: store)
    }

    private mutating func search(
        _ type: ResourceType,
        _ predicate: Predicate?,
        in store: any StoreReading
    ) throws -> Reply {
        let representation = try representation(type)
        var query = Query(
            type: type,
            predicate: predicate,
            count: min(max(try parameters.integer("count") ?? limits.pageSize, 0), limits.pageSize),
            parts: representation.parts,
            domain: token.domain,
            links: links
        )
        query.startIndex = max(try parameters.integer("startIndex") ?? 1, 1)
        query.bytesMax = limits.pageBytes
        if let sortBy = try sortBy(type) {
            query.order = try SortOrder(
                sortBy: sortBy,
                sortOrder: rewritten(profile.sortOrder(parameters["sortOrder"])),
                type: type
            )
        }
        let page = try store.search(query)
        return Reply(
            status: 200,
            body: try listResponse(page, startIndex: query.startIndex, representation)
        )
    }

    /// Resources of a page between looks at the budget.
    private static let resourcesPerLook = 16

    /// RFC 7644 §3.4.2, with every number in place: some clients need them on empty pages too.
    private func listResponse(
        _ page: Page,
        startIndex: Int,
        _ representation: Representation
    ) throws -> [UInt8] {
        var writer = JSONWriter(capacity: 256 + 1_536 * page.resources.count)
        writer.append(literal: "{\"schemas\":[")
        writer.append(string: MessageSchema.listResponse)
        writer.append(literal: "],\"totalResults\":")
        writer.append(.integer(Int64(page.total)))
        writer.append(literal: ",\"startIndex\":")
        writer.append(.integer(Int64(startIndex)))
        writer.append(literal: ",\"itemsPerPage\":")
        writer.append(.integer(Int64(page.resources.count)))
        writer.append(literal: ",\"Resources\":[")
        for index in page.resources.indices {
            if index > 0 { writer.append(literal: ",") }
            // A look at the clock costs as much as a tenth of a resource.
            if index % Self.resourcesPerLook == 0 { try budget.check() }
            try representation.append(page.resources[index], to: &writer)
        }
        writer.append(literal: "]}")
        return writer.bytes
    }

    private mutating func predicate(_ type: ResourceType) throws(SCIMError) -> Predicate? {
        guard let text = parameters["filter"] else { return nil }
        let filter: Rewritten<Filter>
        do {
            filter = try profile.filter(text, type, limits: limits)
        } catch {
            throw .invalidFilter("filter: \(error.message), at byte \(error.offset)")
        }
        return try rewritten(filter).bound(to: type, links: links)
    }

    private mutating func sortBy(_ type: ResourceType) throws(SCIMError) -> String? {
        guard let name = parameters.text("sortBy") else { return nil }
        return rewritten(profile.sortBy(name, type))
    }
}

// MARK: Changing

extension Exchange {
    /// Answers POST, PUT, PATCH and DELETE.
    mutating func change(
        _ target: Route.Target,
        _ directory: Directory
    ) throws(SCIMError) -> Reply {
        switch (target, request.method) {
        case (.unsupported(let what), _): throw .notImplemented("\(what) is not supported")
        case (.collection(let type), "POST"): return try create(type, directory)
        case (.resource(let type, let id), "PUT"):
            return try replace(type, id, directory)
        case (.resource(let type, let id), "PATCH"):
            return try modify(type, id, directory)
        case (.resource(let type, let id), "DELETE"):
            return try delete(type, id, directory)
        default: throw wrongMethod(allow: target.methods)
        }
    }

    private mutating func create(
        _ type: ResourceType,
        _ directory: Directory
    ) throws(SCIMError) -> Reply {
        try requireWrite()
        let representation = try representation(type)
        let resource = try directory.perform(
            .create(try sentResource(type), restoring: profile.restoring),
            by: caller(answering: 201),
            loading: representation.parts,
            review: review
        )
        return Reply(
            status: 201,
            headers: [("Location", links.url(of: resource.id, type)), ("ETag", resource.tag)],
            body: try representation.text(of: resource)
        )
    }

    private mutating func replace(
        _ type: ResourceType,
        _ id: String,
        _ directory: Directory
    ) throws(SCIMError) -> Reply {
        try requireWrite()
        let representation = try representation(type)
        let sent = try sentResource(type)
        let resource = try directory.perform(
            .replace(id: try checked(id, type), with: sent, preconditions),
            by: caller(answering: 200),
            loading: representation.parts,
            review: review
        )
        return Reply(
            status: 200,
            headers: [("ETag", resource.tag)],
            body: try representation.text(of: resource)
        )
    }

    private mutating func modify(
        _ type: ResourceType,
        _ id: String,
        _ directory: Directory
    ) throws(SCIMError) -> Reply {
        try requireWrite()
        let representation = try patchRepresentation(type)
        let message = rewritten(try profile.patch(try json(), type, limits: limits))
        try checkBudget()
        let resource = try directory.perform(
            .modify(
                id: try checked(id, type),
                by: message.operations,
                profile.patch(of: type, links: links, limits: limits),
                preconditions
            ),
            by: caller(answering: representation == nil ? 204 : 200),
            loading: representation?.parts ?? [],
            review: review
        )
        let tag = ("ETag", resource.tag)
        guard let representation else { return Reply(status: 204, headers: [tag]) }
        return Reply(status: 200, headers: [tag], body: try representation.text(of: resource))
    }

    private mutating func delete(
        _ type: ResourceType,
        _ id: String,
        _ directory: Directory
    ) throws(SCIMError) -> Reply {
        try requireWrite()
        _ = try directory.perform(
            .delete(id: try checked(id, type), type, preconditions),
            by: caller(answering: 204),
            review: review
        )
        return Reply(status: 204)
    }

    private func caller(answering status: Int) -> Caller {
        var trace = audit.request
        trace.status = status
        trace.body = audit.kept(request.body, sent)
        return Caller(token, requestID: requestID, rewrites: rewrites, request: trace)
    }

    private func requireWrite() throws(SCIMError) {
        guard token.rights == .write else {
            throw SCIMError(status: 403, detail: "the token gives the right to read only")
        }
    }
}

// MARK: Steps

extension Exchange {
    private func representation(_ type: ResourceType) throws(SCIMError) -> Representation {
        Representation(
            links: links,
            projection: try Projection(
                type: type,
                attributes: parameters.text("attributes"),
                excludedAttributes: parameters.text("excludedAttributes")
            )
        )
    }

    /// How a PATCH is answered: `nil` for 204.
    ///
    /// A group's answer never lists its members unasked: there may be many, and the client knows
    /// what it changed (RFC 7644 §3.5.2).
    private func patchRepresentation(
        _ type: ResourceType
    ) throws(SCIMError) -> Representation? {
        let isAsked =
            parameters.text("attributes") != nil || parameters.text("excludedAttributes") != nil
        guard let membership = type.membership, !isAsked else { return try representation(type) }
        switch profile.groupPatchAnswer(to: request.header("User-Agent")) {
        case .noContent: return nil
        case .resourceWithoutMembers:
            return Representation(
                links: links,
                projection: try Projection(
                    type: type,
                    attributes: nil,
                    excludedAttributes: membership.name
                )
            )
        }
    }

    private var preconditions: Preconditions {
        Preconditions(
            ifMatch: request.header("If-Match"),
            ifNoneMatch: request.header("If-None-Match")
        )
    }

    /// - Throws: 404 for what cannot be an id: one with U+0000, which ends a string for SQLite.
    private mutating func checked(
        _ id: String,
        _ type: ResourceType
    ) throws(SCIMError) -> String {
        var id = rewritten(profile.id(id))
        if id.isEmpty || id.withUTF8({ $0.contains(0) }) { throw Self.notFound(type) }
        return id
    }

    /// The body of a POST or PUT, as the RFC has it.
    private mutating func sentResource(_ type: ResourceType) throws(SCIMError) -> SentResource {
        let sent = try json()
        if profile.rigour == .strict { try type.checkSchemas(of: sent) }
        let resource = rewritten(try profile.resource(sent, type))
        try checkBudget()
        return try SentResource(resource, type: type)
    }

    private mutating func json() throws(SCIMError) -> JSON {
        if request.body.isEmpty { throw .invalidSyntax("the body is empty") }
        try MediaType.check(
            contentType: request.header("Content-Type"),
            contentEncoding: request.header("Content-Encoding"),
            profile.rigour
        )
        let json: JSON
        do {
            json = try JSON(parsing: request.body, depthMax: limits.jsonDepth)
        } catch {
            let place = error.offset.map { ", at byte \($0)" } ?? ""
            throw .invalidSyntax("the body cannot be read as JSON: \(error.message)\(place)")
        }
        sent = json
        try checkBudget()
        return json
    }

    /// - Throws: What the client is to be told when the request may cost no more.
    private func checkBudget() throws(SCIMError) {
        do {
            try budget.check()
        } catch {
            throw SCIMError(error)
        }
    }
}
