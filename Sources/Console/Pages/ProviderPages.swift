import Directory
import SCIM

/// `/providers`: how to connect a client, in its own words.
struct ProviderPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        .sheet(Sheet("Providers", .providers, "<h1>Providers</h1>"))
    }
}
