import Delivery
import Directory
import SCIM

/// What is wrong, each with its cure: the part of the overview that somebody has to act on.
struct OverviewNeeds {
    private let visit: Visit
    private let overview: Overview

    init(_ visit: Visit, _ overview: Overview) {
        self.visit = visit
        self.overview = overview
    }

    struct Need {
        let mood: Mood
        /// A sentence without its full stop.
        let title: HTML
        /// What it means, and what to do.
        let text: HTML
        /// Buttons and links; `nil` where there are none.
        let cure: HTML?
    }

    /// The worst first.
    var all: [Need] {
        let needs = checks + overview.standings.flatMap(needs) + tokens
        return needs.filter { $0.mood == .bad } + needs.filter { $0.mood != .bad }
    }

    /// Nothing where nothing is wrong.
    var html: HTML? {
        let needs = all
        if needs.isEmpty { return nil }
        return """
            <section class="flow" aria-labelledby="todo">
            <h2 id="todo">Needs you</h2>
            \(needs.map(banner))</section>

            """
    }

    private func banner(_ need: Need) -> HTML {
        """
        <div class="banner \(need.mood.name)">
        \(need.mood.icon)
        <h3>\(need.title)</h3>
        <p>\(need.text)</p>
        \(need.cure.map { "<div class=\"actions\">\($0)</div>\n" })</div>

        """
    }

    private func button(_ href: Href, _ text: HTML) -> HTML {
        "<a class=\"button\" href=\"\(visit.path(href))\">\(text)</a>"
    }

    // MARK: The program's surroundings

    private var checks: [Need] {
        overview.failedChecks.map { check in
            let cure: HTML? = check.cure.map { "What to do: <code>\($0)</code>" }
            return Need(
                mood: Mood(check.level),
                title: "\(check.text)",
                text: cure ?? "The server’s log says more.",
                cure: nil
            )
        }
    }

    // MARK: Receivers

    private func needs(_ standing: Overview.Standing) -> [Need] {
        [trouble(standing), stuck(standing), late(standing), paused(standing)].compactMap(\.self)
    }

    private func trouble(_ standing: Overview.Standing) -> Need? {
        guard let trouble = standing.receiver.trouble else { return nil }
        let next: HTML =
            trouble.retryAt.map { "It is tried again by itself, next at \(visit.clock($0))." }
            ?? "It is not tried again before somebody has mended that."
        return Need(
            mood: trouble.retryAt == nil ? .bad : .warn,
            title: "\(standing.name) cannot be reached",
            text: """
                \(trouble.problem.message) Since \(visit.when(trouble.since)) \
                \(HTML.count(standing.backlog.waiting, "change waits", "changes wait")), and whoever \
                left since then still gets in there. \(next) <code>\(trouble.problem.code)</code>
                """,
            cure: "\(post("retry", standing, "Try \(standing.name) now")) \(look("waiting"))"
        )
    }

    private func stuck(_ standing: Overview.Standing) -> Need? {
        let count = standing.backlog.parked
        if count == 0 { return nil }
        let reason: HTML? = standing.example.map { problem in
            """
             \(count == 1 ? "The reason" : "One reason" as HTML): \(problem.message) \
            <code>\(problem.code)</code>
            """
        }
        return Need(
            mood: .warn,
            title: """
                \(count == 1 ? "1 change" : "\(HTML.number(count)) changes" as HTML) did not get to \
                \(standing.name)
                """,
            text: """
                \(standing.name) will not have \(count == 1 ? "it" : "them" as HTML) as \
                \(count == 1 ? "it is" : "they are" as HTML), or it failed for three days. Cure the \
                reason, then send again.\(reason)
                """,
            cure: look(nil)
        )
    }

    private func late(_ standing: Overview.Standing) -> Need? {
        guard overview.isLate(standing), let oldest = standing.backlog.oldestDue else {
            return nil
        }
        return Need(
            mood: .warn,
            title: "Nobody sends to \(standing.name)",
            text: """
                \(HTML.count(standing.backlog.waiting, "change waits", "changes wait")), the oldest \
                since \(visit.when(oldest)). Roster sends by itself after each change; if it goes on, \
                the server’s log says what hinders it.
                """,
            cure: "\(post("retry", standing, "Send to \(standing.name) now")) \(look("waiting"))"
        )
    }

    private func paused(_ standing: Overview.Standing) -> Need? {
        guard standing.receiver.isPaused, standing.backlog.waiting > 0 else { return nil }
        return Need(
            mood: .warn,
            title: "Sending to \(standing.name) is paused",
            text: """
                \(HTML.count(standing.backlog.waiting, "change waits", "changes wait")) there, and \
                leavers keep their access until you go on.
                """,
            cure:
                "\(post("continue", standing, "Continue with \(standing.name)")) \(look("waiting"))"
        )
    }

    private func look(_ state: String?) -> HTML {
        let href = Href("deliveries").with("state", state)
        return "<a href=\"\(visit.path(href))\">See the deliveries</a>"
    }

    private func post(_ action: String, _ standing: Overview.Standing, _ text: HTML) -> HTML? {
        guard visit.mayChange else { return nil }
        return visit.form(
            Href("deliveries", action),
            content: """
                <input type="hidden" name="receiver" value="\(standing.receiver.name)">\
                <button>\(text)</button>
                """
        )
    }

    // MARK: Tokens

    private var tokens: [Need] {
        if overview.tokens.valid.isEmpty, !overview.tokens.isEmpty {
            return [
                Need(
                    mood: .bad,
                    title: "No token is valid",
                    text: """
                        Every provider is refused: new people get no account, and leavers keep their \
                        access.
                        """,
                    cure: visit.mayChange ? button(Href("tokens", "new"), "Make a token") : nil
                )
            ]
        }
        return overview.tokens.ending.map(ending) + overview.tokens.failing.map(failing)
    }

    private func ending(_ token: Token) -> Need {
        let successor = Href("tokens", "new").with("rotate", token.name)
        return Need(
            mood: .warn,
            title: """
                The token \(token.name) ends in \(visit.remaining(until: token.expires ?? visit.now)), \
                on \(token.expires.map(visit.day))
                """,
            text: """
                From then on \(Provider.phrase(token.profile)) is refused. Make its successor now and \
                paste it there; both are valid until you revoke the old one.
                """,
            cure: visit.mayChange ? button(successor, "Make the successor") : nil
        )
    }

    private func failing(_ token: Token) -> Need {
        let refused = Href("audit").with("by", token.name).with("result", "refused")
        return Need(
            mood: .warn,
            title: "The last request with the token \(token.name) failed",
            text: """
                <code>\(token.lastRequest ?? "")</code> \(token.used.map(visit.when)). What was asked, \
                and why it was refused, stands in the audit; the provider’s log has the same words.
                """,
            cure: button(refused, "See what was refused")
        )
    }
}
