import Directory
import SCIM

/// `/users`: the people in the directory.
struct UserPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        .sheet(Sheet("Users", .users, "<h1>Users</h1>"))
    }
}
