import Delivery
import Directory
import SCIM

/// What has come from a provider so far, from its first request to the first account in WordPress.
struct ProviderWatch {
    private let visit: Visit
    private let provider: Provider
    /// The valid token of the provider that was used last; `nil` where none was used.
    private let token: Token?
    private let user: Arrival?
    private let group: JournalEntry?
    /// Requests without a valid token in this hour.
    private let strangers: Int

    /// The first user, and how far receivers are with it.
    private struct Arrival {
        let entry: JournalEntry
        let place: UserSheet.Place?
    }

    static let seconds = 5

    init(_ visit: Visit, _ provider: Provider, _ tokens: TokenBook) throws {
        self.visit = visit
        self.provider = provider
        let own = tokens.valid.filter { $0.profile == provider.name }
        token = own.filter { $0.used != nil }.max { $0.used ?? $0.created < $1.used ?? $1.created }
        let now = visit.now
        (user, group, strangers) = try visit.read { store in
            let hours = try store.hourCounts(from: now, to: now.adding(seconds: 1))
            return (
                try Self.arrival(own, store), try Self.first(own, .group, "Group", store),
                hours.first { $0.kind == .unauthenticated }?.total ?? 0
            )
        }
    }

    private static func arrival(_ tokens: [Token], _ store: any StoreReading) throws -> Arrival? {
        guard let entry = try first(tokens, .created, "User", store) else { return nil }
        let places = try store.receivers().compactMap { receiver -> UserSheet.Place? in
            try store.deliveries(to: receiver.id, .of([entry.subject.id]), limit: 1).first.map {
                let site = receiver.kind == .wordpress ? try? WordPressSite(receiver) : nil
                return UserSheet.Place(receiver: receiver, record: $0, site: site)
            }
        }
        return Arrival(entry: entry, place: places.first { $0.site != nil } ?? places.first)
    }

    /// The oldest entry of a kind that one of the tokens has made.
    private static func first(
        _ tokens: [Token],
        _ kind: AuditKind,
        _ type: String,
        _ store: any StoreReading
    ) throws -> JournalEntry? {
        var query = AuditQuery()
        query.kind = kind
        query.type = type
        query.result = .done
        query.order = .oldestFirst
        query.limit = 1
        var found: [JournalEntry] = []
        for name in Set(tokens.map(\.name)) {
            query.actor = name
            found += try store.audit(query, .withoutBodies)
        }
        return found.min { $0.sequence < $1.sequence }
    }

    /// Whether there is nothing more to wait for.
    var isOver: Bool { user?.place?.record.state == .done }

    // MARK: Showing

    var html: HTML {
        """
        \(banner)\(isOver || token != nil ? nil : strangersBanner)\
        \(HTML.card("<h2>What has arrived</h2>\n\(way)"))
        """
    }

    private var here: Href { Href("providers", provider.name) }

    private var banner: HTML {
        if isOver { return arrivedBanner }
        let stop: HTML = """
            <a class="button" href="\(visit.path(here))">Stop watching</a> \
            <a href="\(visit.path(here.with("watch", "yes")))">Look now</a>
            """
        let text: HTML = """
            Go on with the steps below. This page looks again every \(Self.seconds) seconds, until you \
            stop it or until a user has arrived.
            """
        guard let token else {
            return Mood.wait.banner(
                "Waiting for the first request",
                text,
                actions: stop,
                role: "status"
            )
        }
        let request = token.lastRequest ?? "a request"
        return token.hasFailedLast
            ? Mood.bad.banner(
                "It came, and was refused: \(request)",
                "Why stands in the audit, and in the provider’s own log. \(text)",
                actions: stop,
                role: "status"
            )
            : Mood.wait.banner(
                user == nil
                    ? "It came: \(request). Waiting for the first user"
                    : "The first user is here. Waiting for WordPress",
                text,
                actions: stop,
                role: "status"
            )
    }

    private var arrivedBanner: HTML {
        guard let user else { return "" }
        return Mood.good.banner(
            "\(provider.title) is connected",
            """
            The first user, \(name(user.entry)), arrived \(visit.when(user.entry.at)) and is in \
            \(user.place?.site?.host ?? "WordPress"). You can assign more people now.
            """,
            actions: """
                <a class="button" href="\(visit.path(Href("users", user.entry.subject.id)))">See the \
                first user</a> <a href="\(visit.path(Href("roles")))">Decide who gets which role</a>
                """,
            role: "status"
        )
    }

    private func name(_ entry: JournalEntry) -> String {
        entry.detail["display"]?.string ?? entry.subject.name
    }

    private var strangersBanner: HTML? {
        if strangers == 0 { return nil }
        let requests: HTML = HTML.openingCount(strangers, "request", "requests")
        return Mood.warn.banner(
            "\(requests) came without a valid token in this hour",
            """
            If that was \(provider.phrase), the token was cut when it was pasted, or is an old one. \
            Paste it again, or make a new one.
            """
        )
    }

    private var way: HTML {
        Station.way(
            "What Roster has seen from \(provider.title)",
            [requestStation, userStation, siteStation, groupStation]
        )
    }

    private var requestStation: Station {
        guard let token, let used = token.used else {
            return user == nil
                ? Station(mood: .wait, name: "First request", text: "Waiting")
                : Station(mood: .good, name: "First request", text: "Came with an older token")
        }
        return Station(
            mood: token.hasFailedLast ? .bad : .good,
            name: "Request",
            text: "\(token.lastRequest ?? "It came"), \(visit.when(used))"
        )
    }

    private var userStation: Station {
        guard let user else {
            return Station(
                mood: token == nil ? .off : .wait,
                name: "First user",
                text: token == nil ? "Not yet" : "Waiting"
            )
        }
        let status: HTML? = user.entry.request.map { "\($0.method), \($0.status) · " }
        return Station(
            mood: .good,
            name: "First user",
            text: "\(name(user.entry)) · \(status)\(visit.when(user.entry.at))"
        )
    }

    private var siteStation: Station {
        let name: HTML = "In WordPress"
        guard let user else { return Station(mood: .off, name: name, text: "Not yet") }
        guard let place = user.place else {
            return Station(mood: .warn, name: name, text: "No site is connected")
        }
        return Station(
            mood: DeliveryState(place.record).mood,
            name: name,
            text: place.record.state == .done
                ? "\(place.record.account?.name ?? "It is there")"
                : UserSheet.explanation(place, visit)
        )
    }

    private var groupStation: Station {
        guard let group else {
            return Station(mood: .off, name: "First group", text: "Not yet; optional")
        }
        return Station(
            mood: .good,
            name: "First group",
            text: "\(group.subject.name) · \(visit.when(group.at))"
        )
    }
}
