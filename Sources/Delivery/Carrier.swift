import Directory
import SCIM

/// How a kind of receiver is spoken to.
package protocol Carrier {
    /// Deliveries that one call can carry.
    var batchMax: Int { get }

    /// Writes a call that carries deliveries, as their resources are now.
    ///
    /// - Parameters:
    ///   - records: At most `batchMax`.
    ///   - store: Where the resources are.
    ///   - now: For the signature.
    /// - Returns: The call; it may carry the first of the records only.
    /// - Throws: A failure of the store.
    func shipment(
        _ records: [DeliveryRecord],
        in store: any StoreReading,
        at now: Instant
    ) throws -> Shipment

    /// Reads the answer to a call.
    func verdict(_ result: CallResult, on shipment: Shipment) -> Verdict
}

/// A call, and what it carries.
package struct Shipment: Sendable {
    /// `nil` where nothing has to be said.
    package let call: Call?
    /// What the call carries.
    package let records: [DeliveryRecord]
    /// What the receiver need not be told.
    package let skipped: [Settlement]
    /// What becomes of the records where the receiver says no more than that it has heard.
    package let whenHeard: [Settlement]

    package init(
        call: Call?,
        records: [DeliveryRecord],
        skipped: [Settlement] = [],
        whenHeard: [Settlement] = []
    ) {
        self.call = call
        self.records = records
        self.skipped = skipped
        self.whenHeard = whenHeard
    }
}

/// What an answer says of the deliveries that a call carried.
package enum Verdict: Sendable {
    /// Each was understood, with what became of it.
    case heard([Settlement])
    /// One of them may be the reason that the answer is of no use or took too long; or the receiver
    /// is.
    case unclear(Problem)
    /// The receiver cannot be reached.
    case unreachable(Problem)
    /// Trying again is of no use before somebody has mended it.
    case rejected(Problem)
}
