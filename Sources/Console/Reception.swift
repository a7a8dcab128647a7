import Delivery
import Directory
import Gateway
import SCIM

/// Finds out who asks for a page, lets people in and out, and has the page answered.
struct Reception {
    private let surroundings: Console.Surroundings
    let request: Request
    let place: ConsolePlace
    let requestID: String
    private let started: Instant
    var cookies: Cookies
    /// For log and journal.
    private var client: String?
    private var afterwards: (() -> Void)?

    static let sessionCookie = "roster"
    static let formCookie = "roster-form"

    init(
        _ surroundings: Console.Surroundings,
        _ request: Request,
        _ place: ConsolePlace,
        _ requestID: String
    ) {
        self.surroundings = surroundings
        self.request = request
        self.place = place
        self.requestID = requestID
        started = surroundings.now()
        cookies = Cookies(request, base: place.base)
    }

    var now: Instant { surroundings.now() }
    var version: String { surroundings.version }
    var agent: String { request.header("User-Agent") ?? "" }

    func setupKey() -> String? { surroundings.setupKey(request) }

    mutating func answer() -> Answer {
        do throws(SCIMError) {
            // First the way, on which cookies are found and forgotten.
            let outcome = try reply()
            return response(to: outcome)
        } catch {
            let sheet: StandaloneSheet =
                error.status < 500
                ? .refused(error.status, error.headers, "\(error.detail)", place.base)
                : .failure(error, requestID, self)
            return response(to: sheet, cause: error.cause)
        }
    }

    fileprivate enum Outcome {
        case page(Reply, Visit)
        case alone(StandaloneSheet)
        case redirect(String)
    }

    fileprivate mutating func reply() throws(SCIMError) -> Outcome {
        guard ["GET", "HEAD", "POST"].contains(request.method) else {
            throw .methodNotAllowed("only GET and POST apply here", allow: "GET, HEAD, POST")
        }
        let directory = try directory()
        let seal = try directory.consoleSeal()
        let fields = Fields(request.query)
        let form = request.method == "POST" ? Fields(bytes: request.body) : .none
        if request.method == "POST", !comesFromHere {
            return .alone(.foreignForm(self))
        }
        switch place.segments.first {
        case "sign-in", "set-up":
            return .init(try SignIn(self, directory, seal).answer(fields, form, &self))
        default: break
        }
        guard let (session, administrator) = try session(seal, directory) else {
            cookies.forget(Self.sessionCookie)
            let hadOne = cookies[Self.sessionCookie] != nil
            return request.method == "POST" || hadOne
                ? .alone(.sessionEnded(try site(directory), self))
                : .redirect(Href("sign-in").text(from: place.base))
        }
        client = administrator.name
        let visit = Visit(
            surroundings: surroundings,
            request: request,
            requestID: requestID,
            started: started,
            place: place,
            directory: directory,
            administrator: administrator,
            formToken: seal.formToken(session.id),
            query: fields,
            form: form,
            zone: try zone(directory)
        )
        if request.method == "POST" {
            return try change(visit, session, seal, directory)
        }
        return .page(try visit.show(), visit)
    }

    private mutating func change(
        _ visit: Visit,
        _ session: Session,
        _ seal: Seal,
        _ directory: Directory
    ) throws(SCIMError) -> Outcome {
        guard seal.isFormToken(visit.form.exact("csrf"), of: session.id) else {
            return .alone(.foreignForm(self))
        }
        if place.segments == ["sign-out"] {
            try directory.endSession(session.id, until: session.end)
            cookies.forget(Self.sessionCookie)
            return .redirect(Href("sign-in").text(from: place.base))
        }
        guard visit.mayChange else { return .page(.sheet(.denied(visit)), visit) }
        let (surroundings, request) = (surroundings, request)
        afterwards = { surroundings.deliver(request) }
        return .page(try visit.change(), visit)
    }

    /// Whether a page of the console has sent a form, as far as the browser says.
    private var comesFromHere: Bool {
        if let site = request.header("Sec-Fetch-Site"), site != "same-origin", site != "none" {
            return false
        }
        guard let origin = request.header("Origin") else { return true }
        // The scheme may be another before a proxy that does TLS.
        let host = request.origin?.split(separator: "/").last
        return host != nil && origin.split(separator: "/").last == host
    }

    private func directory() throws(SCIMError) -> Directory {
        let base =
            surroundings.configuredBase(request) ?? (request.origin ?? "") + place.endpoint
        return Directory(
            store: try surroundings.openStore(request),
            links: Links(base: base, types: .standard),
            budget: surroundings.budget(request),
            now: surroundings.now
        )
    }

