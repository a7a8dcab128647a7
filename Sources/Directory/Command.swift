import SCIM

/// What a client asks for, whatever carried it: an HTTP request, or a person at a command line.
package enum Command {
    /// Creates a resource (RFC 7644 §3.3), or brings a deactivated one back.
    ///
    /// `id` is the one that it had before the store went back in time.
    case create(SentResource, restoring: Restoring = .nothing, id: String? = nil)
    /// Replaces a resource (RFC 7644 §3.5.1).
    ///
    /// What the client leaves out is cleared, except the password and attributes that have a
    /// default.
    case replace(id: String, with: SentResource, Preconditions = Preconditions())
    /// Applies a PATCH request (RFC 7644 §3.5.2), all or nothing.
    case modify(id: String, by: [PatchOperation], Patch, Preconditions = Preconditions())
    /// Deletes a resource, its memberships and what refers to it (RFC 7644 §3.6).
    case delete(id: String, ResourceType, Preconditions = Preconditions())

    /// Whether to find out what becomes of the resource may take long: then it is found out before
    /// the lock is taken that all writers wait for.
    var isSlow: Bool {
        switch self {
        case .create(let sent, _, _), .replace(_, let sent, _): sent.password != nil
        // Members may be many, and each is compared.
        case .modify(_, let operations, let patch, _):
            operations.count > Self.quickOperationsMax
                || patch.type.membership != nil
                    && operations.contains { $0.path.attribute?.filter != nil }
        case .delete: false
        }
    }

    /// Operations of a PATCH that are applied under the lock.
    private static let quickOperationsMax = 50
}
