/// An error as the client sees it (RFC 7644 §3.12).
package struct SCIMError: Error, Sendable {
    /// The detail error keywords of RFC 7644 §3.12, Table 9.
    package enum Kind: String, Sendable {
        case invalidFilter, tooMany, uniqueness, mutability, invalidSyntax, invalidPath, noTarget
        case invalidValue, invalidVers, sensitive
    }

    /// HTTP status code.
    package let status: Int
    package let scimType: Kind?
    /// For the client: what is wrong and where.
    ///
    /// Holds no statement, file path or secret.
    package let detail: String
    /// For the log only.
    package let cause: String?
    /// Header fields that belong to the answer, such as `Retry-After`.
    package let headers: [(name: String, value: String)]

    package init(
        status: Int,
        scimType: Kind? = nil,
        detail: String,
        cause: String? = nil,
        headers: [(name: String, value: String)] = []
    ) {
        self.status = status
        self.scimType = scimType
        self.detail = detail
        self.cause = cause
        self.headers = headers
    }

    /// The answer's body.
    package var json: JSON {
        var body: JSONObject = [
            "schemas": [.string(MessageSchema.error)], "status": .string(String(status)),
        ]
        if let scimType { body["scimType"] = .string(scimType.rawValue) }
        body["detail"] = .string(detail)
        return .object(body)
    }
}

extension SCIMError {
    package static func invalidFilter(_ detail: String) -> SCIMError {
        .init(status: 400, scimType: .invalidFilter, detail: detail)
    }

    package static func tooMany(_ detail: String) -> SCIMError {
        .init(status: 400, scimType: .tooMany, detail: detail)
    }

    package static func invalidSyntax(_ detail: String) -> SCIMError {
        .init(status: 400, scimType: .invalidSyntax, detail: detail)
    }

    package static func invalidValue(_ detail: String) -> SCIMError {
        .init(status: 400, scimType: .invalidValue, detail: detail)
    }

    package static func invalidPath(_ detail: String) -> SCIMError {
        .init(status: 400, scimType: .invalidPath, detail: detail)
    }

    package static func noTarget(_ detail: String) -> SCIMError {
        .init(status: 400, scimType: .noTarget, detail: detail)
    }

    package static func mutability(_ detail: String) -> SCIMError {
        .init(status: 400, scimType: .mutability, detail: detail)
    }

    package static func invalidVersion(_ detail: String) -> SCIMError {
        .init(status: 400, scimType: .invalidVers, detail: detail)
    }

    package static func uniqueness(_ detail: String) -> SCIMError {
        .init(status: 409, scimType: .uniqueness, detail: detail)
    }

    package static func notFound(_ detail: String) -> SCIMError {
        .init(status: 404, detail: detail)
    }

    package static func preconditionFailed(_ detail: String) -> SCIMError {
        .init(status: 412, detail: detail)
    }

    package static func notImplemented(_ detail: String) -> SCIMError {
        .init(status: 501, detail: detail)
    }

    /// The error 405; `allow` lists the methods that the resource has, for the `Allow` field.
    package static func methodNotAllowed(_ detail: String, allow: String) -> SCIMError {
        .init(status: 405, detail: detail, headers: [("Allow", allow)])
    }

    /// The error 503; `retryAfterSeconds` is `nil` where waiting does not help.
    package static func unavailable(
        _ detail: String,
        cause: String,
        retryAfterSeconds: Int?
    ) -> SCIMError {
        .init(
            status: 503,
            detail: detail,
            cause: cause,
            headers: retryAfterSeconds.map { [("Retry-After", String($0))] } ?? []
        )
    }
}

/// The schemas of protocol messages (RFC 7644 §8.2).
package enum MessageSchema {
    package static let error = "urn:ietf:params:scim:api:messages:2.0:Error"
    package static let listResponse = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
    package static let patchOp = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
}
