import Directory
import SCIM
import Secrets

/// Any URL that takes Standard Webhooks, as a receiver.
package struct Webhook: Sendable {
    package var url: String
    package var secret: WebhookSecret
    package var connectTo: String?
    package var headers: [String] = []
    /// The kinds of events it wants, such as `user.created` or `group.*`; empty for all.
    package var events: [String] = []
    package var domain = "default"

    /// The kinds of events there are.
    package static let kinds = ["user", "group"].flatMap { type in
        ["created", "updated", "deactivated", "reactivated", "deleted"]
            .filter { type == "user" || !$0.hasSuffix("activated") }
            .map { "\(type).\($0)" }
    }

    /// Whether there are events of a kind; `user.*` and `group.*` are all of them.
    package static func isKind(_ kind: String) -> Bool {
        kinds.contains(kind) || ["user.*", "group.*"].contains(kind)
    }

    package init(url: String, secret: WebhookSecret) {
        self.url = url
        self.secret = secret
    }

    /// Reads a receiver's settings.
    ///
    /// - Throws: 500 for settings that a newer program has written.
    package init(_ receiver: Receiver) throws(SCIMError) {
        let settings = receiver.settings
        guard let url = settings["url"]?.string,
            let secret = (settings["secret"]?.string).flatMap({ WebhookSecret($0) })
        else {
            throw SCIMError(
                status: 500,
                detail: "the settings of a webhook cannot be read",
                cause: "the settings of the webhook \(receiver.name) cannot be read"
            )
        }
        self.init(url: url, secret: secret)
        connectTo = settings["connectTo"]?.string
        headers = (settings["headers"]?.array ?? []).compactMap(\.string)
        events = (settings["events"]?.array ?? []).compactMap(\.string)
        domain = settings["domain"]?.string ?? domain
    }

    package var settings: JSONObject {
        var settings: JSONObject = ["url": .string(url), "secret": .string(secret.text)]
        settings["connectTo"] = connectTo.map(JSON.string)
        settings["headers"] = .array(headers.map(JSON.string))
        settings["events"] = .array(events.map(JSON.string))
        settings["domain"] = .string(domain)
        return settings
    }

    package var scope: Receiver.Scope { Receiver.Scope(type: nil, followsGroups: false) }

    /// Whether it wants events of a kind.
    func wants(_ kind: String) -> Bool {
        events.isEmpty
            || events.contains { $0 == kind || $0.hasSuffix(".*") && kind.hasPrefix($0.dropLast()) }
    }
}
