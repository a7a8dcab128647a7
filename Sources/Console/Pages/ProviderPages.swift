import Directory
import SCIM
import Secrets

/// `/providers`: how to connect a client, in its own words.
struct ProviderPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        let tokens = try visit.read { store in try TokenBook(store, at: visit.now) }
        if path.isEmpty { return .sheet(list(tokens)) }
        guard path.count == 1, let provider = Provider.named(path[0]),
            let guide = Guide(provider.name, base: visit.endpointURL)
        else { return nil }
        let watch =
            visit.query["watch"] == "yes" ? try ProviderWatch(visit, provider, tokens) : nil
        return .sheet(ProviderSheet(visit, provider, guide, tokens, watch).sheet(.none))
    }

    func change(_ path: [String]) throws -> Reply? {
        let tokens = try visit.read { store in try TokenBook(store, at: visit.now) }
        guard path.count == 1, let provider = Provider.named(path[0]),
            let guide = Guide(provider.name, base: visit.endpointURL)
        else { return nil }
        let sheet = ProviderSheet(visit, provider, guide, tokens)
        let token = Token(
            name: visit.form["name"] ?? "",
            profile: provider.name,
            rights: .write,
            domain: "default",
            expires: visit.now.adding(seconds: Self.yearSeconds)
        )
        if let fault = token.fault { return .sheet(sheet.sheet(.refused(fault))) }
        if let made = tokens.made(token.name, after: visit.form) {
            return .sheet(.madeAlready(visit, made))
        }
        let made = try visit.directory.create(token, by: visit.caller)
        return .sheet(sheet.sheet(.made(made.token, made.secret)))
    }

    private static let yearSeconds = 365 * 86_400

    // MARK: The list

    private func list(_ tokens: TokenBook) -> Sheet {
        let all = Provider.all.filter { Guide.exists($0.name) }
        let buttons: [HTML] = all.map { provider in
            """
            <li><a class="button" href="\(visit.path(Href("providers", provider.name)))">\
            \(provider.title)</a></li>

            """
        }
        return Sheet(
            "Providers",
            .providers,
            """
            <h1>Providers</h1>
            \(connected(tokens))
            \(HTML.card(
                """
                <h2>\(tokens.valid.isEmpty ? "Connect one" : "Connect another" as HTML)</h2>
                <p>Each guide has the exact values to paste, and watches for the first request.</p>
                <ul class="grid actions">
                \(buttons)</ul>
                """
            ))
            """
        )
    }

    private func connected(_ tokens: TokenBook) -> HTML? {
        if tokens.valid.isEmpty { return nil }
        var table = Listing(
            caption: "Connected providers",
            isCaptionHidden: true,
            columns: [.init("Provider"), .init("Last request", label: "Heard"), .init("State")]
        )
        table.rows = tokens.clients.map { client in
            let title = Provider.title(client.profile)
            let name: HTML =
                Guide.exists(client.profile)
                ? """
                <a href="\(visit.path(Href("providers", client.profile)))">\(title)</a>
                """ : "\(title)"
            return .cells([
                "\(name)<small>token \(client.name)</small>",
                client.used.map { visit.when($0) } ?? "Never", tokens.state(client, visit),
            ])
        }
        return HTML.card("<h2>Connected</h2>\n\(table.html)")
    }
}

/// `/providers/{profile}`: what to paste where.
struct ProviderSheet {
    private let visit: Visit
    private let provider: Provider
    private let guide: Guide
    private let tokens: TokenBook
    /// Where somebody looks on while it happens.
    private let watch: ProviderWatch?

    init(
        _ visit: Visit,
        _ provider: Provider,
        _ guide: Guide,
        _ tokens: TokenBook,
        _ watch: ProviderWatch? = nil
    ) {
        self.visit = visit
        self.provider = provider
        self.guide = guide
        self.tokens = tokens
        self.watch = watch
    }

