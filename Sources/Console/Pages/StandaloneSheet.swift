import Delivery
import Gateway
import SCIM

/// A page outside the console's frame: for people who are not signed in, and when nothing works.
struct StandaloneSheet {
    var status = 200
    var headers: [(name: String, value: String)] = []
    let title: String
    let content: HTML

    /// The whole page; `base` is the console's path.
    func page(_ base: String) -> HTML {
        """
        \(Shell.head(title, base, script: false))
        <body class="alone">
        <main class="flow">
        <p class="brand">\(Shell.mark)Roster</p>
        \(content)
        </main>
        </body>
        </html>

        """
    }

    /// Leads on from a ticket.
    ///
    /// The site that gave it has brought about this request and whatever it is redirected to, and
    /// browsers send none of those a strict cookie; what this page brings about is the console's own.
    static func signedIn(_ reception: Reception) -> StandaloneSheet {
        let overview = Href().text(from: reception.place.base)
        return StandaloneSheet(
            headers: [("Refresh", "0; url=\(overview)")],
            title: "Signed in",
            content: """
                <h1>You are signed in</h1>
                <p><a class="button primary" href="\(overview)">Open the console</a></p>
                """
        )
    }

    /// A session that is over, or never was.
    static func sessionEnded(_ site: WordPressSite?, _ reception: Reception) -> StandaloneSheet {
        let minutes = Session.idleSeconds / 60
        return StandaloneSheet(
            status: 401,
            headers: [("WWW-Authenticate", "Cookie realm=\"console\"")],
            title: "Signed out",
            content: """
                <h1>You were signed out</h1>
                <p>For \(minutes) minutes nobody clicked, or somebody has ended your session. What \
                you had typed on the last page was not saved.</p>
                <p class="actions">\(wordPressLink(site)) \
                <a href="\(Href("sign-in").text(from: reception.place.base))">Use a console \
                password</a></p>
                """
        )
    }

    static func wordPressLink(_ site: WordPressSite?) -> HTML? {
        site.map { site in
            """
            <a class="button primary" \
            href="\(site.url)/wp-admin/admin-post.php?action=roster_console">Continue with \
            WordPress</a>
            """
        }
    }

    /// A form that no page of this session has sent.
    static func foreignForm(_ reception: Reception) -> StandaloneSheet {
        StandaloneSheet(
            status: 403,
            title: "Not done",
            content: """
                <h1>Nothing was changed</h1>
                <div class="banner bad" role="alert">
                \(Icon.bad)
                <h2>This form does not belong to your session</h2>
                <p>You may have signed in again since you opened it, or another site has sent you \
                here. Go back, load the page anew, and send it again.</p>
                <p class="actions"><a class="button" \
                href="\(Href().text(from: reception.place.base))">Overview</a></p>
                </div>
                """
        )
    }

    /// What the console does not take.
    static func refused(
        _ status: Int,
        _ headers: [(name: String, value: String)],
        _ detail: HTML,
        _ base: String
    ) -> StandaloneSheet {
        StandaloneSheet(
            status: status,
            headers: headers,
            title: "Not done",
            content: """
                <h1>\(status == 404 ? "There is no such page" : "Nothing was changed" as HTML)</h1>
                <div class="banner bad" role="alert">
                \(Icon.bad)
                <h2>That cannot be done</h2>
                <p>\(detail)</p>
                <p class="actions"><a class="button" href="\(Href().text(from: base))">Overview</a></p>
                </div>
                """
        )
    }

    /// A request that did not arrive whole.
    static func faulty(_ fault: RequestFault, _ base: String) -> StandaloneSheet {
        let (status, detail): (Int, HTML) =
            switch fault {
            case .bodyTooLarge(let limit):
                (413, "What was sent is longer than \(HTML.number(limit)) bytes.")
            case .pathTooLong, .queryTooLong: (414, "The address is too long.")
            case .headersTooLarge, .tooManyHeaders: (431, "The browser sends too many fields.")
            case .bodyIncomplete, .bodyUnreadable, .malformedMethod, .malformedTarget:
                (400, "The request did not arrive whole.")
            }
        return refused(status, [], detail, base)
    }

    /// What keeps the console from answering.
    static func failure(
        _ error: SCIMError,
        _ requestID: String,
        _ reception: Reception
    ) -> StandaloneSheet {
        StandaloneSheet(
            status: error.status,
            headers: error.headers,
            title: "Not available",
            content: """
                <h1>Roster cannot answer now</h1>
                <div class="banner bad" role="alert">
                \(Icon.bad)
                <h2>\(error.detail)</h2>
                <p>Changes are turned away, so that nothing is half done. Providers try again by \
                themselves.</p>
                <p class="actions"><a class="button" \
                href="\(Href().text(from: reception.place.base))">Try again</a></p>
                </div>
                <p class="soft">Request \(requestID). The log has the details under this number.</p>
                """
        )
    }
}
