import SCIM

/// What a store keeps of a resource, beside its memberships.
package struct ResourceRecord {
    package var id: String
    package var type: ResourceType
    package var created: Instant
    package var modified: Instant
    /// Counts real changes, from 1.
    package var version: Int64
    /// In canonical form, with `schemas` and `id`; without `externalId`, `password`, `meta`,
    /// `groups` and `members`.
    package var document: Document
    /// As the provisioning domain sees it.
    package var externalId: String?
    package var domain: String

    package init(
        id: String,
        type: ResourceType,
        created: Instant,
        modified: Instant,
        version: Int64,
        document: Document,
        externalId: String?,
        domain: String
    ) {
        self.id = id
        self.type = type
        self.created = created
        self.modified = modified
        self.version = version
        self.document = document
        self.externalId = externalId
        self.domain = domain
    }
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
package struct StoredResource {
    /// The store's own number of the resource; rises with every new one.
    package let key: Int64
    package let record: ResourceRecord
    /// Empty when not loaded.
    package var memberships: [Membership]
    /// Empty when not loaded.
    package var members: [Member]

    package init(
        key: Int64,
        record: ResourceRecord,
        memberships: [Membership] = [],
        members: [Member] = []
    ) {
        self.key = key
        self.record = record
        self.memberships = memberships
        self.members = members
    }

    package var id: String { record.id }
    package var type: ResourceType { record.type }

    /// The resource's entity tag.
    package var tag: String { EntityTag.text(version: record.version, memberships: memberships) }
}

/// A group that a resource is a direct member of.
package struct Membership: Sendable, Equatable {
    package let group: String
    /// Name of the group's resource type.
    package let type: String
    /// The group's `displayName`.
    package let display: String

    package init(group: String, type: String, display: String) {
        self.group = group
        self.type = type
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
