import Delivery
import Directory
import SCIM

/// `/check`: tries the way in, as an identity provider comes, and the way on to the sites.
struct CheckPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        path.isEmpty ? .sheet(sheet(found: nil)) : nil
    }

    func change(_ path: [String]) throws -> Reply? {
        guard path.isEmpty else { return nil }
        let way = visit.surroundings.tryWay(visit.endpointURL, visit.request)
        return .sheet(sheet(found: way + (try clocks())))
    }

    /// Seconds that a site's clock may be wrong: beyond, signatures are not taken.
    private static let clockSecondsMax: Int64 = 300

    /// What time it is at each site.
    private func clocks() throws -> [Console.Check] {
        let receivers = try visit.read { store -> [Receiver] in try store.receivers() }
        return try receivers.filter { $0.kind == .wordpress }.map { receiver in
            let site = try WordPressSite(receiver)
            let desk = WordPressDesk(
                site,
                telephone: visit.surroundings.telephone,
                now: visit.surroundings.now
            )
            do {
                return Self.clock(of: site.host, try desk.status(), at: visit.now)
            } catch let error as WordPressDesk.Failure {
                return Console.Check(
                    .bad,
                    "\(site.host) does not answer: \(error.problem.message)"
                )
            }
        }
    }

    private static func clock(
        of host: String,
        _ status: JSONObject,
        at now: Instant
    ) -> Console.Check {
        guard let time = status["time"]?.integer else {
            return Console.Check(.good, "\(host) answers")
        }
        let difference = abs(now.microseconds / 1_000_000 - min(max(time, 0), 1 << 40))
        if difference > clockSecondsMax / 2 {
            return Console.Check(
                .bad,
                "The clocks here and at \(host) are \(difference) seconds apart; up to "
                    + "\(clockSecondsMax) are taken",
                cure: "set both by NTP"
            )
        }
        return Console.Check(
            .good,
            "\(host) answers; its clock is \(difference) seconds from the one here"
        )
    }

    private func sheet(found: [Console.Check]?) -> Sheet {
        let button: HTML? =
            visit.mayChange
            ? visit.form(
                Href("check"),
                content: """
                    <button class="primary">\(found == nil ? "Try it" : "Try it again" as HTML)\
                    </button>
                    """
            ) : nil
        return Sheet(
            "The way in and out",
            .overview,
            """
            <p class="soft"><a href="\(visit.path(Href()))">Overview</a></p>
            <h1>\(heading(found))</h1>
            <p>Roster asks its own address <code>\(visit.endpointURL)</code>, as a provider does: \
            with each method, a token and a large body, by way of certificate, proxy and web \
            server. Then it asks each WordPress site. It takes some seconds, and changes nothing.</p>
            \(found.map(findings))
            \(button)
            """
        )
    }

    private func heading(_ found: [Console.Check]?) -> HTML {
        guard let found else { return "Does the way in work?" }
        let faults = found.filter { $0.level != .good }.count
        if found.isEmpty { return "Nothing could be tried" }
        return faults == 0
            ? "The way in and out works"
            : HTML.openingCount(faults, "thing is in the way", "things are in the way")
    }

    private func findings(_ found: [Console.Check]) -> HTML {
        let faults = found.filter { $0.level != .good }.map { check in
            Mood(check.level).banner(
                "\(check.text)",
                check.cure.map { "What to do: <code>\($0)</code>" } ?? "",
                role: "alert"
            )
        }
        let passed: [HTML] = found.filter { $0.level == .good }.map { "<li>\($0.text)</li>\n" }
        return """
            \(faults)
            \(HTML.card(
                """
                <h2>\(passed.count == 1
                    ? "1 check passed" : "\(passed.count) checks passed" as HTML)</h2>
                <ul class="plain">
                \(passed)</ul>
                """
            ))
            """
    }
}
