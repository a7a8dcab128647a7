import Directory
import SCIM

/// `/settings`: what happens to leavers, what is recorded, who may sign in.
struct SettingsPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        .sheet(Sheet("Settings", .settings, "<h1>Settings</h1>"))
    }
}
