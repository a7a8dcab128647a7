import SCIM

/// Where resources, tokens, the audit trail and the outbox are kept.
///
/// Every method throws what the client is to be told: 503 when the store cannot be used, 409
/// `uniqueness` when a unique value is taken.
package protocol Store {
    /// The resource with the id, as the client of a provisioning domain sees it.
    ///
    /// - Returns: `nil` when there is none of the type with this id.
    func fetch(
        _ id: String,
        type: ResourceType,
        domain: String,
        loading parts: ResourceParts
    ) throws(SCIMError) -> StoredResource?

    /// One page of the resources that a query finds.
    func search(_ query: Query) throws(SCIMError) -> Page

    /// Runs a transaction that sees and makes changes. Whatever `body` throws undoes them all.
    func write<Result>(
        _ body: (any StoreTransaction) throws(SCIMError) -> Result
    ) throws(SCIMError) -> Result

    /// The token whose secret has the SHA-256 hash, 32 bytes.
    ///
    /// - Returns: `nil` when there is none.
    func token(hash: [UInt8]) throws(SCIMError) -> Token?

    func tokens() throws(SCIMError) -> [Token]

    /// Notes that a token was used. Best effort: a store that is busy is left alone.
    func recordUse(ofToken id: Int64, at instant: Instant)
}

/// A transaction of a store.
///
/// Nothing of it is visible to others before it is committed.
package protocol StoreTransaction {
    func fetch(
        _ id: String,
        type: ResourceType,
        domain: String,
        loading parts: ResourceParts
    ) throws(SCIMError) -> StoredResource?

    func search(_ query: Query) throws(SCIMError) -> Page

    /// - Returns: The key of the new resource.
    func insert(_ resource: ResourceRecord) throws(SCIMError) -> Int64

    /// Writes a resource's new state over the old.
    ///
    /// - Throws: 412 when the stored version is not the one before `resource.version`.
    func update(
        _ key: Int64,
        from old: ResourceRecord,
        to new: ResourceRecord
    ) throws(SCIMError)

    /// Takes a resource, its values and its memberships away.
    func delete(_ key: Int64, type: ResourceType) throws(SCIMError)

    /// Sets the hash of a resource's password.
    func setPassword(_ hash: String, of key: Int64) throws(SCIMError)

    /// Adds members to a group.
    ///
    /// - Returns: The ids of those that were no members before.
    /// - Throws: `invalidValue` for an id that no resource has.
    func addMembers(_ ids: [String], to group: Int64, at instant: Instant) throws(SCIMError)
        -> [String]

    /// Removes members from a group.
    ///
    /// - Returns: The ids of those that were members.
    func removeMembers(_ ids: [String], from group: Int64) throws(SCIMError) -> [String]

    func append(_ entry: AuditEntry) throws(SCIMError)

    func append(_ event: OutboxEvent) throws(SCIMError)

    /// - Returns: The token's number.
    func insert(_ token: Token, hash: [UInt8]) throws(SCIMError) -> Int64

    /// - Returns: Whether the token existed and was still valid.
    func revokeToken(_ id: Int64, at instant: Instant) throws(SCIMError) -> Bool
}

/// What a store keeps of a resource, beside its memberships.
package struct ResourceRecord: Sendable {
    package var id: String
    package var type: ResourceType
    package var created: Instant
    package var modified: Instant
    /// Counts real changes, from 1.
    package var version: Int64
    /// In canonical form, with `schemas` and `id`; without `externalId`, `password`, `meta`,
    /// `groups` and `members`.
    package var document: JSONObject
    /// As the provisioning domain sees it.
    package var externalId: String?
    package var domain: String
}

/// What is loaded of a resource beside its document.
package struct ResourceParts: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// The groups that a user is a member of.
    package static let memberships = ResourceParts(rawValue: 1)
    /// The members of a group.
    package static let members = ResourceParts(rawValue: 2)
}

/// A resource as a store gives it back.
package struct StoredResource: Sendable {
    /// The store's own number of the resource; rises with every new one.
    package let key: Int64
    package let id: String
    package let type: ResourceType
    package let created: Instant
    package let modified: Instant
    package let version: Int64
    /// JSON text of `ResourceRecord.document`.
    package let document: [UInt8]
    package let externalId: String?
    /// Empty when not loaded.
    package var memberships: [Membership]
    /// Empty when not loaded.
    package var members: [Member]

    package init(
        key: Int64,
        id: String,
        type: ResourceType,
        created: Instant,
        modified: Instant,
        version: Int64,
        document: [UInt8],
        externalId: String?,
        memberships: [Membership] = [],
        members: [Member] = []
    ) {
        self.key = key
        self.id = id
        self.type = type
        self.created = created
        self.modified = modified
        self.version = version
        self.document = document
        self.externalId = externalId
        self.memberships = memberships
        self.members = members
    }
}

/// A group that a resource is a direct member of.
package struct Membership: Sendable, Equatable {
    package let group: String
    /// The group's `displayName`.
    package let display: String

    package init(group: String, display: String) {
        self.group = group
        self.display = display
    }
}

/// A member of a group.
package struct Member: Sendable, Equatable {
    package let id: String
    /// Name of the member's resource type.
    package let type: String

    package init(id: String, type: String) {
        self.id = id
        self.type = type
    }
}

/// A search in the resources of one type.
package struct Query: Sendable {
    package var type: ResourceType
    package var predicate: Predicate?
    package var order: SortOrder?
    /// From 1.
    package var startIndex = 1
    /// Resources of the page at most; 0 to count only.
    package var count: Int
    package var parts: ResourceParts
    package var domain: String
    /// The endpoint's base URL, which `meta.location` and `$ref` begin with.
    package var base: String
    /// Bytes of the page's resources, roughly; a page beyond is refused as `tooMany`.
    package var bytesMax = Int.max

    package init(
        type: ResourceType,
        predicate: Predicate? = nil,
        order: SortOrder? = nil,
        count: Int,
        parts: ResourceParts = [],
        domain: String,
        base: String
    ) {
        self.type = type
        self.predicate = predicate
        self.order = order
        self.count = count
        self.parts = parts
        self.domain = domain
        self.base = base
    }
}

package struct Page: Sendable {
    /// All that the query finds, on whatever page.
    package let total: Int
    package let resources: [StoredResource]

    package init(total: Int, resources: [StoredResource]) {
        self.total = total
        self.resources = resources
    }
}
