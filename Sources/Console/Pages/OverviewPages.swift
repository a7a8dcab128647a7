import Delivery
import Directory
import SCIM

/// `/`: whether it works, and what needs somebody.
struct OverviewPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        guard path.isEmpty else { return nil }
        let overview = try Overview(visit)
        let needs = OverviewNeeds(visit, overview)
        return .sheet(overview.isNew ? beginning(overview, needs) : sheet(overview, needs))
    }

    private func sheet(_ overview: Overview, _ needs: OverviewNeeds) -> Sheet {
        Sheet(
            "Overview",
            .overview,
            """
            <h1>\(people(overview)) \(answer(overview, needs))</h1>
            \(HTML.card(labelled: "The way of a change", way(overview)))\(needs.html)
            <div class="two">
            <div class="flow">
            \(month(overview))\(latest(overview))</div>
            <div class="flow">
            \(figures(overview))\(providers(overview))\(receivers(overview))</div>
            </div>
            \(passed(overview))
            """
        )
    }

    // MARK: The first line

    private func people(_ overview: Overview) -> HTML {
        guard let active = overview.active else {
            return overview.users == 1
                ? "1 person is here." : "\(HTML.number(overview.users)) people are here."
        }
        switch active {
        case 0: return "Nobody has access."
        case 1: return "1 person has access."
        default: return "\(HTML.number(active)) people have access."
        }
    }

    private func answer(_ overview: Overview, _ needs: OverviewNeeds) -> HTML {
        if overview.stuck > 0 {
            let count = HTML.openingCount(overview.stuck, "change is", "changes are")
            return "\(count) stuck."
        }
        let count = needs.all.count
        if count > 0 {
            return "\(HTML.openingCount(count, "thing needs", "things need")) you."
        }
        if overview.standings.isEmpty { return "No WordPress site is told of them." }
        return overview.waiting == 0
            ? "All changes are delivered."
            : "\(HTML.openingCount(overview.waiting, "change is", "changes are")) on the way."
    }

    // MARK: The way

    private func way(_ overview: Overview) -> HTML {
        Station.way(
            "From the provider to WordPress",
            [clients(overview), roster(overview), wordPress(overview)]
        )
    }

    private func clients(_ overview: Overview) -> Station {
        let clients = overview.tokens.clients
        let heard = clients.filter { $0.used != nil }.count
        let name: HTML = clients.count > 1 ? "Identity providers" : "Identity provider"
        guard let last = overview.lastUse else {
            return Station(
                mood: clients.isEmpty ? .off : .wait,
                name: name,
                text: clients.isEmpty ? "Not connected" : "Not heard from yet"
            )
        }
        let mood: Mood = overview.tokens.failing.isEmpty ? .good : .warn
        return Station(
            mood: mood,
            name: name,
            text: """
                \(heard) of \(clients.count) heard from, the last \(visit.when(last))
                """
        )
    }

    private func roster(_ overview: Overview) -> Station {
        let failed = overview.failedChecks
        let count = overview.checks.count
        let passed: HTML = count == 1 ? "1 check passed" : "\(count) checks passed"
        return Station(
            mood: Mood.worst(failed.map { Mood($0.level) }) ?? .good,
            name: "Roster",
            text: failed.isEmpty
                ? (count == 0 ? "Version \(visit.surroundings.version)" : passed)
                : "\(failed.count) of \(count) checks failed"
        )
    }

    private func wordPress(_ overview: Overview) -> Station {
        let standings = overview.standings
        let name: HTML = standings.count == 1 ? "\(standings[0].name)" : "WordPress"
        if standings.isEmpty { return Station(mood: .off, name: name, text: "Not connected") }
        var words: [HTML] = []
        let unreached = standings.filter { $0.receiver.trouble != nil }.count
        if unreached > 0 {
            words.append(standings.count == 1 ? "Not reached" : "\(unreached) not reached")
        }
        if overview.stuck > 0 { words.append("\(HTML.number(overview.stuck)) stuck") }
        if overview.waiting > 0 { words.append("\(HTML.number(overview.waiting)) waiting") }
        return Station(
            mood: Mood.worst(standings.map(overview.mood)) ?? .good,
            name: name,
            text: words.isEmpty ? "Has the newest state" : words.joined(", ")
        )
    }

    // MARK: The month

    private func month(_ overview: Overview) -> HTML {
        let first = overview.days.starts.first.map { visit.zone.time(of: $0) }
        let from = first.map(\.date)
        let audit = Href("audit").with("from", from)
        let series = { (title: HTML, label: HTML, mood: Mood, href: Href, kind: HourCount.Kind) in
            Chart.Series(
                title: title,
                label: label,
                mood: mood,
                path: visit.path(href),
                totals: overview.counts(kind)
            )
        }
        let chart = Chart(
            days: overview.days.starts.map { Visit.shortDay(visit.zone.time(of: $0)) },
            series: [
                series("Created", "Created", .good, audit.with("action", "created"), .created),
                series("Updated", "Updated", .wait, audit.with("action", "changed"), .updated),
                series(
                    "Deactivated",
                    "Ended",
                    .warn,
                    audit.with("action", "deactivated"),
                    .deactivated
                ),
                series(
                    "Refused or failed",
                    "Failed",
                    .bad,
                    audit.with("result", "refused"),
                    .failed
                ),
            ]
        )
        return HTML.card("<h2>The last 30 days</h2>\n\(chart.html)")
    }

    private func latest(_ overview: Overview) -> HTML? {
        if overview.latest.isEmpty { return nil }
        let events = overview.latest.map { entry in
            let words = AuditWords(entry: entry)
            let request = Href("audit", entry.requestID)
            let status: HTML? = entry.request.map { " · \($0.status)" }
            return Event(
                mood: entry.result == .done ? .good : .bad,
                text: entry.requestID.isEmpty ? words.sentence : link(request, words.sentence),
                note: "\(visit.when(entry.at))\(status)"
            )
        }
        return HTML.card(
            """
            <div class="head"><h2>Latest changes</h2>\(link(Href("audit"), "All changes"))</div>
            \(Event.timeline(events))
            """
        )
    }

    // MARK: Right now

    private func figures(_ overview: Overview) -> HTML {
        var figures: [(name: HTML, value: HTML)] = []
        if let active = overview.active, let inactive = overview.inactive {
            figures.append((link(Href("users"), "Active users"), .number(active)))
            let href = Href("users").with("state", "deactivated")
            figures.append((link(href, "Deactivated"), .number(inactive)))
        } else {
            figures.append((link(Href("users"), "Users"), .number(overview.users)))
        }
        figures.append((link(Href("groups"), "Groups"), .number(overview.groups)))
        let waiting = Href("deliveries").with("state", "waiting")
        figures.append((link(waiting, "Waiting to be sent"), .number(overview.waiting)))
        let strangers = overview.counts(.unauthenticated).last ?? 0
        let note: HTML? =
            strangers == 0
            ? nil
            : """
            <p class="soft">\(strangers == 1
                ? "1 request" : "\(HTML.number(strangers)) requests" as HTML) came without a valid \
            token today, counted and not stored. \
            \(link(Href("tokens").at("refused"), "What to do"))</p>
            """
        return HTML.card("<h2>Right now</h2>\n\(HTML.stats(figures))\n\(note)")
    }

    private func link(_ href: Href, _ text: HTML) -> HTML {
        "<a href=\"\(visit.path(href))\">\(text)</a>"
    }

    private func providers(_ overview: Overview) -> HTML? {
        let items: [HTML] = overview.tokens.clients.map { token in
            let title = Provider.title(token.profile)
            let name: HTML =
                Guide.exists(token.profile)
                ? link(Href("providers", token.profile), "\(title)") : "\(title)"
            let last: HTML = token.used.map { "Last request \(visit.when($0))" } ?? "No request yet"
            return """
                <li><p class="head"><span>\(name)</span> \(overview.tokens.state(token, visit))</p>\
                <p class="soft">\(last), token \(token.name)</p></li>

                """
        }
        return items.isEmpty
            ? nil : HTML.card("<h2>Providers</h2>\n<ul class=\"list\">\n\(items)</ul>")
    }

    private func receivers(_ overview: Overview) -> HTML {
        let items: [HTML] = overview.standings.map { standing in
            let kind: HTML = standing.site == nil ? "Webhook" : "WordPress"
            let rules: HTML? =
                standing.site?.rules.isEmpty == true
                ? """
                <p class="soft">Everybody gets the site’s default role. \
                \(link(Href("roles"), "Roles from groups"))</p>
                """ : nil
            return """
                <li><p class="head"><span>\(link(Href("deliveries"), "\(standing.name)"))</span> \
                \(overview.mood(standing).badge(word(standing, overview)))</p>\
                <p class="soft">\(kind), \(HTML.number(standing.backlog.waiting)) waiting</p>\(rules)</li>

                """
        }
        let content: HTML =
            items.isEmpty
            ? "<p>None is told of changes yet. \(link(Href("receivers"), "Connect a WordPress site"))</p>"
            : "<ul class=\"list\">\n\(items)</ul>"
        return HTML.card("<h2>Deliveries</h2>\n\(content)")
    }

    private func word(_ standing: Overview.Standing, _ overview: Overview) -> HTML {
        if let trouble = standing.receiver.trouble {
            return trouble.retryAt == nil ? "Not reached" : "Trying again"
        }
        if standing.backlog.parked > 0 { return "\(HTML.number(standing.backlog.parked)) stuck" }
        if standing.receiver.isPaused { return "Paused" }
        if overview.isLate(standing) { return "Late" }
        return standing.backlog.waiting > 0 ? "Sending" : "Working"
    }

    private func passed(_ overview: Overview) -> HTML? {
        let passed = overview.checks.filter { $0.level == .good }
        if passed.isEmpty { return nil }
        let items: [HTML] = passed.map { "<li>\($0.text)</li>\n" }
        return HTML.details(
            passed.count == 1 ? "1 check passed" : "\(passed.count) checks passed",
            """
            <ul class="plain">
            \(items)</ul>
            <p><a href="\(visit.path(Href("check")))">Try the way in, and the sites’ clocks</a></p>
            """
        )
    }

    // MARK: Before anything has come

    private func beginning(_ overview: Overview, _ needs: OverviewNeeds) -> Sheet {
        let client = overview.tokens.valid.last { Guide.exists($0.profile) }
        let guide: (href: Href, text: HTML) =
            client.map { token in
                (
                    Href("providers", token.profile).with("watch", "yes"),
                    "Go on with \(Provider.phrase(token.profile))"
                )
            } ?? (Href("providers"), "Choose your provider")
        let heading: HTML =
            needs.all.isEmpty
            ? "Roster works. Nobody sends it anything yet." : "Nobody sends Roster anything yet."
        return Sheet(
            "Overview",
            .overview,
            """
            <h1>\(heading)</h1>
            \(HTML.card(labelled: "The way of a change", way(overview)))\(needs.html)
            \(HTML.card(
                """
                <h2>Three steps to the first user</h2>
                <ol class="steps">
                <li><h3>Connect your identity provider</h3><p>You get an address and a token, and the \
                places where to paste them, in your provider’s own words. About five minutes.</p>\
                <p><a class="button primary" href="\(visit.path(guide.href))">\(guide.text)</a></p></li>
                <li><h3>Try one person</h3><p>Let the provider send one test user. You see here what \
                arrives, and what becomes of it in WordPress.</p></li>
                <li><h3>Decide who gets which role</h3><p>Without rules everybody gets the site’s \
                default role. \(link(Href("roles"), "Roles from groups"))</p></li>
                </ol>
                <p class="soft">Accounts that you made by hand stay as they are. Roster touches only \
                accounts that it made, or that you let it take over.</p>
                """
            ))
            \(passed(overview))
            """
        )
    }
}

extension Zone.Time {
    /// `2026-11-25`, as fields for days have it.
    var date: String {
        let twoDigits = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(twoDigits(month))-\(twoDigits(day))"
    }
}
