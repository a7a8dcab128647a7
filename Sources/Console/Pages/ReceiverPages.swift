import Delivery
import Directory
import SCIM

/// `/receivers`: who is told of changes.
struct ReceiverPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        if path.isEmpty { return .sheet(try ReceiverList(visit).sheet()) }
        guard path.count == 2 else { return nil }
        guard visit.mayChange else { return .sheet(.denied(visit)) }
        switch path {
        case ["new", "wordpress"]: return .sheet(ReceiverForm(visit).wordPress(nil))
        case ["new", "webhook"]: return .sheet(ReceiverForm(visit).webhook(nil))
        default:
            let receiver = try visit.directory.receiver(named: path[0])
            return ReceiverQuestion(visit, receiver, path[1]).map { .sheet($0.sheet) }
        }
    }

    func change(_ path: [String]) throws -> Reply? {
        guard path.count == 2 else { return nil }
        switch path {
        case ["new", "wordpress"]: return try connect()
        case ["new", "webhook"]: return try addWebhook()
        default: return try change(try visit.directory.receiver(named: path[0]), path[1])
        }
    }

    private static let list = Href("receivers")

    private func change(_ receiver: Receiver, _ action: String) throws -> Reply? {
        switch action {
        case "pause", "continue":
            let isPaused = action == "pause"
            try visit.directory.update(receiver, by: visit.caller, attributes: ["paused"]) {
                $0.isPaused = isPaused
            }
            return (isPaused ? Notice.paused : .goesOn).href(Self.list)
        case "test" where receiver.kind == .wordpress: return try test(receiver)
        case "secret" where receiver.kind == .wordpress:
            let site = try connection.change(receiver) { $0.exchangeSecret() }
            return .sheet(ReceiverForm(visit).secret(site, receiver.name, .exchanged))
        case "resend":
            try visit.directory.resendAll(to: receiver, by: visit.caller)
            return Notice.resent.href(Self.list)
        case "disconnect":
            try visit.directory.remove(receiver, by: visit.caller)
            return Notice.removed.href(Self.list)
        default: return nil
        }
    }

    private var connection: WordPressConnection {
        WordPressConnection(visit.directory, by: visit.caller)
    }

    // MARK: New ones

    private func connect() throws -> Reply {
        do {
            let address = try ReceiverAddress(visit.form)
            let site = try adding {
                try connection.connect(address.name, url: address.url.text, at: visit.now) { site in
                    site.connectTo = address.connectTo
                    site.headers = address.headers
                }
            }
            return .sheet(ReceiverForm(visit).secret(site, address.name, .connected))
        } catch let fault as FormFault {
            return .sheet(ReceiverForm(visit).wordPress(fault))
        }
    }

    private func addWebhook() throws -> Reply {
        do {
            let address = try ReceiverAddress(visit.form)
            var webhook = Webhook(url: address.text, secret: .init())
            webhook.connectTo = address.connectTo
            webhook.headers = address.headers
            webhook.events = visit.form.values("event").filter(Webhook.isKind)
            if webhook.events.isEmpty {
                throw FormFault(field: "event", message: "Choose what it is told of.")
            }
            if webhook.events.count == Webhook.kinds.count { webhook.events = [] }
            let receiver = Receiver(
                kind: .webhook,
                name: address.name,
                scope: webhook.scope,
                settings: webhook.settings,
                created: visit.now
            )
            _ = try adding { try visit.directory.add(receiver, by: visit.caller) }
            return .sheet(ReceiverForm(visit).secret(webhook, address.name))
        } catch let fault as FormFault {
            return .sheet(ReceiverForm(visit).webhook(fault))
        }
    }

    /// What a name that cannot be is to those who typed it.
    private func adding<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SCIMError where error.status == 409 {
            throw FormFault(field: "name", message: "Another receiver has that name.")
        } catch let error as SCIMError where error.status == 400 {
            throw FormFault(field: "name", message: "\(error.detail).")
        }
    }

    // MARK: Trying

    private func test(_ receiver: Receiver) throws -> Reply {
        do {
            _ = try connection.confirm(
                receiver,
                telephone: visit.surroundings.telephone,
                now: visit.surroundings.now
            )
            return Notice.answers.href(Self.list)
        } catch let failure as WordPressDesk.Failure {
            let site = try WordPressSite(receiver)
            let cure = failure.problem.cure.map { "<p>\($0)</p>" as HTML }
            let banner = Mood.bad.banner(
                "The answer is not the plugin’s",
                "\(failure.problem.message) <code>\(failure.problem.code)</code>",
                role: "alert"
            )
            return .sheet(
                Sheet(
                    "Test",
                    .receivers,
                    """
                    <p class="soft"><a href="\(visit.path(Self.list))">Receivers</a></p>
                    <h1>\(site.host) does not answer as it should</h1>
                    \(banner)
                    \(HTML.card("<h2>What to do</h2>\n\(cure ?? "<p>Try again in a while.</p>")"))
                    """
                )
            )
        }
    }
}

extension Problem {
    /// What to do about a site that does not answer as it should, on a page.
    fileprivate var cure: HTML? {
        switch code {
        case "scim_bad_signature", "scim_unsigned":
            """
            The site has another secret. Make a new one here, and put its line into wp-config.php, \
            above the line that says to stop editing.
            """
        case "scim_stale":
            "The clocks of the two machines are more than 5 minutes apart: set them by NTP."
        case "no_plugin":
            """
            Is the plugin <code>roster.php</code> in <code>wp-content/mu-plugins</code>, or \
            activated? Does a firewall, a password in front of the site or a redirect to another \
            address answer instead?
            """
        case "unreachable", "late":
            """
            Can this machine reach the site by this address? Where it cannot reach itself by its \
            public address, connect to <code>127.0.0.1:443</code> instead.
            """
        case "no_curl":
            """
            Install the program curl, or define <code>ROSTER_URL</code> and \
            <code>ROSTER_NAME</code> in wp-config.php: then the plugin asks for what is due.
            """
        default: nil
        }
    }
}
