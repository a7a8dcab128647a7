import Delivery
import Directory
import SCIM

/// The WordPress site that a page is about: the one that is named by `site`, else the first.
struct ChosenSite {
    let visit: Visit
    let receiver: Receiver
    let site: WordPressSite
    /// The names of all sites.
    private let names: [String]

    /// A page does not wait longer for a site.
    private static let milliseconds = 5_000

    /// - Returns: `nil` where no site is connected.
    /// - Throws: 404 for a name that none has.
    init?(_ visit: Visit) throws {
        let sites = try visit.read { store -> [Receiver] in
            try store.receivers().filter { $0.kind == .wordpress }
        }
        if sites.isEmpty { return nil }
        let name = visit.form["site"] ?? visit.query["site"] ?? sites[0].name
        guard let receiver = sites.first(where: { $0.name == name }) else {
            throw SCIMError.notFound("there is no site \(name)")
        }
        self.visit = visit
        self.receiver = receiver
        site = try WordPressSite(receiver)
        names = sites.map(\.name)
    }

    /// The page where there is no site.
    static func missing(_ visit: Visit, _ title: String, _ topic: Topic) -> Reply {
        .sheet(
            Sheet(
                title,
                topic,
                """
                <h1>\(title)</h1>
                <section class="card empty flow">
                <h2>No WordPress site is connected</h2>
                <p>What is set here is said of a site: connect one first.</p>
                <p class="actions"><a class="button primary" \
                href="\(visit.path(Href("receivers", "new", "wordpress")))">Connect a WordPress \
                site</a></p>
                </section>
                """
            )
        )
    }

    /// A page of the same site.
    func href(_ path: String...) -> Href {
        let href = Href(path: path)
        return names.count > 1 ? href.with("site", receiver.name) : href
    }

    /// The other sites, where there are any.
    func tabs(_ topic: Topic) -> HTML? {
        if names.count < 2 { return nil }
        return HTML.tabs(
            "Site",
            names.map { name in
                ("\(name)", visit.path(topic.href.with("site", name)), name == receiver.name)
            }
        )
    }

    /// A form that changes something of the site.
    func form(
        _ href: Href,
        classes: HTML = "",
        _ values: [(name: HTML, value: String)] = [],
        content: HTML
    ) -> HTML {
        let hidden = ([("site", receiver.name)] + values).map { value -> HTML in
            "<input type=\"hidden\" name=\"\(value.0)\" value=\"\(value.1)\">"
        }
        return visit.form(href, classes: classes, content: "\(hidden)\(content)")
    }

    // MARK: What the site says

    /// Asks the site as it is, or as it would be.
    func desk(_ site: WordPressSite? = nil) -> WordPressDesk {
        WordPressDesk(
            site ?? self.site,
            telephone: visit.surroundings.telephone,
            now: visit.surroundings.now,
            milliseconds: Self.milliseconds
        )
    }

    /// Why it need not be asked: it did not answer a moment ago.
    var trouble: Problem? {
        guard let trouble = receiver.trouble, !receiver.isPaused, !receiver.isOpen(at: visit.now)
        else { return nil }
        return trouble.problem
    }

    /// What the site says of itself, or why it does not.
    func status() -> (status: WordPressStatus?, problem: Problem?) {
        if let trouble { return (nil, trouble) }
        do throws(WordPressDesk.Failure) {
            return (WordPressStatus(try desk().status()), nil)
        } catch {
            return (nil, error.problem)
        }
    }

    /// The fields that the site names, or why it does not.
    func fields() -> (fields: [WordPressField], problem: Problem?) {
        if let trouble { return ([], trouble) }
        do throws(WordPressDesk.Failure) {
            return (try desk().fields(), nil)
        } catch {
            return ([], error.problem)
        }
    }

    /// What a silence means for a page.
    func silence(_ problem: Problem?, _ consequence: HTML) -> HTML? {
        problem.map { problem in
            Mood.warn.banner(
                "\(site.host) does not answer",
                "\(consequence) It said: \(problem.message) <code>\(problem.code)</code>"
            )
        }
    }
}

extension Visit {
    /// The user whom somebody means: by id, or by words as in a search.
    func person(_ typed: String) throws -> Person? {
        let known = try read { store -> Person? in try fetch(user: typed, in: store) }
        if let known { return known }
        let found = try directory.users(matching: typed, limit: Self.namesakesMax)
        return try read { store -> Person? in
            let people = try found.compactMap { try fetch(user: $0.id, in: store) }
            return people.first { $0.userName.equalsIgnoringASCIICase(typed) } ?? people.first
        }
    }

    /// Of so many who are found, whoever has what was typed for a user name is meant.
    private static let namesakesMax = 20

    func fetch(user id: String, in store: any StoreReading) throws -> Person? {
        try store.fetch(id, type: .user, domain: "default", loading: .memberships)
            .map(Person.init)
    }
}
