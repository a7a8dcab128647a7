import Directory
import SCIM
import TestSupport
import Testing

/// SQLite's parser takes so many open parentheses at a time: filters as deep as the limit pass it.
struct DeepFilterTests {
    private func search(_ filter: String, _ type: ResourceType = .user) throws -> Int {
        let test = try TestStore()
        let directory = test.directory()
        _ = try directory.create(["userName": "ann", "title": "x", "emails": [["value": "a@b"]]])
        var query = Query(type: type, count: 10, domain: "default", links: TestStore.links)
        query.predicate = try FilterParser.parse(filter).bound(to: type)
        return try directory.search(query).total
    }

    @Test(arguments: [
        "(", "not (", "(title pr and ", "(title pr or ", "title eq \"a\" and not (",
        "title eq \"a\" or not (", "title pr and (nickName pr or (",
        "not (emails.value co \"z\" and ", "(meta.version eq \"a\" or ",
        "(emails[type eq \"work\"] or not (title pr) or ",
    ])
    func ofAResource(open: String) throws {
        // Two levels each time are half as many times.
        let levels = open.count { $0 == "(" } - open.count { $0 == ")" }
        // A group beside the next one is a level deeper.
        let depth = (Limits.standard.filterDepth - (open.contains(")") ? 1 : 0)) / levels
        let filter =
            String(repeating: open, count: depth) + "title eq \"x\""
            + String(repeating: ")", count: levels * depth)
        #expect(throws: Never.self) { try search(filter) }
    }

    @Test(arguments: ["(", "not (", "(type eq \"work\" and ", "value eq \"a\" or not ("])
    func ofAnElement(open: String) throws {
        let depth = Limits.standard.filterDepth - 1
        let inner =
            String(repeating: open, count: depth) + "value co \"b\""
            + String(repeating: ")", count: depth)
        #expect(throws: Never.self) { try search("emails[\(inner)]") }
        #expect(throws: Never.self) {
            try search("members[\(inner.replacing("type eq \"work\"", with: "type pr"))]", .group)
        }
        #expect(throws: Never.self) { try search("groups[\(inner)] and title pr") }
    }
}
