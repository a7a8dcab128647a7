import Directory
import SCIM

/// `/mapping`: where attributes go.
struct MappingPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        .sheet(Sheet("Mapping", .mapping, "<h1>Mapping</h1>"))
    }
}
