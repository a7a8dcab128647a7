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
            case "GET", "HEAD": return try search(type, try predicate(type))
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

    private mutating func read(_ type: ResourceType, _ id: String) throws(SCIMError) -> Reply {
        let id = try checked(id, type)
        if parameters["filter"] != nil { return try search(type, within: id) }
        let representation = try representation(type)
        let resource = try directory.read(
            id,
            type: type,
            client: caller.token,
            loading: representation.parts
        )
        let tag = resource.tag
        // In this order (RFC 9110 §13.2.2).
        if let list = request.header("If-Match"), !EntityTag.list(list, contains: tag) {
            throw .preconditionFailed("the resource has the version \(tag)")
        }
        if let list = request.header("If-None-Match"), EntityTag.list(list, contains: tag) {
            return Reply(status: 304, headers: [("ETag", tag)])
        }
        return Reply(
            status: 200,
            headers: [("ETag", tag)],
            body: try representation.text(of: resource)
        )
    }

    /// A filter on a single resource: a list of it, or an empty one (RFC 7644 §3.4.2).
    private mutating func search(
        _ type: ResourceType,
        within id: String
    ) throws(SCIMError) -> Reply {
        if profile.rigour == .strict {
            throw .invalidFilter("a single resource cannot be filtered")
        }
        let isThis = Filter.comparison(AttributePath(attribute: "id"), .eq, .string(id))
        let terms = [try isThis.bound(to: type, base: base), try predicate(type)].compactMap(\.self)
        return try search(type, .and(terms))
    }

    private mutating func search(
        _ type: ResourceType,
        _ predicate: Predicate?
    ) throws(SCIMError) -> Reply {
        let representation = try representation(type)
        var query = Query(
            type: type,
            predicate: predicate,
            count: min(max(try parameters.integer("count") ?? limits.pageSize, 0), limits.pageSize),
            parts: representation.parts,
            domain: caller.token.domain,
            base: base
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
        let filter: Rewritten<Filter>
        do {
            filter = try profile.filter(text, type, limits: limits)
        } catch {
            throw .invalidFilter("filter: \(error.message), at byte \(error.offset)")
        }
        return try rewritten(filter).bound(to: type, base: base)
    }

    private mutating func sortBy(_ type: ResourceType) throws(SCIMError) -> String? {
        guard let name = parameters.text("sortBy") else { return nil }
        return rewritten(profile.sortBy(name, type))
    }

    // MARK: Changing

    private mutating func create(_ type: ResourceType) throws(SCIMError) -> Reply {
        try requireWrite()
        let representation = try representation(type)
        let resource = try directory.create(
            try resourceBody(type),
            type: type,
            restoring: profile.restoring,
            caller: caller
        )
        return Reply(
            status: 201,
            headers: [("Location", resource.location(base: base)), ("ETag", resource.tag)],
            body: try representation.text(of: resource)
        )
    }

    private mutating func replace(_ type: ResourceType, _ id: String) throws(SCIMError) -> Reply {
        try requireWrite()
        let representation = try representation(type)
        let body = try resourceBody(type)
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
        let message = rewritten(try profile.patch(try json(), type, limits: limits))
        let resource = try directory.modify(
            try checked(id, type),
            by: message.operations,
            with: profile.patch(of: type, base: base, limits: limits),
            preconditions: preconditions,
            caller: caller,
            loading: representation?.parts ?? []
        )
        let tag = ("ETag", resource.tag)
        guard let representation else { return Reply(status: 204, headers: [tag]) }
        return Reply(status: 200, headers: [tag], body: try representation.text(of: resource))
    }

    private mutating func delete(_ type: ResourceType, _ id: String) throws(SCIMError) -> Reply {
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
        switch profile.groupPatchAnswer(to: request.header("User-Agent")) {
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
    private mutating func checked(
        _ id: String,
        _ type: ResourceType
    ) throws(SCIMError) -> String {
        var id = rewritten(profile.id(id))
        if id.isEmpty || id.withUTF8({ $0.contains(0) }) {
            throw .notFound("there is no \(type.name) with this id")
        }
        return id
    }

    /// The body of a POST or PUT, as the RFC has it.
    private mutating func resourceBody(_ type: ResourceType) throws(SCIMError) -> JSON {
        let sent = try json()
        if profile.rigour == .strict { try type.checkSchemas(of: sent) }
        return rewritten(try profile.resource(sent, type))
    }

    private func json() throws(SCIMError) -> JSON {
        if request.body.isEmpty { throw .invalidSyntax("the body is empty") }
        try MediaType.check(
            contentType: request.header("Content-Type"),
            contentEncoding: request.header("Content-Encoding"),
            profile.rigour
        )
        do {
            return try JSON(parsing: request.body, depthMax: limits.jsonDepth)
        } catch {
            let place = error.offset.map { ", at byte \($0)" } ?? ""
            throw .invalidSyntax("the body cannot be read as JSON: \(error.message)\(place)")
        }
    }

    private mutating func rewritten<Value>(_ result: Rewritten<Value>) -> Value {
        caller.rewrites += result.fired
        return result.value
    }
}
