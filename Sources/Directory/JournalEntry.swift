import SCIM

/// A change, for the administrator and for receivers: who changed what, and whom it concerns; or
/// what somebody asked for in vain.
///
/// Holds no secrets: of a password only that there was one.
package struct JournalEntry: Sendable, Equatable {
    package enum Action: String, Sendable {
        case create, replace, modify, delete
        /// Which leaves an entry where it was refused.
        case read
        /// Of a token.
        case revoke
        /// To the console.
        case signIn
        /// Of the audit trail.
        case clear, export
    }

    /// Who made a change.
    package enum Actor: Sendable, Equatable {
        /// A client, by its token.
        case token(id: Int64, name: String)
        /// Somebody in the console.
        case administrator(id: Int64, name: String)
        /// Somebody at the command line, by the name of the system's user.
        case command(user: String)
        /// The program itself.
        case system

        /// `token`, `administrator`, `command` or `system`.
        package var type: String {
            switch self {
            case .token: "token"
            case .administrator: "administrator"
            case .command: "command"
            case .system: "system"
            }
        }

        /// Empty for the program itself.
        package var name: String {
            switch self {
            case .token(_, let name), .administrator(_, let name), .command(let name): name
            case .system: ""
            }
        }
    }

    /// What was changed, or was to be.
    package struct Subject: Sendable, Equatable {
        /// Name of the resource type, or `Token`, `Receiver`, `Administrator`, `Settings`, `Audit`;
        /// empty where nothing is meant.
        package let type: String
        package let id: String
        /// The name people know it by, after the change; empty where it has none.
        package let name: String
        /// After the change, and 0 for what has no versions; a deletion is a version of its own.
        package let version: Int64

        package init(type: String, id: String, name: String, version: Int64 = 0) {
            self.type = type
            self.id = id
            self.name = name
            self.version = version
        }
    }

    /// Rises with every entry and is never given twice; 0 before the store has given one.
    package var sequence: Int64 = 0
    package let at: Instant
    /// Of the request that the change came with, as the log shows it.
    package let requestID: String
    package let actor: Actor
    package let action: Action
    package let subject: Subject
    /// Ids of the resources whose rights may differ now and that the store's present state does
    /// not tell: members that came and went, those of a group that is no more.
    package let concerned: [String]
    /// `attributes` that changed, and the `changes` of them with their values; `active` where it
    /// changed, numbers of members `added` and `removed`, `rewrites`; `display`, another name of
    /// somebody; `error`, what a client was told in vain; `bodyBytes` of a body that is too long to
    /// be kept.
    package let detail: JSONObject
    /// The request that it came with; `nil` where there was none, or it is not known any more.
    package var request: RequestTrace?

    package init(
        at: Instant,
        requestID: String,
        actor: Actor,
        action: Action,
        subject: Subject,
        concerned: [String] = [],
        detail: JSONObject = [:],
        request: RequestTrace? = nil
    ) {
        self.at = at
        self.requestID = requestID
        self.actor = actor
        self.action = action
        self.subject = subject
        self.concerned = concerned
        self.detail = detail
        self.request = request
    }
}

extension Directory {
    /// An entry about something that is no resource, with who asked and the request that asked.
    func entry(
        _ action: JournalEntry.Action,
        _ subject: JournalEntry.Subject,
        _ detail: JSONObject,
        _ caller: Caller,
        concerned: [String] = []
    ) -> JournalEntry {
        let now = now()
        return JournalEntry(
            at: now,
            requestID: caller.requestID,
            actor: caller.actor,
            action: action,
            subject: subject,
            concerned: concerned,
            detail: detail,
            request: caller.request?.trace(at: now)
        )
    }
}