    /// What has become of the form for a token.
    enum TokenAnswer {
        case none
        case refused(FormFault)
        /// Shown this once.
        case made(Token, TokenSecret)

        var status: Int { if case .refused = self { 400 } else { 200 } }
    }

    /// The manual's section that a shell is used for; here a button does it.
    private static let ownSection = "In Roster"

    func sheet(_ answer: TokenAnswer) -> Sheet {
        let page = GuidePage(address)
        let cards: [HTML] = guide.sections.map { section in
            section.title == Self.ownSection
                ? values(section, page, answer) : page.card(section)
        }
        var sheet = Sheet(
            "Connect \(provider.title)",
            .providers,
            status: answer.status,
            """
            <p class="soft"><a href="\(visit.path(Href("providers")))">Providers</a></p>
            <h1>Connect \(provider.phrase)</h1>
            \(watch?.html ?? invitation(answer))
            \(cards)
            """
        )
        if let watch, !watch.isOver { sheet.refreshSeconds = ProviderWatch.seconds }
        return sheet
    }

    /// To look on while it happens; a page that shows a secret is left only when it is copied.
    private func invitation(_ answer: TokenAnswer) -> HTML {
        let isSecret = if case .made = answer { true } else { false }
        let text: HTML =
            isSecret
            ? "Copied and pasted? Then watch what arrives" : "Watch what arrives"
        let href = Href("providers", provider.name).with("watch", "yes")
        return "<p><a class=\"button\" href=\"\(visit.path(href))\">\(text)</a></p>"
    }

    /// Where a link of the manual leads here.
    private func address(_ target: String) -> String? {
        if target.hasPrefix("https://") || target.hasPrefix("#") { return target }
        guard target.hasSuffix(".md"), let other = Provider.named(String(target.dropLast(3))) else {
            return nil
        }
        return visit.path(Href("providers", other.name))
    }

    // MARK: The two values

    private func values(
        _ section: Guide.Section,
        _ page: GuidePage,
        _ answer: TokenAnswer
    ) -> HTML {
        // The command and what it prints are the button's business.
        let rest = section.blocks.dropFirst(2).map(page.html)
        return HTML.card(
            """
            <h2>Address and token</h2>
            \(HTML.value("url", "Address", visit.endpointURL))\(token(answer))\(Array(rest))
            """,
            id: "values"
        )
    }

    private func token(_ answer: TokenAnswer) -> HTML {
        switch answer {
        case .made(let token, let secret): return HTML.secret(secret, of: token)
        case .refused(let fault): return form(fault, button: "<button class=\"primary\">")
        case .none:
            let own = tokens.valid.filter { $0.profile == provider.name }
            let known: [HTML] = own.map { token in
                let end: HTML =
                    token.expires.map { "until \(visit.day($0))" } ?? "until it is revoked"
                return "<li><b>\(token.name)</b>, valid \(end)</li>\n"
            }
            if known.isEmpty { return form(nil, button: "<button class=\"primary\">") }
            return """
                <p>\(provider.title) has \(HTML.count(own.count, "token", "tokens")), shown when \
                made and never again:</p>
                <ul class="plain">
                \(known)</ul>
                \(visit.mayChange
                    ? HTML.details("Make another token", form(nil, button: "<button>")) : nil)
                """
        }
    }

    private func form(_ fault: FormFault?, button: HTML) -> HTML {
        guard visit.mayChange else {
            return "<p>It needs a token, which an administrator can make here.</p>\n"
        }
        let field = Field(
            "name",
            "Name of the token",
            value: visit.form["name"] ?? provider.name,
            help: "You find it again in the audit. It is valid for a year.",
            error: fault?.message,
            attributes: "required spellcheck=\"false\" autocapitalize=\"none\" autocomplete=\"off\""
        )
        return visit.form(
            Href("providers", provider.name).at("values"),
            classes: "flow",
            content: """
                \(tokens.mark(visit.form))\(field.html)<p>\(button)Make a token</button></p>
                """
        )
    }
}
