import Directory
import SCIM

/// `/tokens`: who may use the endpoint.
struct TokenPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        let tokens = try visit.read { store in try TokenBook(store, at: visit.now) }
        if path.isEmpty { return .sheet(try list(tokens)) }
        if path == ["new"] {
            guard visit.mayChange else { return .sheet(.denied(visit)) }
            return .sheet(TokenForm(visit, tokens).sheet())
        }
        return try token(path, tokens).map { token in
            .sheet(visit.mayChange ? question(token, tokens) : .denied(visit))
        }
    }

    func change(_ path: [String]) throws -> Reply? {
        let tokens = try visit.read { store in try TokenBook(store, at: visit.now) }
        if path == ["new"] { return .sheet(try TokenForm(visit, tokens).send()) }
        guard let token = try token(path, tokens) else { return nil }
        _ = try visit.directory.revoke(by: visit.caller) { $0.id == token.id }
        return .seeOther(Href("tokens"))
    }

    /// The token that is to be revoked.
    private func token(_ path: [String], _ tokens: TokenBook) throws -> Token? {
        guard path.count == 2, path[1] == "revoke", let id = Int64(path[0]) else { return nil }
        return tokens[id].flatMap { $0.isValid(at: visit.now) ? $0 : nil }
    }

    // MARK: The list

    private static let pastMax = 50

    private func list(_ tokens: TokenBook) throws -> Sheet {
        let make: HTML? =
            visit.mayChange
            ? """
            <p><a class="button primary" href="\(visit.path(Href("tokens", "new")))">Make a token</a>\
            </p>
            """ : nil
        return Sheet(
            "Tokens",
            .tokens,
            """
            <div class="head">
            <div class="flow">
            <h1>Tokens</h1>
            <p class="soft">A token lets one provider in. It is shown once, when it is made; Roster \
            keeps only its fingerprint.</p>
            </div>
            \(make)
            </div>
            \(valid(tokens))\(past(tokens))\(strangers(try strangersCounts()))
            """
        )
    }

    // MARK: Requests without a token

    /// Of yesterday and today.
    private func strangersCounts() throws -> [Int] {
        let (days, now) = (DayRow(2, before: visit.now, in: visit.zone), visit.now)
        let hours = try visit.read { store in
            try store.hourCounts(of: days, until: now)
        }
        return Overview.counts(hours, days)[.unauthenticated] ?? [0, 0]
    }

    private func strangers(_ counts: [Int]) -> HTML {
        let make: HTML =
            visit.mayChange
            ? "<a href=\"\(visit.path(Href("tokens", "new")))\">Make a new one</a>"
            : "Have a new one made"
        return HTML.card(
            """
            <h2>Requests without a valid token</h2>
            <p>\(HTML.number(counts.last ?? 0)) today, \(HTML.number(counts.first ?? 0)) yesterday. \
            They are turned away with 401 and counted, not stored, so that nobody can fill your \
            disk.</p>
            <p>If a provider of yours is among them: its token was revoked, has expired, or was cut \
            when it was pasted. \(make) and paste it.</p>
            """,
            id: "refused"
        )
    }

    // MARK: The tables

    private func valid(_ tokens: TokenBook) -> HTML {
        if tokens.valid.isEmpty {
            return """
                <section class="card empty"><p class="soft">No token is valid, so nobody can send \
                anything. Make one for your provider.</p></section>

                """
        }
        var table = Listing(
            caption: "Valid tokens. Last use is kept to the minute.",
            columns: [
                .init("Name"), .init("May"), .init("Last used", label: "Used"), .init("Expires"),
                .init("State"),
            ] + (visit.mayChange ? [.init("Do")] : [])
        )
        table.rows = tokens.valid.map { token in
            .cells([
                name(token), token.rights.words, use(token),
                token.expires.map(visit.day) ?? "Does not expire", tokens.state(token, visit),
                actions(token),
            ])
        }
        return HTML.card("<h2>Valid</h2>\n\(table.html)")
    }

    private func use(_ token: Token) -> HTML {
        guard let used = token.used else { return "Never" }
        let request: HTML? = token.lastRequest.map { "<small><code>\($0)</code></small>" }
        return "\(visit.when(used))\(request)"
    }

    private func name(_ token: Token) -> HTML {
        let domain: HTML? = token.domain == "default" ? nil : " · domain \(token.domain)"
        return "\(token.name)<small>\(Provider.title(token.profile))\(domain)</small>"
    }

    private func actions(_ token: Token) -> HTML {
        let successor = Href("tokens", "new").with("rotate", token.name)
        let revoke = Href("tokens", String(token.id), "revoke")
        return """
            <p class="actions"><a href="\(visit.path(successor))">Replace<span class="hide"> \
            \(token.name)</span></a> <a href="\(visit.path(revoke))">Revoke<span class="hide"> \
            \(token.name)</span></a></p>
            """
    }

    private func past(_ tokens: TokenBook) -> HTML? {
        let past = tokens.past
        if past.isEmpty { return nil }
        var table = Listing(
            caption: "Revoked and expired tokens, the newest first",
            isCaptionHidden: true,
            columns: [.init("Name"), .init("Last used", label: "Used"), .init("Ended")]
        )
        table.rows = past.prefix(Self.pastMax).map { token in
            let end: HTML =
                token.revoked.map { "Revoked \(visit.when($0))" }
                ?? "Expired \(token.expires.map(visit.when))"
            return .cells([name(token), token.used.map(visit.when) ?? "Never", end])
        }
        let more: HTML? =
            past.count > Self.pastMax
            ? "<p class=\"soft\">Older ones stand in the audit.</p>" : nil
        return """
            <details class="card">
            <summary>\(HTML.number(past.count)) that no longer work\(past.count == 1 ? "s" : nil)\
            </summary>
            \(table.html)\(more)
            </details>
            """
    }

    // MARK: Revoking

    private func question(_ token: Token, _ tokens: TokenBook) -> Sheet {
        let client = Provider.title(token.profile)
        let used: HTML =
            token.used.map { "\(client) last used it \(visit.when($0))" }
            ?? "Nobody has used it yet"
        let others = tokens.substitutes(for: token)
        let rest: HTML =
            others.isEmpty
            ? "there is no other valid token for it"
            : "\(others.map { "<b>\($0.name)</b>" as HTML }.joined(", ")) stays valid"
        let consequence: HTML? =
            others.isEmpty && token.rights == .write
            ? """
            <li>New people get no account, and <b>leavers keep their access</b>, until \(client) has \
            another token.</li>

            """ : nil
        return Sheet(
            "Revoke \(token.name)?",
            .tokens,
            """
            <p class="soft"><a href="\(visit.path(Href("tokens")))">Tokens</a></p>
            <h1>Revoke the token \(token.name)?</h1>
            \(visit.form(
                Href("tokens", String(token.id), "revoke"),
                classes: "card flow",
                content: """
                    <p><b>\(used), and \(rest).</b></p>
                    <ul class="plain">
                    <li>From the next request on it is refused with 401.</li>
                    \(consequence)<li>Users, groups and WordPress accounts stay as they are.</li>
                    <li>It cannot be undone. You can make a new token at any time.</li>
                    </ul>
                    \(answers(token))
                    """
            ))
            """
        )
    }

    private func answers(_ token: Token) -> HTML {
        let successor = Href("tokens", "new").with("rotate", token.name)
        return """
            <p class="actions"><button class="danger">Revoke \(token.name)</button> \
            <a class="button" href="\(visit.path(successor))">Make its successor first</a> \
            <a href="\(visit.path(Href("tokens")))">Cancel</a></p>
            """
    }
}

extension Token.Rights {
    var words: HTML {
        switch self {
        case .write: "Read and change"
        case .read: "Read only"
        }
    }
}

extension Visit {
    /// How long it still takes: `9 days`.
    func remaining(until instant: Instant) -> HTML {
        HTML.duration(seconds: (instant.microseconds - now.microseconds) / 1_000_000)
    }
}
