import Directory
import SCIM

/// `/audit`: who did what to whom, and what came of it.
struct AuditPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        switch path {
        case []: return .sheet(try AuditList(visit).sheet())
        case ["clear"]: return .sheet(try AuditClearing(visit).sheet())
        case _ where path.count == 1:
            guard let sequence = Int64(path[0]) else { return try request(path[0]) }
            return try AuditEntrySheet(visit, sequence)?.sheet().map { .sheet($0) }
        default: return nil
        }
    }

    func change(_ path: [String]) throws -> Reply? {
        path == ["clear"] ? try AuditClearing(visit).clear() : nil
    }

    /// The entries that came with a request; of one the entry itself.
    private func request(_ id: String) throws -> Reply? {
        let entries = try visit.read { store -> [JournalEntry] in try store.entries(ofRequest: id) }
        guard let first = entries.first else { return nil }
        return .seeOther(
            entries.count == 1
                ? Href("audit", String(first.sequence)) : Href("audit").with("q", id)
        )
    }
}

/// `/audit.csv`, `/audit.json`: all entries that the filters find, as a file.
struct AuditFile: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        guard path.isEmpty, let name = visit.place.segments.first,
            let form = AuditExport.Form(rawValue: String(name.dropFirst("audit.".count)))
        else { return nil }
        let settings = try visit.read { store -> AuditSettings in try store.auditSettings() }
        let isMasked = settings.masksForAuditors && !visit.mayChange
        // Who takes a copy away stands in the trail, however far it comes.
        try visit.directory.noteAuditExport(
            ["form": .string(form.rawValue), "filters": .string(visit.request.query ?? "")],
            by: visit.caller
        )
        var query = AuditFilters(visit).query
        query.order = .oldestFirst
        let directory = visit.directory.unhurried
        return .file(name: "roster-\(name)", type: form.contentType) { [query] write in
            var export = AuditExport(form)
            var isRead = write(export.head)
            try? directory.walk(query, form == .json ? .all : .withoutBodies) { entries in
                let shown = isMasked ? entries.map(\.withoutValues) : entries
                isRead = isRead && write(export.text(of: shown))
                return isRead
            }
            if isRead { _ = write(export.tail) }
        }
    }
}

/// The filters of the list, as the URL has them.
struct AuditFilters {
    let visit: Visit
    let fields: Fields

    init(_ visit: Visit) {
        self.visit = visit
        fields = visit.query
    }

    static let names = ["q", "action", "result", "by", "status", "user", "from", "to"]

    var query: AuditQuery {
        var query = AuditQuery(finding: fields["q"] ?? "")
        query.kind = fields["action"].flatMap(AuditKind.init(rawValue:))
        query.result = fields["result"].flatMap(AuditResult.init(rawValue:))
        query.status = fields["status"].flatMap { Int($0) }
        if let user = fields["user"] { query.concerning = user }
        switch fields["by"] {
        case "console"?: query.actorType = "administrator"
        case "command"?: query.actorType = "command"
        case let name?: query.actor = name
        case nil: break
        }
        query.from = fields["from"].flatMap { day($0, plus: 0) }
        query.to = fields["to"].flatMap { day($0, plus: 1) }
        query.before = fields["before"].flatMap { Int64($0) }
        return query
    }

    /// The list with these filters.
    func href(_ path: String = "audit") -> Href {
        Self.names.reduce(Href(path)) { href, name in href.with(name, fields[name]) }
    }

    /// The beginning of `2026-11-25` in the zone of the page.
    private func day(_ text: String, plus days: Int) -> Instant? {
        let parts = text.split(separator: "-").map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            let start = visit.zone.start(ofYear: year, month: month, day: day)
        else { return nil }
        if days == 0 { return start }
        // A day may be an hour longer or shorter.
        let next = visit.zone.time(of: start.adding(seconds: 30 * 3_600))
        return visit.zone.start(ofYear: next.year, month: next.month, day: next.day)
    }

    /// Each filter that is in use, and the list without it.
    var chips: [(text: HTML, pathWithout: String)] {
        Self.names.compactMap { name in
            guard let value = fields[name] else { return nil }
            return (Self.words(name, value), visit.path(href().with(name, nil)))
        }
    }

