import Directory
import SCIM

/// `/receivers`: who is told of changes.
struct ReceiverPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        .sheet(Sheet("Receivers", .receivers, "<h1>Receivers</h1>"))
    }
}
