import Delivery
import SCIM

/// The frame that all pages of somebody who is signed in have: heading, menu, foot.
struct Shell {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    /// The whole page.
    func page(_ sheet: Sheet) -> HTML {
        """
        \(Self.head(sheet.title, visit.place.base, script: true))
        <body>
        <a class="skip" href="#main">Skip to content</a>
        <div class="shell">
        <header class="bar">
        <a class="brand" href="\(visit.path(Href()))">\(Self.mark)Roster</a>
        <button type="button" class="only-small" popovertarget="nav">Menu</button>
        </header>
        \(navigation(sheet.topic))
        <main id="main">
        \(sheet.content)
        </main>
        <footer class="foot"><p class="soft">Times are in \(visit.zone.name). Roster \
        \(visit.surroundings.version) at \(visit.host)</p></footer>
        </div>
        </body>
        </html>

        """
    }

    static func head(_ title: String, _ base: String, script: Bool) -> HTML {
        let scriptElement: HTML =
            script ? "<script src=\"\(base)/\(Asset.script.name)\" defer></script>\n" : ""
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title) · Roster</title>
            <link rel="stylesheet" href="\(base)/\(Asset.style.name)">
            \(scriptElement)</head>
            """
    }

    static let mark: HTML = """
        <svg viewBox="0 0 28 28" aria-hidden="true"><rect class="mark" width="28" height="28" \
        rx="7"/><path class="lines" d="M8 9h12M8 14h12M8 19h5M17 18.5l1.5 1.5 3-3.5"/></svg>
        """

    private static let signOut: HTML = "<p><button class=\"link\">Sign out</button></p>"

    private func navigation(_ current: Topic?) -> HTML {
        let role: HTML = visit.mayChange ? "Administrator" : "Auditor"
        let attention = visit.attention
        return """
            <nav class="side" id="nav" popover aria-label="Console">
            <button type="button" class="only-small" popovertarget="nav" \
            popovertargetaction="hide">Close</button>
            <ul>\(Topic.daily.map { entry($0, current, attention) })</ul>
            <p class="soft" id="nav-setup">Set up</p>
            <ul aria-labelledby="nav-setup">\(Topic.setUp.map { entry($0, current, attention) })</ul>
            <p class="soft">\(visit.administrator.name)<br>\(role)</p>
            \(visit.form(Href("sign-out"), content: Self.signOut))
            </nav>
            """
    }

    private func entry(_ topic: Topic, _ current: Topic?, _ attention: Attention) -> HTML {
        let mark: HTML = topic == current ? " aria-current=\"page\"" : ""
        return """
            <li><a href="\(visit.path(topic.href))"\(mark)>\(topic.title)\(attention.badge(topic))</a>\
            </li>

            """
    }
}

extension Visit {
    /// The host that the page was asked from.
    var host: String { request.origin?.split(separator: "/").last.map(String.init) ?? "" }

    /// A form that changes something: with what shows that it is this session's.
    func form(_ href: Href, classes: HTML = "", content: HTML) -> HTML {
        """
        <form method="post" action="\(path(href))"\(HTML.classes(classes))>\
        <input type="hidden" name="csrf" value="\(formToken)">\(content)</form>
        """
    }
}
