/// What a creation may bring back instead of making something new.
package enum Restoring: Sendable {
    case nothing
    /// A resource that is not active and has the unique value, or else the `externalId`, that is
    /// sent. It keeps its id.
    case deactivated
}
