import Gateway
import SCIM
import Testing

/// Requests as clients send them, from their bytes to what is stored.
struct ClientRequestTests {
    private let endpoint: TestEndpoint

    init() throws {
        endpoint = try TestEndpoint()
    }

    private func patch(_ operations: [JSON]) -> JSON {
        ["schemas": [.string(MessageSchema.patchOp)], "Operations": .array(operations)]
    }

    /// What is unassigned is not shown, and an omission does not bring it back.
    @Test func activeCanBeTakenAway() throws {
        let id = try endpoint.create(["userName": "ann"])
        #expect(endpoint.send("GET", "/Users/\(id)")["active"] == true)
        let removed = endpoint.send(
            "PATCH",
            "/Users/\(id)",
            patch([["op": "remove", "path": "active"]])
        )
        #expect(removed.status == 200 && removed["active"] == nil)
        let put = endpoint.send("PUT", "/Users/\(id)", ["userName": "ann", "title": "t"])
        #expect(put.status == 200 && put["active"] == nil && put["title"] == "t")
        let renamed = endpoint.send(
            "PATCH",
            "/Users/\(id)",
            patch([["op": "replace", "path": "title", "value": "u"]])
        )
        #expect(renamed["active"] == nil && renamed["title"] == "u")
    }

    @Test func refusedNamesChangeNothing() throws {
        let id = try endpoint.create(["userName": "ann"])
        for operation: JSON in [
            ["op": "replace", "path": "isActive", "value": false],
            ["op": "replace", "value": ["title": "t", "accountEnabled": false]],
        ] {
            let reply = endpoint.send("PATCH", "/Users/\(id)", patch([operation]))
            #expect(reply.status == 400 && reply["scimType"] == "invalidPath")
        }
        #expect(endpoint.send("GET", "/Users/\(id)")["title"] == nil)
        let created = endpoint.send("POST", "/Users", ["userName": "bob", "enabled": false])
        #expect(created.status == 400 && created["scimType"] == "invalidValue")
    }

    @Test func membersComeByThousandsOfOperations() throws {
        let ids = try (0..<3).map { try endpoint.create(["userName": .string("u\($0)")]) }
        let group = try endpoint.create(["displayName": "Crew"], at: "/Groups")
        let operations = (0..<1_001).map { number -> JSON in
            let member: JSON = ["value": .string(ids[number % ids.count])]
            return ["op": "add", "path": "members", "value": [member]]
        }
        #expect(endpoint.send("PATCH", "/Groups/\(group)", patch(operations)).status == 204)
        #expect(endpoint.send("GET", "/Groups/\(group)")["members"]?.array?.count == 3)
    }

    @Test(arguments: ["strict", "generic"])
    func membersAreRemovedByTheirURL(profile: String) throws {
        let endpoint = try TestEndpoint(profile: profile)
        let user: JSON = ["schemas": [.string(Schema.user.id)], "userName": "ann"]
        let id = try endpoint.create(user)
        let group = try endpoint.create(
            [
                "schemas": [.string(Schema.group.id)], "displayName": "Crew",
                "members": [["value": .string(id)]],
            ],
            at: "/Groups"
        )
        let url = "https://example.org/scim/v2/Users/\(id)"
        let path = JSON.string("members[$ref eq \"\(url)\"]")
        let reply = endpoint.send(
            "PATCH",
            "/Groups/\(group)",
            patch([["op": "remove", "path": path]])
        )
        #expect(reply.status == 204)
        #expect(endpoint.send("GET", "/Groups/\(group)")["members"]?.array?.isEmpty != false)
    }

    @Test func readsBodiesBehindAByteOrderMark() {
        let reply = endpoint.send("POST", "/Users", text: "\u{FEFF}{\"userName\": \"ann\"}")
        #expect(reply.status == 201)
    }

    @Test func refusesCompressedBodies() {
        let reply = endpoint.send(
            "POST",
            "/Users",
            ["userName": "ann"],
            fields: [("HTTP_CONTENT_ENCODING", "gzip")]
        )
        #expect(reply.status == 415 && reply.header("Accept-Encoding") == "identity")
        #expect(reply["detail"]?.string?.contains("gzip") == true)
    }

    @Test func findsAddressesWithPlusSigns() throws {
        _ = try endpoint.create(["userName": "a+b@example.org"])
        for query in [
            "filter=userName%20eq%20%22a+b@example.org%22",
            "filter=userName+eq+%22a%2Bb@example.org%22",
        ] {
            #expect(endpoint.send("GET", "/Users", query: query)["totalResults"] == 1)
        }
    }

    @Test func showsAttributesThatAreNamedOneByOne() throws {
        _ = try endpoint.create(["userName": "ann", "displayName": "Ann", "title": "t"])
        let query = "attributes=userName&attributes=displayName&sortBy=userName&sortOrder=desc"
        let list = endpoint.send("GET", "/Users", query: query)
        let shown = list["Resources"]?.array?.first?.object
        #expect(shown?["userName"] == "ann" && shown?["displayName"] == "Ann")
        #expect(shown?["title"] == nil)
    }
}