    private static func words(_ name: String, _ value: String) -> HTML {
        switch name {
        case "q": "“\(value)”"
        case "user": "About one person"
        case "by": "By \(value)"
        case "status": "Answered \(value)"
        case "from": "Since \(value)"
        case "to": "Until \(value)"
        default: "\(value)"
        }
    }
}

/// The list of entries.
struct AuditList {
    private let visit: Visit
    private let filters: AuditFilters

    private static let pageSize = 50
    /// Entries that are looked at to count what the filters find.
    private static let countedMax = 2_000

    init(_ visit: Visit) {
        self.visit = visit
        filters = AuditFilters(visit)
    }

    func sheet() throws -> Sheet {
        var query = filters.query
        query.limit = Self.pageSize + 1
        var entries = try visit.directory.audit(query)
        let hasMore = entries.count > Self.pageSize
        if hasMore { entries.removeLast() }
        var counted = query
        counted.before = nil
        let (count, states, tokens, state, settings) = try visit.read {
            [counted, entries] store in
            (
                try store.auditCount(counted, lookingAt: Self.countedMax),
                try entries.map { try Self.state(of: $0, in: store) }, try store.tokens(),
                try store.auditState(), try store.auditSettings()
            )
        }
        let caption = caption(count)
        return Sheet(
            "Audit",
            .audit,
            """
            <div class="head">
            <h1>Audit</h1>
            <p class="actions">Export \(caption): \
            <a class="button" href="\(visit.path(filters.href("audit.csv")))">CSV</a> \
            <a class="button" href="\(visit.path(filters.href("audit.json")))">JSON</a></p>
            </div>
            \(form(Set(tokens.map(\.name)).sorted()))
            \(HTML.chips(filters.chips))
            \(entries.isEmpty ? nothing(state) : table(entries, states, caption, hasMore))
            \(kept(state, settings))
            """
        )
    }

    /// What receivers answered to an entry's state.
    private static func state(
        of entry: JournalEntry,
        in store: any StoreReading
    ) throws -> DeliveryState? {
        guard entry.result == .done, entry.subject.type == ResourceType.user.name else {
            return nil
        }
        let outcomes = try store.outcomes(
            ofResource: entry.subject.id,
            receiver: nil,
            from: entry.sequence
        )
        return DeliveryState(outcomes, covering: entry)
    }

    private func caption(_ count: AuditCount) -> HTML {
        if !count.isExact { return "over \(HTML.number(count.total)) entries" }
        return count.total == 1 ? "1 entry" : "\(HTML.number(count.total)) entries"
    }

    // MARK: Filters

    private static let kinds: [(value: String, title: HTML)] = [
        ("", "Anything"), ("created", "Created"), ("changed", "Changed"),
        ("deactivated", "Deactivated"), ("reactivated", "Reactivated"), ("deleted", "Deleted"),
        ("group", "Group changed"), ("read", "Read in vain"),
        ("administration", "Settings and sign-ins"),
    ]

    private static let results: [(value: String, title: HTML)] = [
        ("", "Any"), ("done", "Done"), ("refused", "Refused (400 to 499)"),
        ("failed", "Failed (500 and up)"), ("stuck", "Stuck on the way"),
    ]

    private func form(_ tokens: [String]) -> HTML {
        let fields = filters.fields
        let actors: [(value: String, title: HTML)] =
            [("", "Anybody")] + tokens.map { ($0, "\($0)") }
            + [("console", "Console"), ("command", "Command line")]
        let inputs = [
            Field(
                "q",
                "Find",
                .search,
                value: fields["q"] ?? "",
                help: "A person, an IP address or a request’s number",
                classes: "long"
            ),
            Field("action", "What", .choice(Self.kinds), value: fields["action"] ?? ""),
            Field("result", "Result", .choice(Self.results), value: fields["result"] ?? ""),
            Field("by", "By", .choice(actors), value: fields["by"] ?? ""),
            Field("from", "From", .date, value: fields["from"] ?? ""),
            Field("to", "To", .date, value: fields["to"] ?? ""),
        ]
        let hidden: [HTML] = ["user", "status"].compactMap { name in
            fields[name].map { "<input type=\"hidden\" name=\"\(name)\" value=\"\($0)\">" }
        }
        return """
            <search>
            <form method="get" action="\(visit.path(Href("audit")))" class="card">
            <div class="filters">
            \(inputs.map(\.html))\(hidden)<p><button class="primary">Find</button></p>
            </div>
            </form>
            </search>

            """
    }

