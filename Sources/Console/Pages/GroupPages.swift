import Directory
import SCIM

/// `/groups`: the groups in the directory.
struct GroupPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        .sheet(Sheet("Groups", .groups, "<h1>Groups</h1>"))
    }
}
