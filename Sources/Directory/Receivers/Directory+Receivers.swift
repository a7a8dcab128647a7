import SCIM

/// What can be done with receivers.
extension Directory {
    /// Finds a receiver by its name, whatever the letters' case.
    ///
    /// - Throws: 404.
    package func receiver(named name: String) throws(SCIMError) -> Receiver {
        let found = try read { store -> Receiver? in try store.receiver(named: name) }
        guard let found else { throw .notFound("there is no receiver \(name)") }
        return found
    }

    /// Adds a receiver, and puts down that it is to be told of all resources in its scope.
    ///
    /// - Returns: The receiver with its number.
    /// - Throws: `invalidValue` for a name that cannot be; 409 `uniqueness`; 503.
    package func add(_ receiver: Receiver, by caller: Caller) throws(SCIMError) -> Receiver {
        try receiver.check()
        var added = receiver
        added.id = try answering {
            try store.write(within: budget) { transaction in
                let id = try transaction.insert(receiver)
                try transaction.announceAll(to: id, at: now())
                try transaction.append([entry(.create, receiver, id, [], caller)])
                return id
            }
        }
        return added
    }

    /// Changes scope and settings of a receiver, or pauses it.
    ///
    /// - Parameters:
    ///   - receiver: As it was read.
    ///   - caller: Who changes it.
    ///   - names: What is changed, for the journal: words, no values.
    ///   - resending: The resources that it is to be told of anew.
    ///   - change: Makes of the receiver as it is now what it is to be.
    /// - Returns: The receiver as it is now.
    /// - Throws: 404 when it is gone; what `change` throws.
    @discardableResult
    package func update(
        _ receiver: Receiver,
        by caller: Caller,
        attributes names: [String],
        resending: Resending = .these([]),
        _ change: (inout Receiver) throws -> Void
    ) throws(SCIMError) -> Receiver {
        try answering {
            try store.write(within: budget) { transaction in
                guard var changed = try transaction.receiver(receiver.id) else {
                    throw SCIMError.notFound("there is no receiver \(receiver.name) any more")
                }
                try change(&changed)
                try transaction.update(changed)
                try announce(resending, to: changed, in: transaction)
                try transaction.append([entry(.modify, changed, changed.id, names, caller)])
                return changed
            }
        }
    }

    /// Which resources a receiver is to be told of anew.
    package enum Resending: Sendable {
        /// By their ids.
        case these([String])
        case all
    }

    private func announce(
        _ resending: Resending,
        to receiver: Receiver,
        in transaction: any StoreTransaction
    ) throws {
        switch resending {
        case .all: try transaction.announceAll(to: receiver.id, at: now())
        case .these(let ids):
            guard let type = receiver.scope.type, !ids.isEmpty else { return }
            try transaction.announce(ids, ofType: type, to: receiver.id, at: now())
        }
    }

    /// Forgets a receiver, and what it was still to be told.
    package func remove(_ receiver: Receiver, by caller: Caller) throws(SCIMError) {
        try answering {
            try store.write(within: budget) { transaction in
                try transaction.deleteReceiver(receiver.id)
                try transaction.append([entry(.delete, receiver, receiver.id, [], caller)])
            }
        }
    }

    /// Puts down that a receiver is to be told of resources of its type anew.
    package func resend(
        _ ids: [String],
        to receiver: Receiver,
        by caller: Caller
    ) throws(SCIMError) {
        guard let type = receiver.scope.type, !ids.isEmpty else { return }
        try answering {
            try store.write(within: budget) { transaction in
                try transaction.announce(ids, ofType: type, to: receiver.id, at: now())
                try transaction.append([
                    entry(.modify, receiver, receiver.id, ["resend"], caller, concerned: ids)
                ])
            }
        }
    }

    /// Puts down that a receiver is to be told of all resources anew.
    package func resendAll(to receiver: Receiver, by caller: Caller) throws(SCIMError) {
        try answering {
            try store.write(within: budget) { transaction in
                try transaction.announceAll(to: receiver.id, at: now())
                try transaction.append([
                    entry(.modify, receiver, receiver.id, ["resend"], caller)
                ])
            }
        }
    }

    /// Parts a resource from what a receiver calls it: the receiver is not told of it any more.
    ///
    /// - Parameters:
    ///   - id: Of the resource.
    ///   - receiver: Who is told a last time, with the version that this returns.
    ///   - caller: Who parts them.
    /// - Returns: A version above all that the receiver was told of.
    /// - Throws: 404 where the receiver was never told of the resource; 503.
    package func detach(
        _ id: String,
        from receiver: Receiver,
        by caller: Caller
    ) throws(SCIMError) -> Int64 {
        try setDetached(true, id, receiver, "detach", by: caller)
    }

    /// Has a receiver told of a resource again.
    ///
    /// - Throws: 404 where the receiver was never told of the resource; 503.
    package func attach(
        _ id: String,
        to receiver: Receiver,
        by caller: Caller
    ) throws(SCIMError) {
        _ = try setDetached(false, id, receiver, "attach", by: caller)
    }

