import Delivery
import Directory
import Gateway
import SCIM
import Secrets

/// `/sign-in` and `/set-up`: by a ticket from WordPress, by a console password, and by the key
/// that makes the first administrator.
struct SignIn {
    private let directory: Directory
    private let seal: Seal
    private let place: ConsolePlace
    private let host: String

    enum Result {
        case sheet(StandaloneSheet)
        /// Signed in: where to go.
        case done(String)
    }

    init(_ reception: Reception, _ directory: Directory, _ seal: Seal) {
        self.directory = directory
        self.seal = seal
        place = reception.place
        host = reception.request.origin?.split(separator: "/").last.map(String.init) ?? ""
    }

    func answer(
        _ query: Fields,
        _ form: Fields,
        _ reception: inout Reception
    ) throws(SCIMError) -> Result {
        if place.segments == ["sign-in"], let ticket = query["ticket"] {
            return try signIn(ticket: ticket, &reception)
        }
        let isSetUp = place.segments == ["set-up"]
        guard isSetUp || place.segments == ["sign-in"] else {
            throw .notFound("there is nothing at this path")
        }
        if isSetUp, reception.setupKey() == nil {
            throw .notFound("there is nothing at this path")
        }
        guard reception.request.method == "POST" else {
            return .sheet(try page(isSetUp, .nothing, "", &reception))
        }
        guard let visitor = reception.cookies[Reception.formCookie],
            seal.isFormToken(form.exact("csrf"), of: visitor)
        else {
            return .sheet(.foreignForm(reception))
        }
        return isSetUp
            ? try setUp(form, &reception) : try signIn(form, &reception)
    }

    // MARK: Ways in

    private func signIn(
        ticket text: String,
        _ reception: inout Reception
    ) throws(SCIMError) -> Result {
        let receivers = try directory.read { store -> [Receiver] in try store.receivers() }
        guard let ticket = Ticket(text, receivers, at: reception.now) else {
            return .sheet(try page(false, .staleTicket, "", &reception))
        }
        do {
            let administrator = try directory.signIn(
                ticket.name,
                vouchedBy: ticket.receiver.id,
                ticket: ticket.id,
                expires: ticket.expires,
                requestID: reception.requestID
            )
            try keep(zone: ticket.zone)
            reception.begin(administrator, seal)
            return .sheet(.signedIn(reception))
        } catch  where error.status == 403 {
            return .sheet(try page(false, .staleTicket, "", &reception))
        }
    }

    /// From WordPress to the overview, by way of a page of the console's own: on a redirect from
    /// another site the browser would not send the cookie that it has just been given.
    private func welcome(_ administrator: Administrator) -> StandaloneSheet {
        let overview = Href().text(from: place.base)
        return StandaloneSheet(
            headers: [("Refresh", "0; url=\(overview)")],
            title: "Signed in",
            content: """
                <h1>You are signed in</h1>
                <p class="soft">As \(administrator.name), by WordPress.</p>
                <p><a class="button primary" href="\(overview)">Go on to the overview</a></p>
                """
        )
    }

    private func keep(zone: String?) throws(SCIMError) {
        guard let zone, Zone(zone).name == zone,
            try directory.read({ store -> String? in try store.consoleZone() }) != zone
        else { return }
        try directory.change(
            settings: [("console.zone", .string(zone))],
            by: Caller(actor: .system, domain: "default", requestID: "")
        )
    }

    private func signIn(_ form: Fields, _ reception: inout Reception) throws(SCIMError) -> Result {
        let name = form["name"] ?? ""
        do {
            let administrator = try directory.signIn(
                name,
                password: form.exact("password"),
                from: reception.request.clientAddress ?? "",
                requestID: reception.requestID
            )
            reception.begin(administrator, seal)
            return .done(Href().text(from: place.base))
        } catch {
            return .sheet(try page(false, try problem(error), name, &reception))
        }
    }

    private func setUp(_ form: Fields, _ reception: inout Reception) throws(SCIMError) -> Result {
        let name = form["name"] ?? ""
        do {
            try directory.countSetupTry(from: reception.request.clientAddress ?? "")
        } catch {
            return .sheet(try page(true, try problem(error), name, &reception))
        }
        guard let key = reception.setupKey(), Seal.areEqual(key, form.exact("key")) else {
            return .sheet(try page(true, .wrongKey, name, &reception))
        }
        do {
            let administrator = try directory.createFirstAdministrator(
                name,
                password: form.exact("password"),
                requestID: reception.requestID
            )
            reception.begin(administrator, seal)
            return .done(Href().text(from: place.base))
        } catch  where error.status < 500 {
            return .sheet(try page(true, .refused(error.detail), name, &reception))
        }
    }

    private func problem(_ refusal: Directory.SignInRefusal) throws(SCIMError) -> Problem {
        switch refusal {
        case .wrong: return .wrong
        case .tooSoon(let seconds): return .tooSoon(seconds: seconds)
        case .failed(let error): throw error
        }
    }

    // MARK: The page

    private enum Problem {
        case nothing
        case wrong
        case wrongKey
        case tooSoon(seconds: Int)
        case staleTicket
        case refused(String)