    // MARK: Entries

    private func table(
        _ entries: [JournalEntry],
        _ states: [DeliveryState?],
        _ caption: HTML,
        _ hasMore: Bool
    ) -> HTML {
        var table = Listing(
            caption: "\(caption), newest first",
            columns: [
                .init("Time"), .init("Person or thing", label: "Who"), .init("What"), .init("By"),
                .init("Result"), .right("Took"),
            ]
        )
        var day = ""
        for (entry, state) in zip(entries, states) {
            let time = visit.zone.time(of: entry.at)
            let name = "\(time.year) \(time.month) \(time.day)"
            if name != day {
                table.rows.append(.heading(visit.longDay(entry.at)))
                day = name
            }
            table.rows.append(row(entry, state))
        }
        let newer: HTML =
            filters.fields["before"] == nil
            ? "<span class=\"soft\">These are the newest</span>"
            : "<a class=\"button\" href=\"\(visit.path(filters.href()))\">← To the newest</a>"
        let older: HTML =
            hasMore
            ? entries.last.map { last in
                let href = filters.href().with("before", String(last.sequence))
                return
                    "<a class=\"button\" href=\"\(visit.path(href))\">Older \(Self.pageSize) →</a>"
            } ?? "" : "<span class=\"soft\">There are no older ones</span>"
        return HTML.card(
            labelled: "Entries",
            "\(table.html)<nav class=\"pages\" aria-label=\"Pages\">\(newer) \(older)</nav>"
        )
    }

    private func row(_ entry: JournalEntry, _ state: DeliveryState?) -> Listing.Row {
        let words = AuditWords(entry: entry)
        let path = visit.path(Href("audit", String(entry.sequence)))
        let address: HTML? = (entry.request?.address).map { "<small>\($0)</small>" }
        return .cells([
            "<a href=\"\(path)\">\(visit.clock(entry.at))</a>", words.subject, words.action,
            "\(words.actor)\(address)", words.result(state),
            (entry.request?.microseconds).map { HTML.duration(microseconds: $0) } ?? "–",
        ])
    }

    private func nothing(_ state: AuditState) -> HTML {
        let isOpen = filters.chips.isEmpty
        return """
            <section class="card empty flow">
            <h2>\(isOpen ? "Nothing has happened yet" : "Nothing of that kind happened" as HTML)</h2>
            <p>\(isOpen
                ? "Every change, refusal and failed request of a provider will stand here."
                : "All entries that are kept were searched. Words are compared from their beginning." as HTML)</p>
            <p class="actions"><a class="button" href="\(visit.path(Href("audit")))">All entries</a></p>
            </section>

            """
    }

    private func kept(_ state: AuditState, _ settings: AuditSettings) -> HTML {
        let days: HTML =
            settings.days == 0 ? "without end" : "for \(HTML.number(settings.days)) days"
        let size: HTML? =
            settings.megabytes == 0
            ? nil : " or up to \(HTML.bytes(Int64(settings.megabytes) * 1_000_000))"
        let clear: HTML? =
            visit.mayChange
            ? " <a href=\"\(visit.path(Href("audit", "clear")))\">Clear the audit</a>" : nil
        return HTML.card(
            """
            <h2>What is kept</h2>
            <p>Every change, refusal and failed request, \(days)\(size). Now \
            \(HTML.bytes(state.bytes))\(state.oldest.map { ", the oldest of \(visit.day($0))" }). \
            Requests without a valid token are counted, not stored.</p>
            <p class="actions"><a href="\(visit.path(Href("settings").at("record")))">Change what is \
            kept</a>\(clear)</p>
            """
        )
    }
}
