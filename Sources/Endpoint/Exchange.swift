import Directory
import Gateway
import JSONText
import Profiles
import SCIM

/// A request of a known client for resources, and its answer.
struct Exchange {
    let request: Request
    let parameters: Parameters
    let base: String
    let profile: Profile
    let limits: Limits
    let directory: Directory
    /// With the names of the rewrites that fired.
    private(set) var caller: Caller

    mutating func reply(_ target: Route.Target) throws(SCIMError) -> Reply {
        switch target {
        case .unsupported(let what):
            throw .notImplemented("\(what) is not supported")
        case .collection(let type):
            switch request.method {
            case "GET", "HEAD": return try search(type)
            case "POST": return try create(type)
            default: throw wrongMethod(allow: target.methods)
            }
        case .resource(let type, let id):
            switch request.method {
            case "GET", "HEAD": return try read(type, id)
            case "PUT": return try replace(type, id)
            case "PATCH": return try modify(type, id)
            case "DELETE": return try delete(type, id)
            default: throw wrongMethod(allow: target.methods)
            }
        case .serviceProviderConfig, .resourceTypes, .schemas:
            preconditionFailure("discovery is answered elsewhere")
        }
    }

    private func wrongMethod(allow: String) -> SCIMError {
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE"]
        return known.contains(request.method)
            ? .methodNotAllowed("\(request.method) does not apply here", allow: allow)
            : .notImplemented("the method is not supported")
    }

    // MARK: Reading

    private func read(_ type: ResourceType, _ id: String) throws(SCIMError) -> Reply {
        if parameters["filter"] != nil {
            throw .invalidFilter("a single resource cannot be filtered")
        }
        let representation = try representation(type)
        let resource = try directory.read(
            try checked(id, type),
            type: type,
            client: caller.token,
            loading: representation.parts
        )
        let tag = resource.tag
        if let list = request.header("If-None-Match"), EntityTag.list(list, contains: tag) {
            return Reply(status: 304, headers: [("ETag", tag)])
        }
        if let list = request.header("If-Match"), !EntityTag.list(list, contains: tag) {
            throw .preconditionFailed("the resource has the version \(tag)")
        }
        return Reply(
            status: 200,
            headers: [("ETag", tag)],
            body: try representation.text(of: resource)
        )
    }

    private mutating func search(_ type: ResourceType) throws(SCIMError) -> Reply {
        let representation = try representation(type)
        var query = Query(
            type: type,
            predicate: try predicate(type),
            count: min(max(try parameters.integer("count") ?? limits.pageSize, 0), limits.pageSize),
            parts: representation.parts,
            domain: caller.token.domain,
            base: base
        )
        query.startIndex = max(try parameters.integer("startIndex") ?? 1, 1)
        if let sortBy = parameters.text("sortBy") {
            query.order = try SortOrder(
                sortBy: sortBy,
                sortOrder: parameters["sortOrder"],
                type: type
            )
        }
        let page = try directory.search(query)
        return Reply(
            status: 200,
            body: try listResponse(page, startIndex: query.startIndex, representation)
        )
    }

