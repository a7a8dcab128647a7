/// What to do with what is neither known nor understood: members that are no attributes, schemas
/// that the type does not have, media types.
package enum Rigour: Sendable {
    /// Pass over it, as in a PUT: clients repeat `id` in a PATCH, and send attributes of their own.
    case lenient
    /// Refuse it.
    case strict
}
