import Directory
import Profiles
import SCIM
import Secrets

/// `/tokens/new`: what somebody picks for a new token, and the token.
struct TokenForm {
    private let visit: Visit
    private let tokens: TokenBook
    /// The valid token that the new one is to take the place of.
    private let predecessor: Token?

    init(_ visit: Visit, _ tokens: TokenBook) {
        self.visit = visit
        self.tokens = tokens
        predecessor = visit.query["rotate"].flatMap(tokens.newest)
    }

    private enum Span: String, CaseIterable {
        case quarter, year, never, own

        /// `nil` where nobody has decided it yet.
        var seconds: Int? {
            switch self {
            case .quarter: 90 * 86_400
            case .year: 365 * 86_400
            case .never, .own: nil
            }
        }
    }

    /// What was typed; what is proposed where nobody has typed anything yet.
    private func typed(_ field: String, or proposal: String) -> String {
        visit.form.all.isEmpty ? proposal : visit.form[field] ?? ""
    }

    private var name: String {
        typed("name", or: predecessor?.name ?? visit.query["provider"] ?? "")
    }
    private var profile: String {
        let proposal = predecessor?.profile ?? visit.query["provider"]
        return typed("profile", or: proposal ?? Profile.generic.name)
    }
    private var rights: Token.Rights {
        .init(rawValue: typed("rights", or: predecessor?.rights.rawValue ?? "")) ?? .write
    }
    private var span: Span { .init(rawValue: typed("span", or: "")) ?? .year }
    private var domain: String { typed("domain", or: predecessor?.domain ?? "default") }

    // MARK: Sending

    /// Makes the token, and shows it; or the form again, with what is wrong.
    func send() throws -> Sheet {
        let (wanted, faults) = draft()
        if !faults.isEmpty { return sheet(faults) }
        if let made = tokens.made(wanted.name, after: visit.form) {
            return .madeAlready(visit, made)
        }
        let (token, secret) = try visit.directory.create(wanted, by: visit.caller)
        return created(token, secret)
    }

    /// The token that is wanted, and what is wrong with it.
    private func draft() -> (token: Token, faults: [FormFault]) {
        var faults: [FormFault] = []
        if Provider.named(profile) == nil {
            faults.append(FormFault(field: "profile", message: "Pick one of the list."))
        }
        var token = Token(name: name, profile: profile, rights: rights, domain: domain)
        if let fault = token.fault { faults.append(fault) }
        do throws(FormFault) {
            token.expires = try expiry()
        } catch {
            faults.append(error)
        }
        return (token, faults)
    }

    private func expiry() throws(FormFault) -> Instant? {
        guard span == .own else { return span.seconds.map(visit.now.adding(seconds:)) }
        guard let text = visit.form["until"] else {
            throw FormFault(field: "until", message: "Say until which day, or pick a span above.")
        }
        guard let day = visit.zone.day(text) else {
            throw FormFault(
                field: "until",
                message: "There is no day \(text). A day is written like 2027-11-25."
            )
        }
        // Of the day itself, the last second.
        let end = day.adding(seconds: 86_399)
        guard end > visit.now else {
            throw FormFault(field: "until", message: "That day is over.")
        }
        return end
    }

    // MARK: The form

    func sheet(_ faults: [FormFault] = []) -> Sheet {
        let heading: HTML =
            predecessor.map { "Make the successor of \($0.name)" } ?? "Make a token"
        let introduction: HTML? = predecessor.map { token in
            """
            <p>The old one stays valid until you revoke it: paste the new one into \
            \(Provider.title(token.profile)), and nobody notices the change.</p>
            """
        }
        return Sheet(
            "Make a token",
            .tokens,
            status: faults.isEmpty ? 200 : 400,
            """
            <p class="soft"><a href="\(visit.path(Href("tokens")))">Tokens</a></p>
            <h1>\(heading)</h1>
            \(introduction)
            \(visit.form(
                Href("tokens", "new").with("rotate", predecessor?.name),
                classes: "card flow",
                content: inputs { field in faults.first { $0.field == field }?.message }
            ))
            """
        )
    }

    private func inputs(_ error: (String) -> String?) -> HTML {
        """
        \(tokens.mark(visit.form))\(nameField(error("name")).html)\
        \(profileField(error("profile")).html)\
        \(rightsChoices.html)\
        \(spanChoices.html)\
        \(untilField(error("until")).html)\
        \(domainField(error("domain")))\
        <p class="actions"><button class="primary">Make the token</button> \
        <a href="\(visit.path(Href("tokens")))">Cancel</a></p>
        """
    }

    private func nameField(_ error: String?) -> Field {
        Field(
            "name",
            "Name",
            value: name,
            help: """
                You find it again in the audit. For example the provider and what it is for: \
                <b>entra-hr</b>.
                """,
            error: error,
            attributes: "required spellcheck=\"false\" autocapitalize=\"none\" autocomplete=\"off\""
        )
    }

    private func profileField(_ error: String?) -> Field {
        Field(
            "profile",
            "Provider",
            .choice(Provider.all.map { ($0.name, "\($0.title)") }),
            value: profile,
            help: "Roster then understands this provider’s habits. It cannot be changed later.",
            error: error
        )
    }

    private var rightsChoices: Choices {
        Choices(
            "rights",
            "It may",
            .one,
            [
                .init(
                    Token.Rights.write.rawValue,
                    Token.Rights.write.words,
                    "What a provider needs.",
                    isPicked: rights == .write
                ),
                .init(
                    Token.Rights.read.rawValue,
                    Token.Rights.read.words,
                    "For reports. Every change is refused with 403.",
                    isPicked: rights == .read
                ),
            ]
        )
    }

