import SCIM
import Testing

/// URLs of resources in filters.
struct ReferenceBindingTests {
    private static let base = "https://example.com/scim/v2"
    private static let links = Links(base: base, types: .standard)

    @Test(
        arguments: [
            ("members[$ref eq \"\(base)/Users/26\"]", "value eq 26"),
            ("members[$ref ne \"\(base)/Groups/26\"]", "value ne 26"),
            ("members.$ref eq \"\(base)/Users/26\"", "value eq 26"),
            // Another host, no id, more than an id, a type that a member cannot have.
            ("members.$ref eq \"https://elsewhere.example/scim/v2/Users/26\"", nil),
            ("members.$ref eq \"\(base)/Users/\"", nil),
            ("members.$ref eq \"\(base)/Users/26/name\"", nil),
            ("members.$ref eq \"\(base)/Devices/26\"", nil),
            ("members.$ref sw \"\(base)/Users/26\"", nil),
            ("members.value eq \"\(base)/Users/26\"", "value eq \(base)/Users/26"),
        ] as [(String, String?)]
    )
    func membersAreComparedByID(_ filter: String, _ expected: String?) throws {
        let predicate = try FilterParser.parse(filter).bound(to: .group, links: Self.links)
        #expect(Self.idComparison(predicate) == expected)
    }

    @Test func groupsAreComparedByID() throws {
        let filter = try FilterParser.parse("groups.$ref eq \"\(Self.base)/Groups/7\"")
        #expect(Self.idComparison(try filter.bound(to: .user, links: Self.links)) == "value eq 7")
        let users = try FilterParser.parse("groups.$ref eq \"\(Self.base)/Users/7\"")
        #expect(Self.idComparison(try users.bound(to: .user, links: Self.links)) == nil)
    }

    /// The manager's URL is kept as it was sent.
    @Test func storedURLsAreComparedAsText() throws {
        let name = "\(Schema.enterpriseUser.id):manager.$ref"
        let filter = try FilterParser.parse("\(name) eq \"\(Self.base)/Users/7\"")
        #expect(Self.idComparison(try filter.bound(to: .user, links: Self.links)) == nil)
    }

    @Test func valueFiltersOfPatchesAreBoundLikewise() throws {
        let members = AttributeReference(
            schema: Schema.group.id,
            isExtension: false,
            attribute: Schema.group.attribute(named: "members")
        )
        let filter = try FilterParser.parse("$ref eq \"\(Self.base)/Users/26\"")
        let predicate = try filter.bound(toElementsOf: members, in: .group, links: Self.links)
        #expect(Self.idComparison(predicate) == "value eq 26")
    }

    private static func idComparison(_ predicate: Predicate) -> String? {
        switch predicate {
        case .element(_, let inner): idComparison(inner)
        case .comparison(let reference, let comparison, .text(let text))
        where reference.subAttribute?.name == "value":
            "value \(comparison.rawValue) \(text)"
        default: nil
        }
    }
}
