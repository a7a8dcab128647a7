import SCIM

/// Where resources, tokens and the journal are kept.
///
/// Every method throws `StoreError`, and `read` and `write` whatever their bodies throw.
package protocol Store {
    /// Runs statements that all see one state of the store.
    ///
    /// `body` may run again, so it has no effects of its own.
    func read<Result>(
        within budget: Budget,
        _ body: (any StoreReading) throws -> Result
    ) throws -> Result

    /// Runs a transaction; nothing of it is visible to others before it is committed, and whatever
    /// `body` throws undoes it.
    ///
    /// `body` may run again, so it has no effects outside the transaction.
    func write<Result>(
        within budget: Budget,
        _ body: (any StoreTransaction) throws -> Result
    ) throws -> Result

    /// Runs a transaction that may as well come later: a store that is busy is left alone.
    ///
    /// - Returns: Whether it was done.
    func attempt(_ body: (any StoreTransaction) throws -> Void) -> Bool

    /// Lets others write between two transactions of a longer work.
    func giveWay()

    /// Whether entries were appended since it was asked last with which the trail is to be kept up
    /// (`AuditTransaction.keepUp`): about every 64th.
    func takeBatchEnd() -> Bool
}

/// What can be read of a store, all of one state.
package protocol StoreReading: ReceiverReading, AdministratorReading, AuditReading {
    /// The resource with the id, as the client of a provisioning domain sees it.
    ///
    /// - Returns: `nil` when there is none of the type with this id.
    func fetch(
        _ id: String,
        type: ResourceType,
        domain: String,
        loading parts: ResourceParts
    ) throws -> StoredResource?

    /// One page of the resources that a query finds.
    func search(_ query: Query) throws -> Page

    /// Resources in the order of the names by which people know them; at most `limit`.
    func names(of type: ResourceType, _ window: NameWindow, limit: Int) throws -> [ResourceName]

    /// How many members a resource has, counted up to a limit.
    func membersCount(of key: Int64, atMost limit: Int) throws -> Int

    /// Members of a resource in the order of their creation, behind one; at most `limit`.
    func members(of key: Int64, after member: Int64, limit: Int) throws -> [ResourceName]

    /// The ids of those members that the selection picks, the resource first that was created first;
    /// of `.among` in any order.
    func memberIDs(of key: Int64, _ selection: MemberSelection) throws -> [String]

    /// The token whose secret has the SHA-256 hash, 32 bytes.
    ///
    /// - Returns: `nil` when there is none.
    func token(hash: [UInt8]) throws -> Token?

    /// All tokens, the oldest first.
    func tokens() throws -> [Token]

    /// Entries behind a sequence number, in their order; at most `limit`.
    func journal(after sequence: Int64, limit: Int) throws -> [JournalEntry]
}

/// Which members of a resource are meant.
package enum MemberSelection: Sendable {
    case all
    /// Those of the ids that are members.
    case among([String])
    /// Those whose elements satisfy the predicate; `Links` is where `$ref` leads.
    case matching(Predicate, Links)
}

/// A transaction of a store.
package protocol StoreTransaction: StoreReading, ReceiverTransaction, AdministratorTransaction,
    AuditTransaction
{
    /// - Returns: The key of the new resource.
    /// - Throws: `taken`.
    func insert(_ resource: ResourceRecord) throws -> Int64

    /// Writes a resource's new state over the old.
    ///
    /// - Throws: `moved` when the stored version is not `old.version`; `taken`.
    func update(_ key: Int64, from old: ResourceRecord, to new: ResourceRecord) throws

    /// Takes a resource, its values and its memberships away.
    func delete(_ key: Int64, type: ResourceType) throws

    /// Sets the hash of a resource's password.
    func setPassword(_ hash: String, of key: Int64) throws

    /// Adds members to a resource that are none yet.
    ///
    /// - Throws: `absent` for an id that no resource has.
    func addMembers(_ ids: [String], to key: Int64, at instant: Instant) throws

    /// Removes members from a resource.
    func removeMembers(_ ids: [String], from key: Int64) throws

    /// Takes a resource that is about to go out of all resources that it is a member of: each gets
    /// a new version.
    ///
    /// - Returns: Those that it was a member of, in their new state.
    func leaveAll(_ member: Int64, types: ResourceTypes, at instant: Instant) throws -> [Touched]

    /// Clears an attribute wherever it refers to a resource that is about to go: each resource that
    /// is changed gets a new version.
    ///
    /// - Returns: The resources that were changed, in their new state.
    func clear(
        _ reference: AttributeReference,
        of type: ResourceType,
        to id: String,
        at instant: Instant
    ) throws -> [Touched]

    /// Adds entries at the end; their `sequence` is given by the store.
    func append(_ entries: [JournalEntry]) throws

    /// - Returns: The token's number.
    func insert(_ token: Token) throws -> Int64

    /// - Returns: Whether the token existed and was still valid.
    func revokeToken(_ id: Int64, at instant: Instant) throws -> Bool
}

/// A resource that a change of another has changed.
package struct Touched: Sendable {
    package let id: String
    /// Name of its resource type.
    package let type: String
    /// The name people know it by; empty where it has none.
    package let name: String
    /// After the change.
    package let version: Int64

    package init(id: String, type: String, name: String, version: Int64) {
        self.id = id
        self.type = type
        self.name = name
        self.version = version
    }
}
