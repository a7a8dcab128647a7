import SCIM

/// Why a store did not do what it was asked.
///
/// `cause` is for the log: a client never sees it.
package enum StoreError: Error, Sendable, Equatable {
    /// The resource is not in the state any more on which a change of it was drafted.
    case moved
    /// Another resource of the type has the value of an attribute that is unique.
    case taken(type: String, attribute: String)
    /// No resource has the id.
    case absent(id: String)
    /// The page that was asked for is larger than `Query.bytesMax`.
    case pageTooLarge(bytesMax: Int)
    /// The request has used up what it may cost.
    case tooCostly
    /// The client has gone: nobody will read the answer.
    case abandoned
    /// Somebody else has held the lock for too long; later it will be free.
    case busy(cause: String)
    /// The disk is full.
    case full(cause: String)
    /// The store cannot be used as it is; somebody has to mend it.
    case unusable(cause: String)
    /// The store cannot be used for a moment; it mends itself.
    case changing(cause: String)
    /// What is stored cannot be read.
    case damaged(cause: String)
    /// A mistake of the program.
    case failed(cause: String)
}

extension SCIMError {
    /// What the client is told of a failure of the store: the one place that decides it.
    package init(_ error: StoreError) {
        switch error {
        case .moved:
            self = .unavailable(
                "others change the resource at the same time; try again",
                cause: "the resource moved at each of several tries",
                retryAfterSeconds: 1
            )
        case .taken(let type, let attribute):
            self = .uniqueness("there is already a \(type) with this \(attribute)")
        case .absent(let id):
            self = .invalidValue("members: there is no resource with the id \(id.prefix(64))")
        case .pageTooLarge(let bytesMax):
            self = .tooMany(
                "the page is larger than \(bytesMax) bytes; ask for fewer resources (count)"
                    + " or leave their members out (excludedAttributes)"
            )
        case .tooCostly:
            self = .tooMany("the request takes too long; ask for less at a time")
        case .abandoned:
            self = .unavailable(
                "the client has gone",
                cause: "the client has gone",
                retryAfterSeconds: nil
            )
        case .busy(let cause):
            self = .unavailable(
                "the directory is busy; try again",
                cause: cause,
                retryAfterSeconds: 2
            )
        case .full(let cause):
            self = .unavailable(
                "the directory's disk is full",
                cause: cause,
                retryAfterSeconds: 60
            )
        case .unusable(let cause):
            self = .unavailable(
                "the directory's database cannot be used; the server's log says why",
                cause: cause,
                retryAfterSeconds: nil
            )
        case .changing(let cause):
            self = .unavailable(
                "the directory's database is being replaced; try again",
                cause: cause,
                retryAfterSeconds: 2
            )
        case .damaged(let cause):
            self.init(status: 500, detail: "the stored resource cannot be read", cause: cause)
        case .failed(let cause):
            self.init(status: 500, detail: "an internal error occurred", cause: cause)
        }
    }

    /// What the client is told of whatever a step of a use case threw.
    package init(any error: any Error) {
        switch error {
        case let error as SCIMError: self = error
        case let error as StoreError: self.init(error)
        default: self.init(StoreError.failed(cause: "\(type(of: error))"))
        }
    }
}

/// Runs a step of a use case; what it throws becomes what the client is told.
func answering<Result>(_ body: () throws -> Result) throws(SCIMError) -> Result {
    do {
        return try body()
    } catch {
        throw SCIMError(any: error)
    }
}
