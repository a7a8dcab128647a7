import Directory
import Gateway
import JSONText
import SCIM

/// What the audit trail is told of one request.
struct AuditTrail {
    /// As the journal says it; its status is that of an answer which is not known yet.
    var request: SentRequest
    let redaction: Redaction
    let limits: Limits
    /// What is kept; read with the token, and nothing before.
    var settings: AuditSettings?

    /// - Parameters:
    ///   - request: As it came.
    ///   - path: Behind the base.
    ///   - started: When it came.
    ///   - redaction: Takes secrets out.
    ///   - limits: How long a body may be.
    init(
        _ request: Request,
        path: String,
        started: Instant,
        _ redaction: Redaction,
        _ limits: Limits
    ) {
        self.request = SentRequest(
            method: request.method,
            path: path,
            address: request.clientAddress,
            agent: request.header("User-Agent"),
            started: started
        )
        self.redaction = redaction
        self.limits = limits
    }

    func kept(_ body: [UInt8], _ json: JSON?) -> SentRequest.Body {
        settings.map { redaction.kept(body, json, $0, limits) } ?? .none
    }

    /// The request as it is noted once it is answered.
    func answered(_ status: Int) -> SentRequest {
        var answered = request
        answered.status = status
        return answered
    }

    /// An entry about a request that was refused or failed.
    func refusal(
        _ error: SCIMError,
        of request: Request,
        _ target: Route.Target?,
        _ token: Token,
        _ requestID: String,
        _ rewrites: [String],
        at now: Instant
    ) -> JournalEntry {
        let json = try? JSON(parsing: request.body, depthMax: limits.jsonDepth)
        var answered = answered(error.status)
        answered.body = kept(request.body, json)
        return JournalEntry(
            refusing: error,
            of: Caller(token, requestID: requestID, rewrites: rewrites, request: answered),
            Self.action(request.method),
            target?.type,
            id: target?.id,
            sent: json,
            at: now
        )
    }

    private static func action(_ method: String) -> JournalEntry.Action {
        switch method {
        case "POST": .create
        case "PUT": .replace
        case "PATCH": .modify
        case "DELETE": .delete
        default: .read
        }
    }
}

extension Route.Target {
    /// The type of the resources that are meant.
    fileprivate var type: ResourceType? {
        switch self {
        case .collection(let type), .resource(let type, _): type
        case .serviceProviderConfig, .resourceTypes, .schemas, .deliveries, .unsupported: nil
        }
    }

    /// The id of the resource that is meant.
    fileprivate var id: String? {
        if case .resource(_, let id) = self { id } else { nil }
    }
}
