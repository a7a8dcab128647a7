import SCIM

/// What a receiver answered to a state of a resource, where it said something new.
package struct Outcome: Sendable, Equatable {
    package enum Status: String, Sendable {
        case done, refused, postponed
    }

    package let at: Instant
    /// Number of the receiver.
    package let receiver: Int64
    /// The resource's id.
    package let resource: String
    /// The journal's last when the state was read: it covers entries up to this one.
    package let sequence: Int64
    /// Of the delivery.
    package let version: Int64
    package let status: Status
    /// Tries that it took.
    package let attempts: Int
    /// Why it was not done; `nil` where it was.
    package let problem: Problem?
    /// What the receiver calls the resource; `nil` where it did not say.
    package let account: DeliveryRecord.Account?

    package init(
        at: Instant,
        receiver: Int64,
        resource: String,
        sequence: Int64,
        version: Int64,
        status: Status,
        attempts: Int,
        problem: Problem? = nil,
        account: DeliveryRecord.Account? = nil
    ) {
        self.at = at
        self.receiver = receiver
        self.resource = resource
        self.sequence = sequence
        self.version = version
        self.status = status
        self.attempts = attempts
        self.problem = problem
        self.account = account
    }
}

extension Outcome {
    /// What a settlement says that is new; `nil` where it says nothing: what the receiver had
    /// already, another try in vain, a state that is not the newest any more.
    init?(
        _ settlement: Settlement,
        of record: DeliveryRecord,
        by receiver: Int64,
        sequence: Int64,
        at now: Instant
    ) {
        let status: Status
        var (problem, account): (Problem?, DeliveryRecord.Account?) = (nil, nil)
        switch settlement.outcome {
        case .outrun: return nil
        case .done(let known, _):
            guard record.version >= settlement.version, record.acknowledged < settlement.version
            else { return nil }
            (status, account) = (.done, known ?? record.account)
        case .refused(let reason):
            guard record.version == settlement.version else { return nil }
            (status, problem) = (.refused, reason)
        case .postponed(_, let reason):
            guard record.version == settlement.version, record.attempts == 0 else { return nil }
            (status, problem) = (.postponed, reason)
        }
        self.init(
            at: now,
            receiver: receiver,
            resource: settlement.resource,
            sequence: sequence,
            version: settlement.version,
            status: status,
            attempts: record.attempts + 1,
            problem: problem,
            account: account
        )
    }
}
