import SCIM

/// What a command would make of a resource.
package struct Draft {
    package let action: JournalEntry.Action
    /// `nil` when the resource is new.
    package let before: StoredResource?
    /// `nil` when the resource goes.
    package let after: ResourceRecord?
    /// Whether the document differs from the one before.
    package let documentChanges: Bool
    package let membership: MembershipDifference
    /// Clear text, where one is to be set.
    package let password: String?
    /// Hash of the password; made while no lock is held.
    package var passwordHash: String?

    init(
        _ action: JournalEntry.Action,
        before: StoredResource?,
        after: ResourceRecord?,
        documentChanges: Bool = true,
        membership: MembershipDifference = MembershipDifference(),
        password: String? = nil
    ) {
        self.action = action
        self.before = before
        self.after = after
        self.documentChanges = documentChanges
        self.membership = membership
        self.password = password
    }

    /// Whether anything differs: what changes nothing writes nothing.
    package var changesAnything: Bool {
        guard let before, let after else { return true }
        return documentChanges || password != nil || !membership.isEmpty
            || before.record.externalId != after.externalId
    }
}
