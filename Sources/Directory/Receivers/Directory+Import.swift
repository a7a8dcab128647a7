import SCIM

/// Resources that a receiver had before the directory.
extension Directory {
    /// A resource that comes from a receiver.
    package struct Import {
        package let resource: SentResource
        /// That it had here before; `nil` for a new one.
        package let id: String?
        package let account: DeliveryRecord.Account
        package let active: Bool

        package init(
            resource: SentResource,
            id: String?,
            account: DeliveryRecord.Account,
            active: Bool
        ) {
            self.resource = resource
            self.id = id
            self.account = account
            self.active = active
        }
    }

    /// Creates a resource that a receiver has already.
    ///
    /// The receiver is told nothing of it before somebody changes it here.
    ///
    /// - Returns: Its id; `nil` where another has a value that is unique.
    /// - Throws: `invalidValue` and the like for what cannot be; 503.
    package func take(
        _ new: Import,
        from receiver: Receiver,
        by caller: Caller
    ) throws(SCIMError) -> String? {
        do {
            return try answering {
                try store.write(within: budget) { transaction in
                    let work = work(of: caller)
                    let draft = try work.draft(
                        .create(new.resource, id: new.id),
                        in: transaction
                    )
                    let made = try work.commit(draft, in: transaction)
                    let record = DeliveryRecord(
                        resource: made.id,
                        type: made.type.name,
                        version: 0,
                        account: new.account,
                        active: new.active
                    )
                    try transaction.link([record], to: receiver.id)
                    return made.id
                }
            }
        } catch {
            if error.scimType == .uniqueness { return nil }
            throw error
        }
    }

    /// Creates a group of resources that a receiver has in such a group already.
    ///
    /// The receiver is told nothing of those whom nobody has changed here.
    ///
    /// - Returns: Its id; `nil` where another has a value that is unique.
    /// - Throws: `invalidValue` and the like for what cannot be; 503.
    package func take(
        group: SentResource,
        of ids: [String],
        from receiver: Receiver,
        by caller: Caller
    ) throws(SCIMError) -> String? {
        do {
            return try answering {
                try store.write(within: budget) { transaction in
                    let known = try transaction.deliveries(
                        to: receiver.id,
                        .of(ids),
                        limit: ids.count
                    )
                    let work = work(of: caller)
                    let draft = try work.draft(.create(group), in: transaction)
                    let made = try work.commit(draft, in: transaction)
                    try transaction.link(known.filter { $0.version == 0 }, to: receiver.id)
                    return made.id
                }
            }
        } catch {
            if error.scimType == .uniqueness { return nil }
            throw error
        }
    }

    /// Notes which account of a receiver a resource stands for, and that it is to be told of it.
    package func link(
        _ id: String,
        to account: DeliveryRecord.Account,
        of receiver: Receiver,
        by caller: Caller
    ) throws(SCIMError) {
        try answering {
            try store.write(within: budget) { transaction in
                let old = try transaction.deliveries(to: receiver.id, .of([id]), limit: 1).first
                let record = DeliveryRecord(
                    resource: id,
                    type: old?.type ?? receiver.scope.type ?? "",
                    version: (old?.version ?? 0) + 1,
                    acknowledged: old?.acknowledged ?? 0,
                    due: now(),
                    account: account
                )
                try transaction.link([record], to: receiver.id)
                try transaction.append([
                    entry(.modify, receiver, receiver.id, ["link"], caller, concerned: [id])
                ])
            }
        }
    }
}
