import Directory
import SCIM

/// `/tokens`: who may use the endpoint.
struct TokenPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        .sheet(Sheet("Tokens", .tokens, "<h1>Tokens</h1>"))
    }
}
