import Directory
import SCIM

/// `/`: whether it works, and what needs somebody.
struct OverviewPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        .sheet(Sheet("Overview", .overview, "<h1>Roster works.</h1>"))
    }
}
