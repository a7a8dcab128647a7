import Testing

@testable import Endpoint

struct ParametersTests {
    @Test(
        arguments: [
            ("filter=userName+eq+%22a%2Bb%22", "userName eq \"a+b\""),
            ("filter=userName%20eq%20%22a+b@example.org%22", "userName eq \"a+b@example.org\""),
            ("count=1&filter=a%20+b&x=c+d", "a +b"),
            ("filter=a%2520+b", "a%20 b"),
            ("filter=100%25+20", "100% 20"),
            ("filter=a+b", "a b"),
        ] as [(String, String)]
    )
    func readsPlusSigns(_ query: String, _ expected: String) throws {
        #expect(try Parameters(query)["filter"] == expected)
    }

    /// How one parameter is encoded says nothing of another.
    @Test func readsEachParameterByItself() throws {
        let parameters = try Parameters("filter=a%20+b&sortBy=c+d")
        #expect(parameters["filter"] == "a +b" && parameters["sortBy"] == "c d")
    }

    @Test func joinsLists() throws {
        let parameters = try Parameters(
            "attributes=userName&Attributes=displayName,title&excludedAttributes=&count=1&count=2"
        )
        #expect(parameters.text("attributes") == "userName,displayName,title")
        #expect(parameters.text("excludedAttributes") == nil)
        #expect(try parameters.integer("count") == 2)
        #expect(parameters["filter"] == nil)
    }
}
