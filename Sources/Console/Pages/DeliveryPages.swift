import Directory
import SCIM

/// `/deliveries`: what receivers are still to be told.
struct DeliveryPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        .sheet(Sheet("Deliveries", .deliveries, "<h1>Deliveries</h1>"))
    }
}
