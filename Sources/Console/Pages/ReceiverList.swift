import Delivery
import Directory
import SCIM

/// `/receivers`: sites and webhooks, how they stand, and what can be done with them.
struct ReceiverList {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func sheet() throws -> Sheet {
        let receivers = try visit.read { store -> [(Receiver, Backlog)] in
            try store.receivers().map { ($0, try store.backlog(of: $0.id)) }
        }
        return Sheet(
            "Receivers",
            .receivers,
            """
            <div class="head"><h1>Receivers</h1>\(add())</div>
            <p>They are told of every change, at once.</p>
            \(Notice(visit)?.banner)
            \(try receivers.map(card))
            \(receivers.isEmpty ? nothing() : nil)
            """
        )
    }

    private func add() -> HTML? {
        guard visit.mayChange else { return nil }
        return """
            <p class="actions"><a class="button primary" \
            href="\(visit.path(Href("receivers", "new", "wordpress")))">Connect a WordPress site</a> \
            <a class="button" href="\(visit.path(Href("receivers", "new", "webhook")))">Add a \
            webhook</a></p>
            """
    }

    private func nothing() -> HTML {
        """
        <section class="card empty flow">
        <h2>Nobody is told of changes</h2>
        <p>A WordPress site is told, whose accounts Roster then keeps up to date, or any address \
        that takes webhooks.</p>
        </section>
        """
    }

    // MARK: One

    private func card(_ receiver: Receiver, _ backlog: Backlog) throws -> HTML {
        let facts =
            receiver.kind == .wordpress
            ? self.facts(try WordPressSite(receiver)) : self.facts(try Webhook(receiver))
        return HTML.card(
            """
            <div class="head"><h2>\(receiver.name)</h2>\(state(receiver, backlog))</div>
            \(HTML.facts(facts + self.facts(receiver, backlog)))
            \(links(receiver))
            \(actions(receiver))
            """
        )
    }

    private func facts(_ site: WordPressSite) -> [(name: HTML, value: HTML)] {
        var facts: [(name: HTML, value: HTML)] = [
            ("Kind", "WordPress"), ("Address", "<a href=\"\(site.url)/wp-admin/\">\(site.url)</a>"),
        ]
        if let connectTo = site.connectTo {
            facts.append(("Connects to", "<code>\(connectTo)</code>"))
        }
        if site.formerSecret != nil {
            facts.append(
                ("Secret", "A new one was made; the old one is good until the test succeeds.")
            )
        }
        return facts
    }

    private func facts(_ webhook: Webhook) -> [(name: HTML, value: HTML)] {
        let events = webhook.events.isEmpty ? "all" : webhook.events.joined(separator: ", ")
        return [
            ("Kind", "Webhook, signed as Standard Webhooks"),
            ("Address", "<code>\(webhook.url)</code>"), ("Events", "\(events)"),
        ]
    }

    private func facts(_ receiver: Receiver, _ backlog: Backlog) -> [(name: HTML, value: HTML)] {
        var facts: [(name: HTML, value: HTML)] = []
        if let trouble = receiver.trouble {
            let next: HTML? = trouble.retryAt.map { " The next try is at \(visit.clock($0))." }
            facts.append(
                (
                    "Trouble",
                    """
                    \(trouble.problem.message) <code>\(trouble.problem.code)</code>, since \
                    \(visit.when(trouble.since)).\(next)
                    """
                )
            )
        }
        facts.append(("Waiting", waiting(backlog)))
        if backlog.parked > 0 {
            facts.append(
                (
                    "Stuck",
                    """
                    <a href="\(visit.path(Href("deliveries").with("receiver", receiver.name)))">\
                    \(HTML.count(backlog.parked, "change", "changes"))</a>
                    """
                )
            )
        }
        return facts
    }

    private func waiting(_ backlog: Backlog) -> HTML {
        if backlog.waiting == 0 { return "Nothing" }
        let path = visit.path(Href("deliveries").with("state", "waiting"))
        return """
            <a href="\(path)">\(HTML.number(backlog.waiting))</a>\
            \(backlog.oldestDue.map { ", the oldest since \(visit.when($0))" as HTML })
            """
    }