    private func setDetached(
        _ isDetached: Bool,
        _ id: String,
        _ receiver: Receiver,
        _ name: String,
        by caller: Caller
    ) throws(SCIMError) -> Int64 {
        try answering {
            try store.write(within: budget) { transaction in
                guard
                    let version = try transaction.setDetached(isDetached, id, at: receiver.id),
                    let type = receiver.scope.type
                else {
                    throw SCIMError.notFound("\(receiver.name) was never told of \(id)")
                }
                if !isDetached {
                    try transaction.announce([id], ofType: type, to: receiver.id, at: now())
                }
                try transaction.append([
                    entry(.modify, receiver, receiver.id, [name], caller, concerned: [id])
                ])
                return version
            }
        }
    }

    /// Tries again what is parked, and the receiver itself.
    ///
    /// - Returns: How many deliveries these are.
    package func retry(_ receiver: Receiver, by caller: Caller) throws(SCIMError) -> Int {
        try answering {
            try store.write(within: budget) { transaction in
                try transaction.setTrouble(nil, of: receiver.id)
                try transaction.append([
                    entry(.modify, receiver, receiver.id, ["retry"], caller)
                ])
                return try transaction.unpark(receiver.id, at: now())
            }
        }
    }

    /// `names` are words for what was done or changed.
    func entry(
        _ action: JournalEntry.Action,
        _ receiver: Receiver,
        _ id: Int64,
        _ names: [String],
        _ caller: Caller,
        concerned: [String] = []
    ) -> JournalEntry {
        entry(
            action,
            .init(type: "Receiver", id: String(id), name: receiver.name),
            [
                "kind": .string(receiver.kind.rawValue),
                "attributes": .array(names.map(JSON.string)),
            ],
            caller,
            concerned: concerned
        )
    }
}

/// Sending: one process at a time sends to a receiver.
extension Directory {
    /// Takes or keeps the right to send to a receiver.
    ///
    /// - Parameters:
    ///   - receiver: To whom.
    ///   - holder: Names the process.
    ///   - seconds: For how long.
    ///   - isGone: Whether the process that another holder names is known to have ended.
    /// - Returns: The receiver as it is now; `nil` when another process sends to it, or when it is
    ///   gone.
    /// - Throws: 503.
    package func lease(
        _ receiver: Int64,
        holder: String,
        seconds: Int,
        isGone: (String) -> Bool
    ) throws(SCIMError) -> Receiver? {
        try answering {
            try store.write(within: budget) { transaction in
                guard let found = try transaction.receiver(receiver) else { return nil }
                if let lease = found.lease, lease.holder != holder, lease.until > now(),
                    !isGone(lease.holder)
                {
                    return nil
                }
                let lease = Lease(holder: holder, until: now().adding(seconds: seconds))
                try transaction.setLease(lease, of: receiver)
                return found
            }
        }
    }

    /// Gives the right to send back, unless something has become due.
    ///
    /// - Returns: Whether it was given back.
    package func release(_ receiver: Int64, holder: String) throws(SCIMError) -> Bool {
        try answering {
            try store.write(within: budget) { transaction in
                guard let found = try transaction.receiver(receiver),
                    found.lease?.holder == holder
                else { return true }
                if found.isOpen(at: now()), let due = try transaction.nextDue(to: receiver),
                    due <= now()
                {
                    return false
                }
                try transaction.setLease(nil, of: receiver)
                return true
            }
        }
    }

    /// Gives the right to send back, whatever is due.
    package func giveUp(_ receiver: Int64, holder: String) throws(SCIMError) {
        try answering {
            try store.write(within: budget) { transaction in
                guard try transaction.receiver(receiver)?.lease?.holder == holder else { return }
                try transaction.setLease(nil, of: receiver)
            }
        }
    }

    /// Notes what became of deliveries.
    ///
    /// - Parameters:
    ///   - settlements: What the receiver answered.
    ///   - receiver: Its number.
    ///   - trouble: Why it cannot be reached; `nil` where it can.
    ///   - sequence: The journal's last when the state was read that was sent; `nil` where nobody
    ///     knows: then only an answer to the newest state says what it covers.
    /// - Throws: 503.
    package func settle(
        _ settlements: [Settlement],
        of receiver: Int64,
        trouble: Trouble?,
        asOf sequence: Int64? = nil
    ) throws(SCIMError) {
        try answering {
            try store.write(within: budget) { transaction in
                try note(settlements, of: receiver, asOf: sequence, in: transaction)
                try transaction.settle(settlements, of: receiver, at: now())
                try transaction.setTrouble(trouble, of: receiver)
            }
        }
    }

    /// Notes what the answers say that is new.
    private func note(
        _ settlements: [Settlement],
        of receiver: Int64,
        asOf sequence: Int64?,
        in transaction: any StoreTransaction
    ) throws {
        if settlements.isEmpty { return }
        let ids = settlements.map(\.resource)
        let records = try transaction.deliveries(to: receiver, .of(ids), limit: ids.count)
        let last = sequence == nil ? try transaction.lastSequence() : 0
        let outcomes = settlements.compactMap { settlement -> Outcome? in
            guard let record = records.first(where: { $0.resource == settlement.resource }),
                sequence != nil || record.version == settlement.version
            else { return nil }
            return Outcome(
                settlement,
                of: record,
                by: receiver,
                sequence: sequence ?? last,
                at: now()
            )
        }
        try transaction.append(outcomes)
    }
}
