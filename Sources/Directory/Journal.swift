import SCIM

/// Who changed what, for the administrator.
///
/// Holds names of attributes, never their values.
package struct AuditEntry: Sendable {
    package enum Action: String, Sendable {
        case create, replace, modify, delete
    }

    package let at: Instant
    package let requestID: String
    package let tokenID: Int64
    /// Name of the token.
    package let client: String
    package let action: Action
    /// Name of the resource type.
    package let type: String
    package let id: String
    /// After the change.
    package let version: Int64
    /// `attributes` that changed, numbers of members `added` and `removed`, `rewrites`.
    package let detail: JSONObject
}

/// A change that is to be carried to WordPress and other receivers.
package struct OutboxEvent: Sendable {
    package let at: Instant
    /// `user.created`, `user.deactivated`, `group.updated` and the like.
    package let name: String
    /// Name of the resource type.
    package let type: String
    package let id: String
    /// After the change; rises strictly with every event of the resource.
    package let version: Int64
    /// What cannot be read from the store later: a deleted resource, members that came and went.
    package let data: JSONObject
}