    private var spanChoices: Choices {
        Choices(
            "span",
            "Valid for",
            .one,
            Span.allCases.map { span in
                let end = span.seconds.map { visit.day(visit.now.adding(seconds: $0)) }
                let (title, consequence): (HTML, HTML?) =
                    switch span {
                    case .quarter: ("90 days", "Until \(end).")
                    case .year: ("1 year", "Until \(end).")
                    case .never: ("No end", "Until you revoke it.")
                    case .own: ("Until a day of your own", nil)
                    }
                return .init(span.rawValue, title, consequence, isPicked: span == self.span)
            }
        )
    }

    private func untilField(_ error: String?) -> Field {
        Field(
            "until",
            "Day of your own",
            .date,
            value: visit.form["until"] ?? "",
            help: """
                Counts only with the last choice. The overview reminds you \
                \(TokenBook.noticeDays) days before any end.
                """,
            error: error
        )
    }

    private func domainField(_ error: String?) -> HTML {
        let field = Field(
            "domain",
            "Domain",
            value: domain,
            help: """
                Tokens of one domain share the external IDs that they set; other domains have their \
                own.
                """,
            error: error,
            attributes: "spellcheck=\"false\" autocapitalize=\"none\""
        )
        let isOpen: HTML = error == nil && domain == "default" ? "" : " open"
        return """
            <details\(isOpen)>
            <summary>Several providers that must not see each other’s IDs</summary>
            \(field.html)</details>

            """
    }

    // MARK: The token

    private func created(_ token: Token, _ secret: TokenSecret) -> Sheet {
        let client = Provider.title(token.profile)
        let guide: HTML? =
            Guide.exists(token.profile)
            ? """
            <a class="button primary" \
            href="\(visit.path(Href("providers", token.profile).with("watch", "yes")))">\
            Paste it into \(client): the guide</a>
            """ : nil
        return Sheet(
            "Your new token",
            .tokens,
            """
            <p class="soft"><a href="\(visit.path(Href("tokens")))">Tokens</a></p>
            <h1>Copy the token now. It is not shown again.</h1>
            \(HTML.card(
                labelled: "The new token",
                """
                \(HTML.secret(secret, of: token))\
                \(HTML.value("url", "Address to go with it", visit.endpointURL))\
                <p class="actions">\(guide) <a href="\(visit.path(Href("tokens")))">I have it</a></p>
                """
            ))
            \(old(token))
            <p class="soft">Lost it? Make another one and revoke this one. Nothing else changes.</p>
            """
        )
    }

    private func old(_ token: Token) -> HTML? {
        guard let old = tokens.newest(token.name) else { return nil }
        let end: HTML =
            old.expires.map { "until \(visit.day($0))" } ?? "until you revoke the old one"
        return Mood.wait.banner(
            "The old \(old.name) still works",
            """
            Both are valid \(end). Paste the new one into \(Provider.title(old.profile)), wait until \
            “Last used” shows a time beside it, then revoke the old one.
            """,
            actions: "<a href=\"\(visit.path(Href("tokens")))\">See both</a>"
        )
    }
}

extension HTML {
    /// A token to copy: the only time that it is shown.
    static func secret(_ secret: TokenSecret, of token: Token) -> HTML {
        let text = secret.text
        return value(
            "token",
            "Token \(token.name)",
            text,
            help: """
                \(text.utf8.count) characters, from <b>\(String(text.prefix(4)))</b> to \
                <b>\(String(text.suffix(4)))</b>. Only its fingerprint is kept, so nobody can look it \
                up later, you neither.
                """
        )
    }
}

extension Sheet {
    /// A form for a token that was sent a second time: nothing is made, and no secret shown.
    static func madeAlready(_ visit: Visit, _ token: Token) -> Sheet {
        Sheet(
            "Made already",
            .tokens,
            status: 409,
            """
            <h1>The token \(token.name) was made already</h1>
            \(Mood.warn.banner(
                "This form was sent twice",
                """
                The token was shown after the first time, and is not shown again. If you have not \
                copied it, revoke it and make another one.
                """,
                actions: """
                    <a class="button" href="\(visit.path(Href("tokens")))">See the tokens</a>
                    """
            ))
            """
        )
    }
}

extension Token {
    /// What somebody typed that no token can have; `nil` for nothing.
    var fault: FormFault? {
        if (try? check()) != nil { return nil }
        var named = self
        named.domain = "default"
        if (try? named.check()) != nil {
            return FormFault(
                field: "domain",
                message: "A domain has 1 to 64 letters, digits and marks of ASCII, and no blanks."
            )
        }
        if name.isEmpty { return FormFault(field: "name", message: "A token needs a name.") }
        let isNumber = name.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return FormFault(
            field: "name",
            message: isNumber && name.utf8.count <= 64
                ? "A name needs a letter: \(name) could be mistaken for a token’s number."
                : "A name has 1 to 64 letters, digits, dots, hyphens and underscores, and no blanks."
        )
    }
}

extension Zone {
    /// The beginning of a day written like `2027-11-25`; `nil` for what is no day.
    func day(_ text: String) -> Instant? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 4, let year = Int(parts[0]),
            let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month),
            (1...31).contains(day)
        else { return nil }
        return start(ofYear: year, month: month, day: day)
    }
}