    private func state(_ receiver: Receiver, _ backlog: Backlog) -> HTML {
        if receiver.isPaused { return Mood.off.badge("Paused") }
        if let trouble = receiver.trouble {
            return trouble.retryAt == nil
                ? Mood.bad.badge("Not reached") : Mood.warn.badge("Trying again")
        }
        if backlog.parked > 0 { return Mood.warn.badge("\(HTML.number(backlog.parked)) stuck") }
        return backlog.waiting > 0 ? Mood.wait.badge("Sending") : Mood.good.badge("Working")
    }

    private func links(_ receiver: Receiver) -> HTML? {
        guard receiver.kind == .wordpress else { return nil }
        let links = [Topic.mapping, .roles, .settings].map { topic -> HTML in
            """
            <a href="\(visit.path(topic.href.with("site", receiver.name)))">\(topic.title)\
            <span class="hide"> of \(receiver.name)</span></a>
            """
        }
        return "<p class=\"actions\">\(links.joined(" "))</p>"
    }

    private func actions(_ receiver: Receiver) -> HTML? {
        guard visit.mayChange else { return nil }
        var actions: [HTML] = []
        if receiver.kind == .wordpress {
            actions.append(button(receiver, "test", "Test now"))
            actions.append(link(receiver, "secret", "New secret"))
        }
        actions.append(
            receiver.isPaused
                ? button(receiver, "continue", "Continue") : button(receiver, "pause", "Pause")
        )
        actions.append(link(receiver, "resend", "Send everybody again"))
        actions.append(link(receiver, "disconnect", "Disconnect"))
        return "<div class=\"actions\">\(actions)</div>"
    }

    private func button(_ receiver: Receiver, _ action: String, _ word: HTML) -> HTML {
        visit.form(
            Href("receivers", receiver.name, action),
            content: "<button>\(word)<span class=\"hide\"> \(receiver.name)</span></button>"
        )
    }

    /// To a page that asks first.
    private func link(_ receiver: Receiver, _ action: String, _ word: HTML) -> HTML {
        """
        <a class="button" href="\(visit.path(Href("receivers", receiver.name, action)))">\(word)\
        <span class="hide"> \(receiver.name)</span></a>
        """
    }
}

/// What is asked before it is done, as it reaches all accounts or cannot be undone.
struct ReceiverQuestion {
    let sheet: Sheet

    /// - Returns: `nil` for what is not asked about.
    init?(_ visit: Visit, _ receiver: Receiver, _ action: String) {
        let (heading, text, button, isDanger): (HTML, HTML, HTML, Bool)
        let name: HTML = "\(receiver.name)"
        switch action {
        case "resend":
            (heading, button, isDanger) = (
                "Send everybody to \(name) again?", "Send everybody", false
            )
            text = """
                Each account is made what it should be, whatever was changed in between. To an \
                account that is right nothing happens; 100,000 take about 20 minutes. New changes go \
                first.
                """
        case "secret" where receiver.kind == .wordpress:
            (heading, button, isDanger) = (
                "Make a new secret for \(name)?", "Make a new secret", false
            )
            text = """
                It is shown once. The old one stays good until a test finds that the site knows the \
                new one; nothing is held up.
                """
        case "disconnect":
            (heading, button, isDanger) = ("Disconnect \(name)?", "Disconnect \(name)", true)
            text =
                receiver.kind == .wordpress
                ? """
                Its mapping, roles and settings are forgotten. Accounts stay as they are: who leaves \
                from now on keeps access there. To stop for a while, pause it instead.
                """
                : "It is told of nothing any more. To stop for a while, pause it instead."
        default: return nil
        }
        let form = visit.form(
            Href("receivers", receiver.name, action),
            classes: "actions",
            content: """
                <button class="\(isDanger ? "danger" : "primary")">\(button)</button> \
                <a href="\(visit.path(Href("receivers")))">Cancel</a>
                """
        )
        sheet = Sheet(
            "Receivers",
            .receivers,
            """
            <p class="soft"><a href="\(visit.path(Href("receivers")))">Receivers</a></p>
            <h1>\(heading)</h1>
            \(HTML.card(labelled: "What follows", "<p>\(text)</p>\n\(form)"))
            """
        )
    }
}
