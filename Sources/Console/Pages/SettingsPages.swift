import Delivery
import Directory
import SCIM

/// `/settings`: what happens to leavers, what is recorded, who may sign in.
///
/// Each section is a form of its own, and saves nothing but itself.
struct SettingsPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        if path.isEmpty { return .sheet(try sheet(nil)) }
        guard path.count == 2, path[0] == "people" else { return nil }
        guard visit.mayChange else { return .sheet(.denied(visit)) }
        return try AdministratorPages(visit).read(path[1]).map { .sheet($0) }
    }

    func change(_ path: [String]) throws -> Reply? {
        if path.first == "people" {
            return try AdministratorPages(visit).change(Array(path.dropFirst()))
        }
        do {
            if path == ["record"] { return try AuditSection(visit).save() }
            guard let section = path.first.flatMap(SiteSection.Name.init(rawValue:)),
                path.count == 1 || path.dropFirst() == ["save"], let chosen = try ChosenSite(visit)
            else { return nil }
            let plan = try SiteSection(chosen, section).plan()
            let planner = SitePlanner(chosen, .settings)
            return try path.count == 1 ? planner.submit(plan) : planner.make(plan)
        } catch let fault as FormFault {
            return .sheet(try sheet(fault))
        }
    }

    private func sheet(_ fault: FormFault?) throws -> Sheet {
        let chosen = try ChosenSite(visit)
        let sections = chosen.map { chosen in
            SiteSection.Name.allCases.map { SiteSection(chosen, $0).card(fault) }
        }
        return Sheet(
            "Settings",
            .settings,
            status: fault == nil ? 200 : 400,
            """
            <h1>Settings</h1>
            \(Notice(visit)?.banner)
            \(chosen?.tabs(.settings))
            \(sections ?? [])
            \(chosen.map(inWordPress))
            \(try AuditSection(visit).card(fault))
            \(address())
            \(try AdministratorPages(visit).card())
            """
        )
    }

    /// What the site itself says, and nobody can change from here.
    private func inWordPress(_ chosen: ChosenSite) -> HTML {
        let (status, problem) = chosen.status()
        let content: HTML
        if let status {
            let adopt: HTML =
                switch status.json["adopt"]?.string {
                case "login": "It is taken over when the login is the same."
                case "email": "It is taken over when the e-mail address is the same."
                default: "The new user is refused, and the provider is told so."
                }
            let roles = status.roles.filter(\.isAllowed).map(\.title).joined(separator: ", ")
            content = HTML.facts([
                (
                    "An account is there already",
                    "\(adopt) <small>Constant <code>ROSTER_ADOPT</code></small>"
                ),
                (
                    "Roles that may be given",
                    "\(roles) <small>Constant <code>ROSTER_ROLES</code></small>"
                ),
            ])
        } else {
            content = """
                <p>\(chosen.site.host) does not answer: \(problem?.message ?? "")</p>
                """
        }
        return HTML.card(
            """
            <h2>Decided in WordPress</h2>
            <p class="soft">In wp-config.php of \(chosen.site.host), so that whoever controls a \
            provider cannot change it.</p>
            \(content)
            """
        )
    }

    private func address() -> HTML {
        let isFixed = visit.surroundings.configuredBase(visit.request) != nil
        let origin: HTML =
            isFixed
            ? "It is set as <code>ROSTER_BASE_URL</code> where Roster is started, and changed there."
            : """
            It is taken from the address of each request. Where a proxy changes host or path, set \
            <code>ROSTER_BASE_URL</code> where Roster is started.
            """
        return HTML.card(
            """
            <h2>Address</h2>
            \(HTML.value("base", "Base URL", visit.endpointURL, help: origin))
            """
        )
    }
}
