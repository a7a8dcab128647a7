import Delivery
import Directory
import SCIM

/// `/deliveries`: what receivers are still to be told, and why they have not been.
struct DeliveryPages: Pages {
    private let visit: Visit
    private let state: DeliveryRecord.State

    private static let pageSize = 50

    init(_ visit: Visit) {
        self.visit = visit
        state = visit.query["state"] == "waiting" ? .waiting : .parked
    }

    func read(_ path: [String]) throws -> Reply? {
        path.isEmpty ? .sheet(try list()) : nil
    }

    func change(_ path: [String]) throws -> Reply? {
        guard path.count == 1, let name = visit.form["receiver"] else { return nil }
        let receiver = try visit.directory.receiver(named: name)
        switch path[0] {
        case "send":
            guard let id = visit.form["resource"] else { return nil }
            try visit.directory.resend([id], to: receiver, by: visit.caller)
        case "retry": _ = try visit.directory.retry(receiver, by: visit.caller)
        case "pause", "continue":
            let isPaused = path[0] == "pause"
            try visit.directory.update(receiver, by: visit.caller, attributes: ["paused"]) {
                $0.isPaused = isPaused
            }
        default: return nil
        }
        return .seeOther(Href("deliveries").with("state", visit.form["state"]))
    }

    // MARK: Showing

    private struct Standing {
        let receiver: Receiver
        let backlog: Backlog
        let records: [DeliveryRecord]
        /// By the resource's id.
        let names: [String: String]
    }

    private func list() throws -> Sheet {
        let standings = try visit.read { store -> [Standing] in
            try store.receivers().map { try standing($0, in: store) }
        }
        let parked = standings.reduce(0) { $0 + $1.backlog.parked }
        let waiting = standings.reduce(0) { $0 + $1.backlog.waiting }
        return Sheet(
            "Deliveries",
            .deliveries,
            """
            <h1>\(heading(parked, waiting))</h1>
            <p>Every change goes to the receivers at once. What could not be delivered is listed \
            here, with the reason.</p>
            \(HTML.tabs(
                "State",
                [
                    tab("Stuck", parked, .parked), tab("Waiting", waiting, .waiting),
                ]
            ))
            \(standings.compactMap(trouble))
            \(standings.compactMap(card))
            \(standings.allSatisfy { $0.records.isEmpty } ? nothing() : nil)
            \(receivers(standings))
            """
        )
    }

    private func heading(_ parked: Int, _ waiting: Int) -> HTML {
        if parked > 0 {
            return parked == 1 ? "1 change is stuck" : "\(HTML.number(parked)) changes are stuck"
        }
        if waiting > 0 {
            return waiting == 1
                ? "1 change is on its way" : "\(HTML.number(waiting)) changes are on their way"
        }
        return "Everything is delivered"
    }

    private func tab(
        _ title: HTML,
        _ count: Int,
        _ state: DeliveryRecord.State
    ) -> (title: HTML, path: String, isCurrent: Bool) {
        let href = Href("deliveries").with("state", state == .waiting ? "waiting" : nil)
        return (
            "\(title) <span class=\"soft num\">\(HTML.number(count))</span>", visit.path(href),
            state == self.state
        )
    }

    private func standing(_ receiver: Receiver, in store: any StoreReading) throws -> Standing {
        let isHere = visit.query["receiver"] == receiver.name
        let records = try store.deliveries(
            to: receiver.id,
            .inState(state, after: isHere ? visit.query["after"] ?? "" : ""),
            limit: Self.pageSize + 1
        )
        var names: [String: String] = [:]
        for record in records {
            guard
                let type = visit.directory.links.types.all.first(where: { $0.name == record.type }),
                let found = try store.fetch(
                    record.resource,
                    type: type,
                    domain: "default",
                    loading: []
                )
            else { continue }
            names[record.resource] = try Person(found).name
        }
        return Standing(
            receiver: receiver,
            backlog: try store.backlog(of: receiver.id),
            records: records,
            names: names
        )
    }

    /// What keeps all from a receiver.
    private func trouble(_ standing: Standing) -> HTML? {
        guard let trouble = standing.receiver.trouble else { return nil }
        let next: HTML =
            trouble.retryAt.map { "It is tried again by itself, next \(visit.clock($0))." }
            ?? "It is not tried again before somebody has mended that."
        let again: HTML? =
            visit.mayChange
            ? visit.form(
                Href("deliveries", "retry"),
                content: """
                    <input type="hidden" name="receiver" value="\(standing.receiver.name)">\
                    <button>Try \(standing.receiver.name) now</button>
                    """
            ) : nil
        return """
            <div class="banner bad">
            \(Icon.bad)
            <h2>\(standing.receiver.name) cannot be reached</h2>
            <p>\(trouble.problem.message) <code>\(trouble.problem.code)</code> Since \
            \(visit.when(trouble.since)), \(HTML.count(trouble.attempts, "try", "tries")). \(next)</p>
            \(again.map { "<div class=\"actions\">\($0)</div>" })
            </div>

            """
    }

    private func card(_ standing: Standing) -> HTML? {
        if standing.records.isEmpty { return nil }
        var table = Listing(
            caption: state == .parked
                ? "\(standing.receiver.name): not tried again by itself"
                : "\(standing.receiver.name): sent by itself, leavers first",
            columns: [
                .init("Who"), .init("Reason"), .init(state == .parked ? "Since" : "Next try"),
                .right("Tries"), .actions,
            ]
        )
        table.rows = standing.records.prefix(Self.pageSize).map { row($0, standing) }
        return HTML.card(
            """
            \(table.html)\(more(standing))\
            \(state == .parked ? sendAll(standing) : nil)
            """
        )
    }

