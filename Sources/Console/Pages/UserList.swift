import Directory
import SCIM

/// `/users`: people by user name, by words, by a SCIM filter or by their state.
struct UserList {
    private let visit: Visit
    private let words: String?
    private let filter: String?
    private let state: State

    static let pageSize = 50
    /// People whom a filter finds are counted so far.
    private static let countedMax = 2_000

    private enum State: String, CaseIterable {
        case all, deactivated, stuck

        var title: HTML {
            switch self {
            case .all: "All"
            case .deactivated: "Deactivated"
            case .stuck: "Stuck"
            }
        }
    }

    init(_ visit: Visit) {
        self.visit = visit
        let isFilter = visit.query["by"] == "filter"
        words = isFilter ? nil : visit.query["q"]
        filter = isFilter ? visit.query["q"] : nil
        state = visit.query["state"].flatMap(State.init(rawValue:)) ?? .all
    }

    /// People, and the ways to those before and behind them.
    private struct Page {
        var people: [Person] = []
        /// The users' groups, accounts and states go by their places in `people`.
        var deliveries: [String: [DeliveryRecord]] = [:]
        var caption: HTML = ""
        var earlier: Href?
        var later: Href?
    }

    func sheet() throws -> Sheet {
        do {
            let page = try self.page()
            return sheet(error: nil, page.people.isEmpty ? nothing() : table(page))
        } catch let error as SCIMError where error.status == 400 && filter != nil {
            return sheet(
                error: error.detail,
                """
                <section class="card empty"><p class="soft">Correct the filter, and find again. \
                Nothing was searched.</p></section>
                """
            )
        }
    }

    private func sheet(error: String?, _ content: HTML) -> Sheet {
        Sheet(
            "Users",
            .users,
            status: error == nil ? 200 : 400,
            """
            <h1>Users</h1>
            \(form(error))
            \(tabs())
            \(content)
            """
        )
    }

    // MARK: Finding

    private var here: Href {
        Href("users").with("q", words ?? filter).with("by", filter == nil ? nil : "filter")
            .with("state", state == .all ? nil : state.rawValue)
    }

    private func page() throws -> Page {
        if filter != nil { return try filtered() }
        if state == .stuck { return try stuck() }
        if words != nil || state == .deactivated { return try found() }
        return try named()
    }

    private func named() throws -> Page {
        try visit.read { store -> Page in
            let window = self.window
            let isBackwards = if case .before = window { true } else { false }
            var names = try store.names(of: .user, window, limit: Self.pageSize + 1)
            let hasMore = names.count > Self.pageSize
            if hasMore { names.remove(at: isBackwards ? 0 : Self.pageSize) }
            var page = try people(names.map(\.id), in: store)
            let total = try total(in: store)
            page.caption = "\(HTML.number(total)) users, by user name"
            let isBeginning = window == .first || isBackwards && !hasMore
            if let first = names.first, !isBeginning {
                page.earlier = here.with("before", Self.place(first))
            }
            if let last = names.last, hasMore || isBackwards {
                page.later = here.with("after", Self.place(last))
            }
            return page
        }
    }

    private var window: NameWindow {
        if let after = visit.query["after"].flatMap(Self.name) { return .after(after) }
        if let before = visit.query["before"].flatMap(Self.name) { return .before(before) }
        if let from = visit.query["from"] { return .from(from) }
        return .first
    }

    /// A place in the list as the URL has it: number and name.
    static func place(_ name: ResourceName) -> String { "\(name.key) \(name.name)" }

    static func name(_ place: String) -> ResourceName? {
        let parts = place.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let key = Int64(parts[0]) else { return nil }
        return ResourceName(name: String(parts[1]), key: key)
    }

    private func total(in store: any StoreReading) throws -> Int {
        try store.search(
            Query(type: .user, count: 0, domain: "default", links: visit.directory.links)
        ).total
    }

    private func filtered() throws -> Page {
        let start = max(visit.query["from"].flatMap { Int($0) } ?? 1, 1)
        let filter = try Filter(typed: self.filter ?? "")
        var query = Query(
            type: .user,
            predicate: try filter.bound(to: .user, links: visit.directory.links),
            count: Self.pageSize,
            parts: .memberships,
            domain: "default",
            links: visit.directory.links
        )
        query.startIndex = start
        query.countedMax = Self.countedMax
        return try visit.read { [query] store -> Page in
            let found = try store.search(query)
            var page = try people(found.resources, in: store)
            let last = start + found.resources.count - 1
            let more: HTML = found.total >= Self.countedMax ? "over " : ""
            page.caption =
                "Users \(start)–\(HTML.number(last)) of \(more)\(HTML.number(found.total))"
            if start > 1 {
                page.earlier = here.with("from", String(max(start - Self.pageSize, 1)))
            }
            if last < found.total { page.later = here.with("from", String(last + 1)) }
            return page
        }
    }

    private func stuck() throws -> Page {
        let after = visit.query["after"] ?? ""
        return try visit.read { store -> Page in
            var ids: [String] = []
            for receiver in try store.receivers() {
                ids += try store.deliveries(
                    to: receiver.id,
                    .inState(.parked, after: after),
                    limit: Self.pageSize + 1
                ).filter { $0.type == ResourceType.user.name }.map(\.resource)
            }
            ids.sort()
            let unique = ids.indices.filter { $0 == 0 || ids[$0] != ids[$0 - 1] }.map { ids[$0] }
            let shown = Array(unique.prefix(Self.pageSize))
            var page = try people(shown, in: store)
            page.caption = "Users whose newest state a receiver will not have"
            if unique.count > shown.count, let last = shown.last {
                page.later = here.with("after", last)
            }
            return page
        }
    }

