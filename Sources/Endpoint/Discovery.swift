import Gateway
import SCIM

/// What the endpoint says about itself (RFC 7644 §4).
struct Discovery {
    let links: Links
    let limits: Limits

    private var base: String { links.base }
    private var types: ResourceTypes { links.types }

    func reply(
        _ target: Route.Target,
        _ request: Request,
        _ parameters: Parameters
    ) throws(SCIMError) -> Reply {
        guard request.method == "GET" || request.method == "HEAD" else {
            throw .methodNotAllowed("this can only be read", allow: target.methods)
        }
        if parameters["filter"] != nil {
            throw SCIMError(status: 403, detail: "discovery documents cannot be filtered")
        }
        switch target {
        case .serviceProviderConfig: return Reply(serviceProviderConfig)
        case .resourceTypes(nil): return Reply(list(types.all.map { $0.json(base: base) }))
        case .resourceTypes(let id?):
            let found = types.all.first { $0.name.equalsIgnoringASCIICase(id) }
            guard let found else { throw .notFound("there is no such resource type") }
            return Reply(found.json(base: base))
        case .schemas(nil): return Reply(list(types.schemas.map { $0.json(base: base) }))
        case .schemas(let id?):
            let found = types.schemas.first { $0.id.equalsIgnoringASCIICase(id) }
            guard let found else {
                throw .notFound("there is no such schema")
            }
            return Reply(found.json(base: base))
        case .collection, .resource, .deliveries, .unsupported:
            preconditionFailure("no discovery document")
        }
    }

    private func list(_ resources: [JSON]) -> JSON {
        [
            "schemas": [.string(MessageSchema.listResponse)],
            "totalResults": .integer(Int64(resources.count)),
            "startIndex": 1, "itemsPerPage": .integer(Int64(resources.count)),
            "Resources": .array(resources),
        ]
    }

    /// The service provider's configuration (RFC 7643 §5, RFC 9865 §4).
    ///
    /// The numbers are the ones enforced.
    private var serviceProviderConfig: JSON {
        let pageSize = JSON.integer(Int64(limits.pageSize))
        return [
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": ["supported": true],
            "bulk": [
                // Clients cut their PATCH requests by this number, too.
                "supported": false, "maxOperations": .integer(Int64(limits.patchOperations)),
                "maxPayloadSize": .integer(Int64(limits.bodyBytes)),
            ],
            "filter": ["supported": true, "maxResults": pageSize],
            "changePassword": ["supported": true],
            "sort": ["supported": true],
            "etag": ["supported": true],
            "pagination": [
                "cursor": false, "index": true, "defaultPaginationMethod": "index",
                "defaultPageSize": pageSize, "maxPageSize": pageSize,
            ],
            "authenticationSchemes": [
                [
                    "type": "oauthbearertoken", "name": "Bearer token",
                    "description": "A token made by the administrator, sent as a bearer token.",
                    "specUri": "https://www.rfc-editor.org/info/rfc6750", "primary": true,
                ],
                [
                    "type": "httpbasic", "name": "Basic",
                    "description": "The token's name and the token itself.",
                    "specUri": "https://www.rfc-editor.org/info/rfc7617", "primary": false,
                ],
            ],
            "meta": [
                "resourceType": "ServiceProviderConfig",
                "location": .string("\(base)/ServiceProviderConfig"),
            ],
        ]
    }
}