    private func row(_ record: DeliveryRecord, _ standing: Standing) -> Listing.Row {
        let name = standing.names[record.resource] ?? record.account?.name ?? record.resource
        let isUser = record.type == ResourceType.user.name
        let who: HTML =
            standing.names[record.resource] == nil
            ? "\(name)<small>deleted</small>"
            : """
            <a href="\(visit.path(Href(isUser ? "users" : "groups", record.resource)))">\(name)</a>\
            \(record.isUrgent ? "<small>access ends</small>" : nil)
            """
        let reason: HTML? = (record.problem ?? standing.receiver.trouble?.problem).map { problem in
            "\(problem.message) <code>\(problem.code)</code>"
        }
        let time: HTML? =
            state == .parked ? record.failingSince.map(visit.when) : record.due.map(visit.when)
        return .cells([
            who, reason ?? "Just changed", time ?? "–", "\(record.attempts)",
            send(record, standing, name) ?? "",
        ])
    }

    private func send(_ record: DeliveryRecord, _ standing: Standing, _ name: String) -> HTML? {
        guard visit.mayChange, standing.receiver.scope.type != nil else { return nil }
        return visit.form(
            Href("deliveries", "send"),
            classes: "actions",
            content: """
                <input type="hidden" name="receiver" value="\(standing.receiver.name)">\
                <input type="hidden" name="resource" value="\(record.resource)">\
                <input type="hidden" name="state" value="\(state == .waiting ? "waiting" : "")">\
                <button>Send again<span class="hide"> \(name)</span></button>
                """
        )
    }

    private func more(_ standing: Standing) -> HTML? {
        guard standing.records.count > Self.pageSize,
            let last = standing.records.dropLast().last
        else { return nil }
        let href = Href("deliveries").with("state", state == .waiting ? "waiting" : nil)
            .with("receiver", standing.receiver.name).with("after", last.resource)
        return """
            <nav class="pages" aria-label="More of \(standing.receiver.name)">\
            <a class="button" href="\(visit.path(href))">Next \(Self.pageSize) →</a></nav>
            """
    }

    private func sendAll(_ standing: Standing) -> HTML? {
        guard visit.mayChange else { return nil }
        let count = standing.backlog.parked
        return visit.form(
            Href("deliveries", "retry"),
            classes: "actions",
            content: """
                <input type="hidden" name="receiver" value="\(standing.receiver.name)">\
                <button>\(count == 1 ? "Send it again" : "Send all \(HTML.number(count)) again" as HTML)\
                <span class="hide"> to \(standing.receiver.name)</span></button>
                """
        )
    }

    private func nothing() -> HTML {
        let text: HTML =
            state == .parked
            ? "Nothing is stuck: what a receiver refuses, or what has failed for three days, is listed here."
            : "Nothing waits: what cannot be delivered at once is listed here, and tried again by itself."
        return "<section class=\"card empty\"><p class=\"soft\">\(text)</p></section>\n"
    }

    private func receivers(_ standings: [Standing]) -> HTML {
        if standings.isEmpty {
            return HTML.card(
                """
                <h2>Receivers</h2>
                <p>None is told of changes yet. <a href="\(visit.path(Href("receivers")))">Connect a \
                WordPress site</a></p>
                """
            )
        }
        var table = Listing(
            caption: "Receivers",
            isCaptionHidden: true,
            columns: [
                .init("Receiver"), .init("State"), .init("Waiting, oldest", label: "Waiting"),
                .actions,
            ]
        )
        table.rows = standings.map { standing in
            let kind: HTML = standing.receiver.kind == .wordpress ? "WordPress" : "webhook"
            let oldest = standing.backlog.oldestDue.map { due in
                let seconds = (visit.now.microseconds - due.microseconds) / 1_000_000
                return ", \(HTML.duration(seconds: max(seconds, 0)))" as HTML
            }
            return .cells([
                "\(standing.receiver.name)<small>\(kind)</small>", state(of: standing),
                """
                \(HTML.number(standing.backlog.waiting))\
                \(standing.backlog.waiting > 0 ? oldest : nil)
                """,
                pause(standing.receiver) ?? "",
            ])
        }
        return HTML.card("<h2>Receivers</h2>\n\(table.html)")
    }

    private func state(of standing: Standing) -> HTML {
        if standing.receiver.isPaused { return Mood.off.badge("Paused") }
        if let trouble = standing.receiver.trouble {
            return trouble.retryAt == nil
                ? Mood.bad.badge("Not reached") : Mood.warn.badge("Trying again")
        }
        if standing.backlog.parked > 0 {
            return Mood.warn.badge("\(HTML.number(standing.backlog.parked)) stuck")
        }
        return standing.backlog.waiting > 0
            ? Mood.wait.badge("Sending") : Mood.good.badge("Working")
    }

    private func pause(_ receiver: Receiver) -> HTML? {
        guard visit.mayChange else { return nil }
        let (action, word): (String, HTML) =
            receiver.isPaused ? ("continue", "Continue") : ("pause", "Pause")
        return visit.form(
            Href("deliveries", action),
            content: """
                <input type="hidden" name="receiver" value="\(receiver.name)">\
                <button class="link">\(word)<span class="hide"> \(receiver.name)</span></button>
                """
        )
    }
}
