import SCIM

/// How far a receiver knows of a resource.
///
/// What is sent is the resource's state when it is sent. The record counts the changes that may
/// concern the receiver, so that a state that arrives late is known to be old.
package struct DeliveryRecord: Sendable, Equatable {
    package enum State: String, Sendable {
        /// The receiver has the newest state.
        case done
        /// To be sent, or tried again.
        case waiting
        /// Not tried any more: the receiver will not have it, or it failed for too long.
        case parked
        /// The receiver is not told of the resource any more, whatever happens to it.
        case detached
    }

    /// The resource's id; the resource may be gone.
    package let resource: String
    /// Name of its resource type.
    package let type: String
    /// Rises with every change that may concern the receiver; from 1, and 0 for what the receiver
    /// had before anybody changed it here.
    package let version: Int64
    /// The newest version that the receiver has; 0 for none.
    package let acknowledged: Int64
    /// When to send it; `nil` when it is not to be sent.
    package let due: Instant?
    /// Somebody's access ends by it.
    package let isUrgent: Bool
    /// Tries in vain since the last change.
    package let attempts: Int
    /// Since the first of these.
    package let failingSince: Instant?
    package let problem: Problem?
    /// What the receiver calls the resource; `nil` where it is not known.
    package let account: Account?
    /// Whether the receiver has the resource as active; `nil` where it is not known.
    package let active: Bool?
    /// Whether somebody has parted the resource from what the receiver calls it.
    package let isDetached: Bool

    /// A resource as its receiver knows it.
    package struct Account: Sendable, Equatable {
        package let id: String
        package let name: String

        package init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    package init(
        resource: String,
        type: String,
        version: Int64,
        acknowledged: Int64 = 0,
        due: Instant? = nil,
        isUrgent: Bool = false,
        attempts: Int = 0,
        failingSince: Instant? = nil,
        problem: Problem? = nil,
        account: Account? = nil,
        active: Bool? = nil,
        isDetached: Bool = false
    ) {
        self.resource = resource
        self.type = type
        self.version = version
        self.acknowledged = acknowledged
        self.due = due
        self.isUrgent = isUrgent
        self.attempts = attempts
        self.failingSince = failingSince
        self.problem = problem
        self.account = account
        self.active = active
        self.isDetached = isDetached
    }

    package var state: State {
        if isDetached { return .detached }
        if due != nil { return .waiting }
        return acknowledged >= version ? .done : .parked
    }
}

/// Which deliveries to a receiver are meant.
package enum DeliverySelection: Sendable {
    /// To be sent by now: the urgent first, then the longest due.
    case due(at: Instant)
    /// In a state, in the order of ids, after an id.
    case inState(DeliveryRecord.State, after: String)
    /// All, in the order of ids, after an id.
    case all(after: String)
    /// Of these resources.
    case of([String])
}

/// How many deliveries to a receiver there are.
package struct DeliveryCounts: Sendable, Equatable {
    package let done: Int
    package let waiting: Int
    package let parked: Int
    /// When the longest due was to be sent.
    package let oldestDue: Instant?

    package init(done: Int, waiting: Int, parked: Int, oldestDue: Instant?) {
        self.done = done
        self.waiting = waiting
        self.parked = parked
        self.oldestDue = oldestDue
    }
}

/// What a receiver is still to be told.
package struct Backlog: Sendable, Equatable {
    package let waiting: Int
    package let parked: Int
    /// When the longest due was to be sent.
    package let oldestDue: Instant?

    package init(waiting: Int, parked: Int, oldestDue: Instant?) {
        self.waiting = waiting
        self.parked = parked
        self.oldestDue = oldestDue
    }
}

/// What became of one delivery.
package struct Settlement: Sendable {
    package enum Outcome: Sendable {
        /// The receiver has it.
        case done(account: DeliveryRecord.Account?, active: Bool?)
        /// The receiver already has a version as high or higher, and nobody here knows that: the
        /// state is to be sent with a version beyond.
        case outrun(by: Int64)
        /// The receiver will not have it.
        case refused(Problem)
        /// To be tried again.
        case postponed(until: Instant, Problem)
    }

    package let resource: String
    /// The version that was sent.
    ///
    /// What has changed since is still to be sent.
    package let version: Int64
    package let outcome: Outcome

    package init(resource: String, version: Int64, outcome: Outcome) {
        self.resource = resource
        self.version = version
        self.outcome = outcome
    }
}
