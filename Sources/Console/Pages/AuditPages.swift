import Directory
import SCIM

/// `/audit`: who did what to whom.
struct AuditPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        .sheet(Sheet("Audit", .audit, "<h1>Audit</h1>"))
    }
}
