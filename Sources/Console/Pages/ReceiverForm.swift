import Delivery
import SCIM

/// The forms for new receivers, and their secrets, which are shown once.
struct ReceiverForm {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    // MARK: Forms

    func wordPress(_ fault: FormFault?) -> Sheet {
        sheet(
            "Connect a WordPress site",
            "wordpress",
            fault,
            introduction: """
                Everybody in the directory gets an account there. Where it has accounts already, say \
                in its wp-config.php first which of them are taken over: \
                <code>define('ROSTER_ADOPT', 'email');</code>
                """,
            """
            \(address(fault, "The site’s address", "https://www.example.com", "wordpress"))\
            \(special(fault))
            """,
            button: "Connect it"
        )
    }

    func webhook(_ fault: FormFault?) -> Sheet {
        let picked = visit.form.values("event")
        let events = Choices(
            "event",
            "It is told of",
            .some,
            Webhook.kinds.map { kind in
                .init(
                    kind,
                    "<code>\(kind)</code>",
                    isPicked: fault == nil || picked.contains(kind)
                )
            }
        )
        let error: HTML? =
            fault?.field == "event" ? "<p class=\"error\">\(fault?.message ?? "")</p>" : nil
        return sheet(
            "Add a webhook",
            "webhook",
            fault,
            introduction: """
                Any address that takes Standard Webhooks. It is told of everybody who is in the \
                directory now, too.
                """,
            """
            \(address(fault, "Its address", "https://www.example.com/hook", nil))\
            \(events.html)\(error)\
            \(special(fault))
            """,
            button: "Add it"
        )
    }

    private func sheet(
        _ title: String,
        _ kind: String,
        _ fault: FormFault?,
        introduction: HTML,
        _ content: HTML,
        button: HTML
    ) -> Sheet {
        let form = visit.form(
            Href("receivers", "new", kind),
            classes: "card flow",
            content: """
                \(content)<p class="actions"><button class="primary">\(button)</button> \
                <a href="\(visit.path(Href("receivers")))">Cancel</a></p>
                """
        )
        return Sheet(
            title,
            .receivers,
            status: fault == nil ? 200 : 400,
            """
            <p class="soft"><a href="\(visit.path(Href("receivers")))">Receivers</a></p>
            <h1>\(title)</h1>
            <p>\(introduction)</p>
            \(form)
            """
        )
    }

    private func address(
        _ fault: FormFault?,
        _ label: HTML,
        _ example: HTML,
        _ name: String?
    ) -> HTML {
        let url = Field(
            "url",
            label,
            value: visit.form["url"] ?? "",
            help: "Such as <code>\(example)</code>. Redirects are not followed.",
            error: error("url", fault),
            attributes: "inputmode=\"url\" spellcheck=\"false\" autocapitalize=\"none\" required"
        )
        let nameField = Field(
            "name",
            "A name for it",
            value: visit.form["name"] ?? (fault == nil ? name : nil) ?? "",
            help:
                "Letters, digits, <code>.</code>, <code>_</code> and <code>-</code>. Without one it is the host’s.",
            error: error("name", fault),
            attributes: "spellcheck=\"false\" autocapitalize=\"none\" maxlength=\"64\""
        )
        return "\(url.html)\(nameField.html)"
    }

    private func error(_ field: String, _ fault: FormFault?) -> String? {
        fault?.field == field ? fault?.message : nil
    }

    /// What few need.
    private func special(_ fault: FormFault?) -> HTML {
        let connectTo = Field(
            "connectTo",
            "Connect to",
            value: visit.form["connectTo"] ?? "",
            help: """
                <code>HOST:PORT</code>, where the address leads elsewhere from this machine: \
                <code>127.0.0.1:443</code>.
                """,
            error: error("connectTo", fault),
            attributes: "spellcheck=\"false\" autocapitalize=\"none\""
        )
        let header = Field(
            "header",
            "A header field for each call",
            value: visit.form["header"] ?? "",
            help: """
                Where a password stands before it: \
                <code>Authorization: Basic …</code>
                """,
            error: error("header", fault),
            attributes: "spellcheck=\"false\" autocomplete=\"off\""
        )
        let open: HTML =
            fault?.field == "connectTo" || fault?.field == "header" ? " open" : ""
        return """
            <details\(open)>
            <summary>Special cases</summary>
            \(connectTo.html)\(header.html)
            </details>

            """
    }

    // MARK: Secrets

    enum Occasion {
        case connected, exchanged
    }

    func secret(_ site: WordPressSite, _ name: String, _ occasion: Occasion) -> Sheet {
        let lines = site.definitions(name, base: visit.endpointURL).members.map { member in
            WordPressSite.definition(member.name, member.value.string ?? "")
        }
        let plugin: HTML =
            occasion == .connected
            ? """
            <li><h3>Put the plugin there</h3><p><code>roster.php</code> goes into \
            <code>wp-content/mu-plugins</code>.</p></li>
            """ : ""
        let test = visit.form(
            Href("receivers", name, "test"),
            content: "<button class=\"primary\">Test now</button>"
        )
        return Sheet(
            "The secret",
            .receivers,
            """
            <p class="soft"><a href="\(visit.path(Href("receivers")))">Receivers</a></p>
            <h1>\(occasion == .connected ? "\(site.host) is connected" : "\(site.host) has a new secret")</h1>
            \(Self.once)
            \(HTML.card(
                labelled: "What to do",
                """
                <ol class="steps">
                <li><h3>Paste into wp-config.php</h3>
                <p>Above the line that says to stop editing, in the place of lines with the same \
                names.</p>
                \(Self.values(lines))</li>
                \(plugin)
                <li><h3>Test it</h3>\(test)</li>
                </ol>
                """
            ))
            """
        )
    }

    func secret(_ webhook: Webhook, _ name: String) -> Sheet {
        Sheet(
            "The secret",
            .receivers,
            """
            <p class="soft"><a href="\(visit.path(Href("receivers")))">Receivers</a></p>
            <h1>\(name) is added</h1>
            \(Self.once)
            \(HTML.card(
                labelled: "The secret",
                """
                \(HTML.value("secret", "Secret of the webhook", webhook.secret.text))
                <p><a class="button" href="\(visit.path(Href("receivers")))">I have copied it</a></p>
                """
            ))
            """
        )
    }

    private static func values(_ lines: [String]) -> HTML {
        let values = lines.enumerated().map { number, line in
            HTML.value("line\(number + 1)", "Line \(number + 1)", line)
        }
        return "\(values)"
    }

    private static let once = Mood.warn.banner(
        "Copy it now",
        "It is not shown again. Where it gets lost, make a new one.",
        role: "status"
    )
}