    /// By words, the newest first.
    private func found() throws -> Page {
        let before = visit.query["before"].flatMap { Int64($0) }
        var found = try visit.directory.users(
            matching: words ?? "",
            state: state == .deactivated ? .inactive : .any,
            before: before,
            limit: Self.pageSize + 1
        )
        let hasMore = found.count > Self.pageSize
        if hasMore { found.removeLast() }
        return try visit.read { [found] store -> Page in
            var page = try people(found.map(\.id), in: store)
            page.caption = "Users, the newest first"
            if before != nil { page.earlier = here }
            if hasMore, let last = found.last {
                page.later = here.with("before", String(last.key))
            }
            return page
        }
    }

    private func people(_ ids: [String], in store: any StoreReading) throws -> Page {
        try people(
            ids.compactMap { id in
                try store.fetch(id, type: .user, domain: "default", loading: .memberships)
            },
            in: store
        )
    }

    private func people(_ resources: [StoredResource], in store: any StoreReading) throws -> Page {
        var page = Page()
        page.people = try resources.map(Person.init)
        let ids = resources.map(\.id)
        for receiver in try store.receivers() {
            for record in try store.deliveries(to: receiver.id, .of(ids), limit: ids.count) {
                page.deliveries[record.resource, default: []].append(record)
            }
        }
        return page
    }

    // MARK: Showing

    private func form(_ error: String?) -> HTML {
        let find = Field(
            "q",
            "Find",
            .search,
            value: words ?? filter ?? "",
            error: error,
            explanation: "q-about",
            classes: "long"
        )
        let by = Field(
            "by",
            "As",
            .choice([("words", "Words"), ("filter", "SCIM filter")]),
            value: filter == nil ? "words" : "filter"
        )
        return """
            <search>
            <form method="get" action="\(visit.path(Href("users")))" class="card flow">
            <div class="filters">
            \(find.html)\(by.html)<p><button class="primary">Find</button></p>
            </div>
            <p class="help" id="q-about">Words: the beginning of a name, user name, e-mail address or \
            department. SCIM filter: for example <code>active eq false and title co "lead"</code>.</p>
            </form>
            </search>

            """
    }

    private func tabs() -> HTML {
        HTML.tabs(
            "State",
            State.allCases.map { state in
                (
                    state.title,
                    visit.path(
                        Href("users").with("state", state == .all ? nil : state.rawValue)
                    ),
                    state == self.state && filter == nil
                )
            }
        )
    }

    private func table(_ page: Page) -> HTML {
        var table = Listing(
            caption: page.caption,
            columns: [
                .init("Name"), .init("State"), .init("Account"), .right("Groups"), .init("Changed"),
            ]
        )
        table.rows = page.people.map { person in
            let records = page.deliveries[person.id] ?? []
            return .cells([
                """
                <a href="\(visit.path(Href("users", person.id)))">\(person.name)</a>\
                <small>\(person.userName)</small>
                """,
                state(of: person, records),
                records.compactMap(\.account).first.map { "\($0.name)" } ?? "–",
                "\(person.stored.memberships.count)",
                visit.when(person.stored.record.modified),
            ])
        }
        return HTML.card(labelled: "Users", "\(table.html)\(pages(page))")
    }

    private func state(of person: Person, _ records: [DeliveryRecord]) -> HTML {
        let states = records.map(DeliveryState.init)
        if let worst = states.first(where: { $0.mood == .bad })
            ?? states.first(where: { $0.mood != .good })
        {
            return worst.mood.badge(worst.word)
        }
        return person.isActive ? Mood.good.badge("Active") : Mood.off.badge("Deactivated")
    }

    private func pages(_ page: Page) -> HTML {
        let earlier: HTML =
            page.earlier.map { "<a class=\"button\" href=\"\(visit.path($0))\">← Previous</a>" }
            ?? "<span class=\"soft\">This is the beginning</span>"
        let later: HTML =
            page.later.map { "<a class=\"button\" href=\"\(visit.path($0))\">Next →</a>" }
            ?? "<span class=\"soft\">This is the end</span>"
        let isByName = words == nil && filter == nil && state == .all
        let jump: HTML? =
            isByName
            ? """
            <form method="get" action="\(visit.path(Href("users")))" class="actions">\
            <label for="from">Go to user names from</label> \
            <input id="from" name="from" size="6" class="short"> <button>Go</button></form>
            """ : nil
        return """
            <nav class="pages" aria-label="Pages">
            \(earlier)
            \(jump)
            \(later)
            </nav>
            """
    }

    /// Why the list is empty, and what would fill it.
    private func nothing() -> HTML {
        let (heading, text): (HTML, HTML) =
            if let words {
                (
                    "Nobody is called “\(words)”",
                    """
                    All users were searched by name, user name, e-mail address and department. \
                    Words are compared from their beginning: <b>smith</b> finds Smithson, not \
                    Goldsmith.
                    """
                )
            } else if filter != nil {
                ("The filter finds nobody", "All users were searched.")
            } else if state == .stuck {
                ("Nobody is stuck", "What is sent arrives, or is tried again by itself.")
            } else if state == .deactivated {
                ("Nobody is deactivated", "Whom the provider deactivates is listed here.")
            } else {
                ("Nobody is here yet", "The first user comes when a provider sends one.")
            }
        let all: HTML =
            words == nil && filter == nil && state == .all
            ? """
            <a class="button primary" href="\(visit.path(Href("providers")))">Connect a provider</a>
            """
            : "<a class=\"button\" href=\"\(visit.path(Href("users")))\">Show everybody</a>"
        return """
            <section class="card empty flow">
            <h2>\(heading)</h2>
            <p>\(text)</p>
            <p class="actions">\(all)</p>
            </section>
            """
    }
}
