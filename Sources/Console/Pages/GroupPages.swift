import Delivery
import Directory
import SCIM

/// `/groups`: the groups in the directory.
struct GroupPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    private static let pageSize = 50
    /// Larger groups are not counted for a list.
    private static let countedMax = 5_000

    func read(_ path: [String]) throws -> Reply? {
        switch path.count {
        case 0: return .sheet(try list())
        case 1: return try group(path[0]).map { .sheet($0) }
        default: return nil
        }
    }

    // MARK: The list

    private struct Row {
        let group: StoredResource
        let name: String
        let members: Int
    }

    private func list() throws -> Sheet {
        let query = visit.query
        let window: NameWindow =
            if let after = query["after"].flatMap(UserList.name) {
                .after(after)
            } else if let from = query["q"] {
                .from(from)
            } else {
                .first
            }
        let (rows, next, sites) = try visit.read {
            store -> (rows: [Row], next: Href?, sites: [WordPressSite]) in
            let names = try store.names(of: .group, window, limit: Self.pageSize + 1)
            let rows = try names.prefix(Self.pageSize).compactMap { name -> Row? in
                guard let group = try fetch(name.id, in: store) else { return nil }
                return Row(
                    group: group,
                    name: try group.displayName,
                    members: try store.membersCount(of: group.key, atMost: Self.countedMax + 1)
                )
            }
            var next: Href?
            if names.count > Self.pageSize, let last = names.dropLast().last {
                next = Href("groups").with("after", UserList.place(last))
            }
            return (rows, next, try connectedSites(in: store))
        }
        return Sheet(
            "Groups",
            .groups,
            """
            <h1>Groups</h1>
            \(form())
            \(rows.isEmpty ? nothing() : table(rows, next, sites))
            """
        )
    }

    private func fetch(_ id: String, in store: any StoreReading) throws -> StoredResource? {
        try store.fetch(id, type: .group, domain: "default", loading: .memberships)
    }

    private func connectedSites(in store: any StoreReading) throws -> [WordPressSite] {
        try store.receivers().filter { $0.kind == .wordpress }
            .compactMap { try? WordPressSite($0) }
    }

    private func form() -> HTML {
        let field = Field(
            "q",
            "Go to names from",
            .search,
            value: visit.query["q"] ?? "",
            classes: "long"
        )
        return """
            <search>
            <form method="get" action="\(visit.path(Href("groups")))" class="card">
            <div class="filters">\(field.html)<p><button class="primary">Go</button></p></div>
            </form>
            </search>

            """
    }

    private func table(_ rows: [Row], _ next: Href?, _ sites: [WordPressSite]) -> HTML {
        var table = Listing(
            caption: "Groups, by name",
            columns: [
                .init("Group"), .right("Members"), .init("Gives the role", label: "Role"),
                .init("Changed"),
            ]
        )
        table.rows = rows.map { row in
            .cells([
                "<a href=\"\(visit.path(Href("groups", row.group.id)))\">\(row.name)</a>",
                count(row.members), roles(row.name, row.group.id, sites),
                visit.when(row.group.record.modified),
            ])
        }
        let isBeginning = visit.query["after"] == nil && visit.query["q"] == nil
        let beginning: HTML =
            isBeginning
            ? "<span class=\"soft\">This is the beginning</span>"
            : "<a class=\"button\" href=\"\(visit.path(Href("groups")))\">From the beginning</a>"
        let later: HTML =
            next.map {
                "<a class=\"button\" href=\"\(visit.path($0))\">Next \(Self.pageSize) →</a>"
            }
            ?? "<span class=\"soft\">This is the end</span>"
        return HTML.card(
            labelled: "Groups",
            """
            \(table.html)<nav class="pages" aria-label="Pages">\(beginning) \(later)</nav>
            """
        )
    }

    private func count(_ members: Int) -> HTML {
        members > Self.countedMax ? "over \(HTML.number(Self.countedMax))" : HTML.number(members)
    }

    /// The roles that rules give for a group.
    private func roles(_ name: String, _ id: String, _ sites: [WordPressSite]) -> HTML {
        let roles = sites.flatMap(\.rules)
            .filter { $0.group == id || $0.group.caseFolded == name.caseFolded }.map(\.role)
        if roles.isEmpty { return "<span class=\"soft\">None</span>" }
        return HTML(roles.joined(separator: ", "))
    }

    private func nothing() -> HTML {
        """
        <section class="card empty flow">
        <h2>No group is here</h2>
        <p>Groups come when a provider sends them. Everybody in a group can be given a role in \
        WordPress.</p>
        <p class="actions"><a class="button" href="\(visit.path(Href("groups")))">All groups</a></p>
        </section>
        """
    }

    // MARK: One group

    private func group(_ id: String) throws -> Sheet? {
        let after = visit.query["after"].flatMap { Int64($0) } ?? 0
        return try visit.read { store -> Sheet? in
            guard let group = try fetch(id, in: store) else { return nil }
            let members = try store.members(
                of: group.key,
                after: after,
                limit: Self.pageSize + 1
            )
            let count = try store.membersCount(of: group.key, atMost: Self.countedMax + 1)
            return try sheet(group, members, count, after, in: store)
        }
    }

    private func sheet(
        _ group: StoredResource,
        _ members: [ResourceName],
        _ count: Int,
        _ after: Int64,
        in store: any StoreReading
    ) throws -> Sheet {
        let name = try group.displayName
        let sites = try connectedSites(in: store)
        let items = try members.prefix(Self.pageSize).map { member in
            try item(member, in: store)
        }
        let next: HTML? =
            members.count > Self.pageSize
            ? members.dropLast().last.map { last in
                """
                <nav class="pages" aria-label="Pages"><a class="button" \
                href="\(visit.path(Href("groups", group.id).with("after", String(last.key))))">\
                Next \(Self.pageSize) →</a></nav>
                """
            } : nil
        let list: HTML =
            items.isEmpty
            ? "<p class=\"soft\">Nobody is in it.</p>" : "<ul class=\"list\">\n\(items)</ul>"
        var facts: [(name: HTML, value: HTML)] = [
            ("Members", self.count(count)),
            ("Gives the role", roles(name, group.id, sites)),
            ("Changed", visit.when(group.record.modified)),
        ]
        if let externalId = group.record.externalId {
            facts.append(("External ID", "<code>\(externalId)</code>"))
        }
        facts.append(("SCIM ID", "<code>\(group.id)</code>"))
        return Sheet(
            name,
            .groups,
            """
            <p class="soft"><a href="\(visit.path(Href("groups")))">Groups</a></p>
            <h1>\(name)</h1>
            <div class="two">
            \(HTML.card("<h2>Members</h2>\n\(list)\(next)"))
            \(HTML.card("<h2>About it</h2>\n\(HTML.facts(facts))"))
            </div>
            """
        )
    }

    private func item(_ member: ResourceName, in store: any StoreReading) throws -> HTML {
        // The name of its type, as members have it.
        if member.name == ResourceType.group.name, let group = try fetch(member.id, in: store) {
            let path = visit.path(Href("groups", member.id))
            return
                "<li><a href=\"\(path)\">\(try group.displayName)</a> <small>group</small></li>\n"
        }
        guard
            let user = try store.fetch(member.id, type: .user, domain: "default", loading: [])
        else { return "" }
        let person = try Person(user)
        return """
            <li><a href="\(visit.path(Href("users", person.id)))">\(person.name)</a> \
            <small>\(person.userName)</small></li>

            """
    }
}

extension StoredResource {
    /// The name of a group; its id where it has none.
    fileprivate var displayName: String {
        get throws { try record.document.object()["displayName"]?.string ?? id }
    }
}