    /// Whose session it is that the cookie names; `nil` where it is over.
    ///
    /// The cookie is written anew now and then, so that it says when somebody was here last.
    private mutating func session(
        _ seal: Seal,
        _ directory: Directory
    ) throws(SCIMError) -> (Session, Administrator)? {
        guard let cookie = cookies[Self.sessionCookie],
            let session = seal.session(cookie, agent: agent), !session.isOver(at: now)
        else { return nil }
        let administrator = try directory.read { store -> Administrator? in
            guard try !store.isSpent("session \(session.id)"),
                let known = try store.administrator(session.administrator)
            else { return nil }
            // Whom a site vouches for has to leave when it does.
            if let site = known.receiver, try store.receiver(site) == nil { return nil }
            return known
        }
        guard let administrator, session.began >= administrator.sessionsSince else { return nil }
        if session.seen.adding(seconds: Self.renewalSeconds) <= now {
            cookies.keep(Self.sessionCookie, seal.cookie(session.seen(at: now), agent: agent))
        }
        return (session, administrator)
    }

    private static let renewalSeconds = 60

    /// Lets a browser in from here on.
    mutating func begin(_ administrator: Administrator, _ seal: Seal) {
        client = administrator.name
        let session = Session.new(administrator, at: now)
        cookies.keep(Self.sessionCookie, seal.cookie(session, agent: agent))
        cookies.forget(Self.formCookie)
    }

    private func zone(_ directory: Directory) throws(SCIMError) -> Zone {
        let name = try directory.read { store -> String? in try store.consoleZone() }
        return name.map(Zone.init) ?? .utc
    }

    /// The site where people can sign in; `nil` where there is none.
    func site(_ directory: Directory) throws(SCIMError) -> WordPressSite? {
        try directory.read { store -> WordPressSite? in
            try store.receivers().first { $0.kind == .wordpress }
                .flatMap { try? WordPressSite($0) }
        }
    }
}

// MARK: Responses

extension Reception {
    /// What may be loaded and done by the pages: their own files and forms, and nothing else.
    private static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    private func response(to outcome: Outcome) -> Answer {
        switch outcome {
        case .page(.sheet(let sheet), let visit):
            return page(
                sheet.status,
                Shell(visit).page(sheet),
                refresh: sheet.refreshSeconds,
                cause: nil
            )
        case .page(.seeOther(let href), let visit): return seeOther(visit.path(href))
        case .page(.file(let name, let type, let rest), _):
            return Answer(
                Response(
                    status: 200,
                    contentType: type,
                    headers: [
                        ("Content-Disposition", "attachment; filename=\"\(name)\""),
                        ("X-Content-Type-Options", "nosniff"),
                    ] + cookies.fields
                ),
                client: client,
                afterwards: afterwards,
                rest: rest
            )
        case .alone(let sheet): return response(to: sheet, cause: nil)
        case .redirect(let path): return seeOther(path)
        }
    }

    private func response(to sheet: StandaloneSheet, cause: String?) -> Answer {
        page(sheet.status, sheet.page(place.base), headers: sheet.headers, cause: cause)
    }

    private func page(
        _ status: Int,
        _ html: HTML,
        refresh: Int? = nil,
        headers: [(name: String, value: String)] = [],
        cause: String?
    ) -> Answer {
        var headers = headers + cookies.fields
        if let refresh { headers.append(("Refresh", String(refresh))) }
        return Answer(
            Self.page(status, html, headers),
            client: client,
            cause: cause,
            afterwards: afterwards
        )
    }

    /// A page for people of whom nothing is known.
    static func response(to sheet: StandaloneSheet, _ base: String) -> Response {
        page(sheet.status, sheet.page(base), sheet.headers)
    }

    private static func page(
        _ status: Int,
        _ html: HTML,
        _ headers: [(name: String, value: String)]
    ) -> Response {
        Response(
            status: status,
            contentType: "text/html; charset=utf-8",
            headers: headers + [
                ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"),
                ("X-Frame-Options", "DENY"), ("Referrer-Policy", "same-origin"),
                ("Cross-Origin-Opener-Policy", "same-origin"),
            ],
            body: html.utf8
        )
    }

    private func seeOther(_ path: String) -> Answer {
        Answer(
            Response(status: 303, headers: [("Location", path)] + cookies.fields),
            client: client,
            afterwards: afterwards
        )
    }
}

extension Reception.Outcome {
    fileprivate init(_ result: SignIn.Result) {
        switch result {
        case .sheet(let sheet): self = .alone(sheet)
        case .done(let path): self = .redirect(path)
        }
    }
}

extension AdministratorReading {
    /// The time zone of the console's pages, as a WordPress site last said it.
    func consoleZone() throws -> String? {
        try textSetting("console.zone")
    }
}