        var status: Int {
            switch self {
            case .nothing: 200
            case .tooSoon: 429
            case .wrong, .wrongKey, .staleTicket: 403
            case .refused: 400
            }
        }

        var text: (heading: HTML, text: HTML)? {
            switch self {
            case .nothing: nil
            case .wrong:
                (
                    "That did not work",
                    """
                    The address or the password is wrong. After several tries the answers come more \
                    slowly.
                    """
                )
            case .wrongKey:
                (
                    "That did not work",
                    "The key is not the one that <code>ROSTER_SETUP_KEY</code> has."
                )
            case .tooSoon(let seconds):
                (
                    "Too many tries",
                    """
                    Nothing was looked at. The next try is possible in \(seconds) seconds; until \
                    then WordPress can sign you in.
                    """
                )
            case .staleTicket:
                (
                    "WordPress’s ticket is over",
                    """
                    It is good for one minute and once. Press <b>Open the console</b> in WordPress \
                    again. If that does not help, one of the two clocks is wrong.
                    """
                )
            case .refused(let detail): ("That did not work", "\(detail)")
            }
        }
    }

    private func page(
        _ isSetUp: Bool,
        _ problem: Problem,
        _ name: String,
        _ reception: inout Reception
    ) throws(SCIMError) -> StandaloneSheet {
        let visitor = Sodium.hexadecimal(Sodium.randomBytes(16)[...])
        reception.cookies.keep(Reception.formCookie, visitor)
        let token = seal.formToken(visitor)
        let site = isSetUp ? nil : try reception.site(directory)
        let content: HTML = """
            <h1>\(isSetUp ? "Make the first administrator" : "Sign in" as HTML)</h1>
            <p class="soft">The console for provisioning at <b>\(host)</b></p>
            \(banner(problem))
            \(site.map(wordPressCard))
            \(isSetUp ? setUpForm(token, name) : passwordForm(token, name, problem))
            \(isSetUp ? nil : help(reception.setupKey() != nil))
            """
        var headers: [(name: String, value: String)] = []
        if case .tooSoon(let seconds) = problem { headers = [("Retry-After", String(seconds))] }
        return StandaloneSheet(
            status: problem.status,
            headers: headers,
            title: isSetUp ? "Set up" : "Sign in",
            content: content
        )
    }

    private func banner(_ problem: Problem) -> HTML? {
        problem.text.map { heading, text in
            """
            <div class="banner bad" role="alert">
            \(Icon.bad)
            <h2>\(heading)</h2>
            <p>\(text)</p>
            </div>
            """
        }
    }

    private func wordPressCard(_ site: WordPressSite) -> HTML {
        """
        <section class="card">
        <h2>You administer this WordPress site?</h2>
        <p>You need no other password. WordPress signs you in.</p>
        <p>\(StandaloneSheet.wordPressLink(site))</p>
        </section>
        """
    }

    private func passwordForm(_ token: String, _ name: String, _ problem: Problem) -> HTML {
        var mark: HTML = ""
        if case .wrong = problem { mark = " aria-invalid=\"true\"" }
        return """
            <section class="card">
            <h2>With a console password</h2>
            <form method="post" action="\(Href("sign-in").text(from: place.base))" class="flow">
            <input type="hidden" name="csrf" value="\(token)">
            <div class="row">
            <label for="name">E-mail address</label>
            <input id="name" name="name" autocomplete="username" spellcheck="false" \
            autocapitalize="none" required value="\(name)">
            </div>
            <div class="row">
            <label for="password">Password</label>
            <input id="password" name="password" type="password" \
            autocomplete="current-password" required\(mark)>
            </div>
            <p><button>Sign in</button></p>
            </form>
            </section>
            """
    }

    private func setUpForm(_ token: String, _ name: String) -> HTML {
        """
        <section class="card">
        <form method="post" action="\(Href("set-up").text(from: place.base))" class="flow">
        <input type="hidden" name="csrf" value="\(token)">
        <div class="row">
        <label for="key">Key</label>
        <p class="help" id="key-help">What <code>ROSTER_SETUP_KEY</code> says.</p>
        <input id="key" name="key" type="password" autocomplete="off" required \
        aria-describedby="key-help">
        </div>
        <div class="row">
        <label for="name">Your e-mail address</label>
        <input id="name" name="name" autocomplete="username" spellcheck="false" \
        autocapitalize="none" required value="\(name)">
        </div>
        <div class="row">
        <label for="password">A password for the console</label>
        <p class="help" id="password-help">At least 12 characters.</p>
        <input id="password" name="password" type="password" autocomplete="new-password" \
        required aria-describedby="password-help">
        </div>
        <p><button class="primary">Make the administrator</button></p>
        </form>
        </section>
        """
    }

    private func help(_ hasSetUp: Bool) -> HTML {
        let setUp: HTML =
            hasSetUp
            ? "<a href=\"\(Href("set-up").text(from: place.base))\">the set-up page</a>"
            : "<code>\(place.base)/set-up</code>"
        return """
            <details>
            <summary>You have no way in?</summary>
            <p>Somebody with access to the server can make a password: \
            <code>roster administrator create you@example.com</code>. Without a shell, set \
            <code>ROSTER_SETUP_KEY</code> and open \(setUp).</p>
            </details>
            """
    }
}
