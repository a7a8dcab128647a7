import Directory
import SCIM

/// `/roles`: which group gives which role.
struct RolePages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        .sheet(Sheet("Roles", .roles, "<h1>Roles</h1>"))
    }
}
