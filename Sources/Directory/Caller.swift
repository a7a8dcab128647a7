import SCIM

/// Who a change comes from.
package struct Caller: Sendable {
    package let actor: JournalEntry.Actor
    /// The provisioning domain, whose `externalId`s are seen and set.
    package let domain: String
    /// Of the request, as the log shows it.
    package let requestID: String
    /// The departures from the RFCs that the profile rewrote in this request.
    package let rewrites: [String]
    /// The request that the change comes with, where there is one.
    package let request: SentRequest?

    package init(
        actor: JournalEntry.Actor,
        domain: String,
        requestID: String,
        rewrites: [String] = [],
        request: SentRequest? = nil
    ) {
        self.actor = actor
        self.domain = domain
        self.requestID = requestID
        self.rewrites = rewrites
        self.request = request
    }

    /// A client, by its token.
    package init(
        _ token: Token,
        requestID: String,
        rewrites: [String] = [],
        request: SentRequest? = nil
    ) {
        self.init(
            actor: .token(id: token.id, name: token.name),
            domain: token.domain,
            requestID: requestID,
            rewrites: rewrites,
            request: request
        )
    }
}