    /// RFC 7644 §3.4.2, with every number in place: some clients need them on empty pages too.
    private func listResponse(
        _ page: Page,
        startIndex: Int,
        _ representation: Representation
    ) throws(SCIMError) -> [UInt8] {
        var writer = JSONWriter(capacity: 256 + 1_024 * page.resources.count)
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
            try representation.append(page.resources[index], to: &writer)
        }
        writer.append(literal: "]}")
        return writer.bytes
    }

    private mutating func predicate(_ type: ResourceType) throws(SCIMError) -> Predicate? {
        guard let text = parameters["filter"] else { return nil }
        let filter: Filter
        do {
            filter = try FilterParser.parse(text, values: profile.filterValues, limits: limits)
        } catch {
            throw .invalidFilter("filter: \(error.message), at byte \(error.offset)")
        }
        return try rewritten(profile.filter(filter, type)).bound(to: type)
    }

    // MARK: Changing

    private mutating func create(_ type: ResourceType) throws(SCIMError) -> Reply {
        try requireWrite()
        let representation = try representation(type)
        let body = rewritten(profile.resource(try json(), type))
        let resource = try directory.create(body, type: type, caller: caller)
        return Reply(
            status: 201,
            headers: [("Location", resource.location(base: base)), ("ETag", resource.tag)],
            body: try representation.text(of: resource)
        )
    }

    private mutating func replace(_ type: ResourceType, _ id: String) throws(SCIMError) -> Reply {
        try requireWrite()
        let representation = try representation(type)
        let body = rewritten(profile.resource(try json(), type))
        let resource = try directory.replace(
            try checked(id, type),
            with: body,
            type: type,
            preconditions: preconditions,
            caller: caller
        )
        return Reply(
            status: 200,
            headers: [("ETag", resource.tag)],
            body: try representation.text(of: resource)
        )
    }

    private mutating func modify(_ type: ResourceType, _ id: String) throws(SCIMError) -> Reply {
        try requireWrite()
        let representation = try patchRepresentation(type)
        let sent = try json()
        try PatchRequest.checkCount(of: sent, limits: limits)
        let message = rewritten(profile.patch(sent, type))
        let patch = try PatchRequest(message, values: profile.filterValues, limits: limits)
        let resource = try directory.modify(
            try checked(id, type),
            by: patch.operations,
            unmatched: unmatchedFilter,
            type: type,
            preconditions: preconditions,
            caller: caller,
            loading: representation?.parts ?? []
        )
        let tag = ("ETag", resource.tag)
        guard let representation else { return Reply(status: 204, headers: [tag]) }
        return Reply(status: 200, headers: [tag], body: try representation.text(of: resource))
    }

    private func delete(_ type: ResourceType, _ id: String) throws(SCIMError) -> Reply {
        try requireWrite()
        try directory.delete(
            try checked(id, type),
            type: type,
            preconditions: preconditions,
            caller: caller
        )
        return Reply(status: 204)
    }

    // MARK: Steps

    private func representation(_ type: ResourceType) throws(SCIMError) -> Representation {
        Representation(
            base: base,
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
        switch profile.groupPatchAnswer {
        case .noContent: return nil
        case .resourceWithoutMembers:
            return Representation(
                base: base,
                projection: try Projection(
                    type: type,
                    attributes: nil,
                    excludedAttributes: membership.name
                )
            )
        }
    }

    private var unmatchedFilter: Patch.UnmatchedFilter {
        switch profile.unmatchedValuePath {
        case .create: .createElement
        case .noTarget: .refuse
        }
    }

    private var preconditions: Preconditions {
        Preconditions(
            ifMatch: request.header("If-Match"),
            ifNoneMatch: request.header("If-None-Match")
        )
    }

    private func requireWrite() throws(SCIMError) {
        guard caller.token.rights == .write else {
            throw SCIMError(status: 403, detail: "the token gives the right to read only")
        }
    }

    /// - Throws: 404 for what cannot be an id: one with U+0000, which ends a string for SQLite.
    private func checked(_ id: String, _ type: ResourceType) throws(SCIMError) -> String {
        var id = id
        if id.isEmpty || id.withUTF8({ $0.contains(0) }) {
            throw .notFound("there is no \(type.name) with this id")
        }
        return id
    }

    private func json() throws(SCIMError) -> JSON {
        if request.body.isEmpty { throw .invalidSyntax("the body is empty") }
        do {
            return try JSON(parsing: request.body, depthMax: limits.jsonDepth)
        } catch {
            throw .invalidSyntax("the body is not JSON: \(error.message), at byte \(error.offset)")
        }
    }

    private mutating func rewritten<Value>(_ result: Rewritten<Value>) -> Value {
        caller.rewrites += result.fired
        return result.value
    }
}
