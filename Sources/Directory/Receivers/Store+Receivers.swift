import SCIM

/// What can be read of receivers and of what they are still to be told.
package protocol ReceiverReading {
    /// All receivers, the oldest first.
    func receivers() throws -> [Receiver]

    /// Deliveries to a receiver; at most `limit`.
    func deliveries(
        to receiver: Int64,
        _ selection: DeliverySelection,
        limit: Int
    ) throws -> [DeliveryRecord]

    /// The delivery of a resource that a receiver has as an account; `nil` where none is known.
    func delivery(to receiver: Int64, ofAccount id: String) throws -> DeliveryRecord?

    /// When the next delivery to a receiver is due; `nil` when none is.
    func nextDue(to receiver: Int64) throws -> Instant?

    func deliveryCounts(to receiver: Int64) throws -> DeliveryCounts

    /// What a receiver is still to be told, at the price of what there is of it.
    func backlog(of receiver: Int64) throws -> Backlog

    /// All groups that a resource is in, also by way of other groups; each once.
    func allMemberships(of key: Int64) throws -> [Membership]

    /// The hash of a resource's password; `nil` where it has none.
    func passwordHash(of key: Int64) throws -> String?

    /// Ids of a type's resources in their order, after an id; at most `limit`.
    func ids(ofType type: String, after id: String, limit: Int) throws -> [String]

    /// Ids of the type's resources that were made last, the newest first; at most `limit`.
    func newestIDs(ofType type: String, limit: Int) throws -> [String]
}

extension ReceiverReading {
    /// The receiver with the number; `nil` when it is gone.
    package func receiver(_ id: Int64) throws -> Receiver? {
        try receivers().first { $0.id == id }
    }

    /// The receiver with the name, whatever the letters' case; `nil` when there is none.
    package func receiver(named name: String) throws -> Receiver? {
        try receivers().first { $0.name.equalsIgnoringASCIICase(name) }
    }
}

/// What is written about receivers.
package protocol ReceiverTransaction: ReceiverReading {
    /// - Returns: The number of the new receiver.
    /// - Throws: `taken` for a name that another has.
    func insert(_ receiver: Receiver) throws -> Int64

    /// Writes scope, settings and whether it is paused.
    func update(_ receiver: Receiver) throws

    /// Takes a receiver away, with all that it was to be told.
    func deleteReceiver(_ id: Int64) throws

    /// Gives each resource of an announcement a new version for each receiver that it concerns.
    func announce(_ announcement: Announcement, at instant: Instant) throws

    /// Gives resources a new version for one receiver, but for those that it had before anybody
    /// changed them here (`link`, with version 0).
    func announce(_ ids: [String], ofType type: String, to receiver: Int64, at: Instant) throws

    /// Gives every resource in a receiver's scope a new version for it, but for those that it had
    /// before anybody changed them here.
    func announceAll(to receiver: Int64, at instant: Instant) throws

    /// Tries again what is parked.
    ///
    /// - Returns: How many these are.
    func unpark(_ receiver: Int64, at instant: Instant) throws -> Int

    /// Notes what became of deliveries.
    func settle(_ settlements: [Settlement], of receiver: Int64, at instant: Instant) throws

    /// Writes records over what there is: of accounts that a receiver has already.
    func link(_ records: [DeliveryRecord], to receiver: Int64) throws

    /// Parts a resource from what a receiver calls it, or joins them again.
    ///
    /// - Returns: The version by which the receiver is told of it; `nil` where it never was told of
    ///   the resource.
    func setDetached(_ isDetached: Bool, _ resource: String, at receiver: Int64) throws -> Int64?

    func setTrouble(_ trouble: Trouble?, of receiver: Int64) throws

    func setLease(_ lease: Lease?, of receiver: Int64) throws
}
