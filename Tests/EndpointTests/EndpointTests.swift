import Gateway
import SCIM
import Testing

/// The protocol over HTTP (RFC 7644 §3).
struct EndpointTests {
    private let endpoint: TestEndpoint

    init() throws {
        endpoint = try TestEndpoint()
    }

    private func patch(_ operations: [JSON]) -> JSON {
        ["schemas": [.string(MessageSchema.patchOp)], "Operations": .array(operations)]
    }

    private func checkError(_ reply: Reply, _ status: Int, _ scimType: String? = nil) {
        #expect(reply.status == status, "\(reply.text)")
        #expect(reply["schemas"] == [.string(MessageSchema.error)])
        #expect(reply["status"] == .string(String(status)))
        #expect(reply["scimType"] == scimType.map(JSON.string))
        #expect(reply["detail"]?.string?.isEmpty == false)
    }

    // MARK: Paths and methods

    @Test(arguments: [
        ("GET", "/Users", 200), ("GET", "/Users/", 200), ("GET", "//Users//", 200),
        ("HEAD", "/Users", 200), ("GET", "/Schemas", 200), ("GET", "/ResourceTypes/user", 200),
        ("GET", "/Schemas/URN:ietf:params:scim:schemas:core:2.0:user", 200),
        ("GET", "/Users/nobody", 404), ("GET", "/Users/..%2F..%2Fetc", 404),
        ("GET", "/Users/a%00b", 404), ("GET", "/Users/%FF", 404), ("GET", "/Users/%zz", 404),
        ("GET", "/Users/a/b", 404), ("GET", "/Widgets", 404), ("GET", "/Schemas/urn:x", 404),
        ("GET", "/users", 200), ("DELETE", "/Users", 405), ("POST", "/Users/1", 405),
        ("POST", "/Schemas", 405), ("OPTIONS", "/Users", 204), ("TRACE", "/Users", 405),
        ("BREW", "/Users", 501),
        ("GET", "/Me", 501), ("POST", "/Bulk", 501), ("POST", "/.search", 501),
        ("POST", "/Users/.search", 501), ("GET", "", 501),
    ])
    func routes(_ method: String, _ path: String, _ status: Int) {
        let reply = endpoint.send(method, path)
        #expect(reply.status == status, "\(method) \(path): \(reply.text)")
        if status >= 400 { #expect(reply["status"] == .string(String(status))) }
        #expect((reply.header("Allow") != nil) == (status == 405 || status == 204))
    }

    @Test(arguments: [
        ("/scim/v2/Users", 200, "https://example.org/scim/v2"),
        ("/Users", 200, "https://example.org"), ("/v2/Users", 200, "https://example.org/v2"),
        ("/a/v2/b/scim/v2/Users", 200, "https://example.org/a/v2/b/scim/v2"),
        ("/x%20y/scim.cgi/Users", 200, "https://example.org/x%20y/scim.cgi"),
        ("/scim/v1/Users", 400, ""), ("/scim/v3/Users", 400, ""),
    ])
    func findsTheBase(_ path: String, _ status: Int, _ base: String) throws {
        let request = Request(
            method: "POST",
            path: path,
            variables: [
                (name: "HTTP_HOST", value: "example.org"), (name: "HTTPS", value: "on"),
                (name: "HTTP_AUTHORIZATION", value: "Bearer \(TestEndpoint.secret)"),
            ],
            body: Array(#"{"userName":"ann"}"#.utf8)
        )
        let reply = endpoint.answer(
            Incoming(method: "POST", path: path, request: .success(request))
        )
        if status == 400 { return checkError(reply, 400, "invalidVers") }
        let id = try #require(reply["id"]?.string)
        #expect(reply.header("Location") == "\(base)/Users/\(id)")
        #expect(reply["meta"]?.object?["location"] == .string("\(base)/Users/\(id)"))
    }

    @Test func answersWhatDidNotArriveWhole() {
        for (fault, status) in [
            (RequestFault.bodyTooLarge(limitBytes: 10), 413),
            (.bodyIncomplete(expectedBytes: 7, receivedBytes: 0), 400), (.bodyUnreadable, 400),
            (.pathTooLong(limitBytes: 10), 414), (.queryTooLong(limitBytes: 10), 414),
            (.headersTooLarge(limitBytes: 10), 431), (.tooManyHeaders(limit: 10), 431),
            (.malformedTarget, 400), (.malformedMethod, 400),
        ] {
            let reply = endpoint.answer(
                Incoming(method: "POST", path: nil, request: .failure(fault))
            )
            #expect(reply.status == status, "\(fault)")
            #expect(reply["status"] == .string(String(status)))
        }
    }

    @Test(
        arguments: [
            (nil, "application/scim+json"), ("*/*", "application/scim+json"),
            ("application/json", "application/json"),
            ("application/json, application/scim+json;q=0.1", "application/scim+json"),
            ("text/html, application/*;q=0.5", "application/scim+json"),
        ] as [(String?, String)]
    )
    func choosesTheMediaType(_ accept: String?, _ type: String) {
        let reply = endpoint.send(
            "GET",
            "/Users",
            fields: accept.map { [("HTTP_ACCEPT", $0)] } ?? []
        )
        #expect(reply.response.contentType == type)
    }

    @Test(arguments: [
        "text/html", "application/json;q=0", "*/*; q=0.0, application/xml",
    ])
    func refusesOtherMediaTypes(_ accept: String) {
        checkError(endpoint.send("GET", "/Users", fields: [("HTTP_ACCEPT", accept)]), 406)
    }

    @Test func evaluatesIfMatchFirst() throws {
        let id = try endpoint.create(["userName": "ann"])
        let tag = endpoint.send("GET", "/Users/\(id)").header("ETag") ?? ""
        let fields = [(name: "HTTP_IF_MATCH", value: "\"x\""), ("HTTP_IF_NONE_MATCH", tag)]
        checkError(endpoint.send("GET", "/Users/\(id)", fields: fields), 412)
    }

    // MARK: Bodies

    @Test(arguments: [
        ("", "invalidSyntax"), ("{userName: x", "invalidSyntax"), ("[1,2]", "invalidSyntax"),
        ("\"x\"", "invalidSyntax"), (#"{"userName":"a","userName":"b"}"#, "invalidSyntax"),
        (#"{"userName":"a","USERNAME":"b"}"#, "invalidSyntax"),
        (#"{"displayName":"x"}"#, "invalidValue"), (#"{"userName":"  "}"#, "invalidValue"),
        (#"{"userName":{"a":1}}"#, "invalidValue"),
        (#"{"userName":"a","active":"maybe"}"#, "invalidValue"),
        (#"{"userName":"a","name":{"givenName":7.5}}"#, "invalidValue"),
        ("{\"userName\":\"\\u0000\"}", "invalidSyntax"),
    ])
    func refusesBadBodies(_ body: String, _ scimType: String) {
        checkError(endpoint.send("POST", "/Users", text: body), 400, scimType)
        #expect(endpoint.send("GET", "/Users")["totalResults"] == 0)
    }

    @Test func limitsTheDepthOfBodies() {
        let depth = Limits.standard.jsonDepth
        for (levels, status) in [(depth, 201), (depth + 1, 400)] {
            let nested =
                String(repeating: "[", count: levels - 1)
                + String(repeating: "]", count: levels - 1)
            let body = #"{"userName":"u\#(levels)","unknown":\#(nested)}"#
            #expect(endpoint.send("POST", "/Users", text: body).status == status)
        }
    }

    @Test func limitsTheNumberOfOperations() throws {
        let id = try endpoint.create(["userName": "ann"])
        let operation: JSON = ["op": "replace", "path": "title", "value": "x"]
        let most = Limits.standard.patchOperations
        for (count, status) in [(most, 200), (most + 1, 413)] {
            let body = patch(Array(repeating: operation, count: count))
            #expect(endpoint.send("PATCH", "/Users/\(id)", body).status == status)
        }
    }

    @Test func limitsThePassword() throws {
        let most = Limits.standard.passwordBytes
        for (count, status) in [(most, 201), (most + 1, 400)] {
            let body: JSON = [
                "userName": .string("u\(count)"),
                "password": .string(String(repeating: "x", count: count)),
            ]
            let reply = endpoint.send("POST", "/Users", body)
            #expect(reply.status == status)
            #expect(!reply.text.contains("xxx"))
        }
    }

    // MARK: Lists

    @Test(arguments: [
        ("startIndex=1&count=2", 3, 1, 2), ("startIndex=3&count=2", 3, 3, 1),
        ("startIndex=101&count=100", 3, 101, 0), ("count=0", 3, 1, 0), ("count=-5", 3, 1, 0),
        ("startIndex=-5", 3, 1, 3), ("startIndex=0&count=1", 3, 1, 1), ("", 3, 1, 3),
        ("filter=userName+sw+%22b%22", 2, 1, 2), ("FILTER=userName%20pr&Count=1", 3, 1, 1),
        ("filter=userName+eq+%22nobody%22", 0, 1, 0), ("tenant=7&x", 3, 1, 3),
        ("filter=userName+sw+%22b%22&startIndex=2&count=1", 2, 2, 1),
    ])
    func pages(_ query: String, _ total: Int64, _ start: Int64, _ items: Int64) throws {
        for name in ["ann", "bea", "bob"] { _ = try endpoint.create(["userName": .string(name)]) }
        let reply = endpoint.send("GET", "/Users", query: query)
        #expect(reply.status == 200)
        #expect(reply["totalResults"] == .integer(total))
        #expect(reply["startIndex"] == .integer(start))
        #expect(reply["itemsPerPage"] == .integer(items))
        #expect(reply["Resources"]?.array?.count == Int(items))
    }

    @Test(arguments: [
        ("count=abc", "invalidValue"), ("count=--1", "invalidValue"), ("count=-", "invalidValue"),
        ("startIndex=1.5", "invalidValue"),
        ("filter=", "invalidFilter"), ("filter=userName", "invalidFilter"),
        ("filter=userName+regex+%22x%22", "invalidFilter"),
        ("filter=password+eq+%22x%22", "invalidFilter"),
        ("filter=active+gt+true", "invalidFilter"), ("sortBy=name", "invalidPath"),
        ("sortBy=emails[0]", "invalidPath"), ("sortBy=password", "invalidPath"),
        ("sortBy=userName&sortOrder=up", "invalidValue"),
        ("attributes=id&excludedAttributes=id", "invalidValue"), ("a=%FF", "invalidValue"),
    ])
    func refusesBadQueries(_ query: String, _ scimType: String) {
        checkError(endpoint.send("GET", "/Users", query: query), 400, scimType)
    }

    @Test func sortsByNameWithoutCase() throws {
        for name in ["b", "C", "a"] { _ = try endpoint.create(["userName": .string(name)]) }
        let names = { (query: String) in
            endpoint.send("GET", "/Users", query: query)["Resources"]?.array?
                .compactMap { $0.object?["userName"]?.string }
        }
        #expect(names("sortBy=userName") == ["a", "b", "C"])
        #expect(names("sortBy=username&sortOrder=Descending") == ["C", "b", "a"])
    }

    // MARK: Projection and preconditions

    @Test func projectsOnEveryAnswer() throws {
        let user: JSON = ["userName": "ann", "title": "t", "name": ["givenName": "A"]]
        let created = endpoint.send("POST", "/Users", query: "attributes=title", user)
        let id = try #require(created["id"]?.string)
        #expect(created["userName"] == nil)
        #expect(created["title"] == "t")
        let changed = endpoint.send(
            "PATCH",
            "/Users/\(id)",
            query: "excludedAttributes=meta,title",
            patch([["op": "replace", "path": "title", "value": "u"]])
        )
        #expect(changed["userName"] == "ann")
        #expect(changed["title"] == nil)
        #expect(changed["meta"] == nil)
        let read = endpoint.send("GET", "/Users/\(id)", query: "attributes=name.givenName,password")
        #expect(read["name"] == ["givenName": "A"])
        #expect(read["schemas"] != nil)
        #expect(read.json?.object?.members.count == 3)
    }

    @Test func answersConditionalRequests() throws {
        let id = try endpoint.create(["userName": "ann"])
        let tag = try #require(endpoint.send("GET", "/Users/\(id)").header("ETag"))
        let fresh = endpoint.send(
            "GET",
            "/Users/\(id)",
            fields: [("HTTP_IF_NONE_MATCH", "\"x\", \(tag)")]
        )
        #expect(fresh.status == 304)
        #expect(fresh.header("ETag") == tag)
        #expect(fresh.response.body.isEmpty)
        let put: JSON = ["userName": "ann", "title": "x"]
        let changed = endpoint.send("PUT", "/Users/\(id)", put, fields: [("HTTP_IF_MATCH", tag)])
        #expect(changed.status == 200)
        #expect(changed["meta"]?.object?["version"] == changed.header("ETag").map(JSON.string))
        #expect(changed.header("ETag") != tag)
        checkError(endpoint.send("PUT", "/Users/\(id)", put, fields: [("HTTP_IF_MATCH", tag)]), 412)
        checkError(endpoint.send("DELETE", "/Users/\(id)", fields: [("HTTP_IF_MATCH", tag)]), 412)
        checkError(
            endpoint.send("PUT", "/Users/\(id)", put, fields: [("HTTP_IF_NONE_MATCH", "*")]),
            412
        )
        #expect(
            endpoint.send("DELETE", "/Users/\(id)", fields: [("HTTP_IF_MATCH", "*")]).status == 204
        )
    }

    @Test func locationComesWith201Only() throws {
        let id = try endpoint.create(["userName": "ann"])
        #expect(endpoint.send("GET", "/Users/\(id)").header("Location") == nil)
        #expect(endpoint.send("PUT", "/Users/\(id)", ["userName": "ann"]).header("Location") == nil)
    }

    // MARK: Groups

    @Test func groupsAnswerAPatchWithoutTheirMembers() throws {
        let user = try endpoint.create(["userName": "ann"])
        let group = try endpoint.create(["displayName": "Staff"], at: "/Groups")
        let add = patch([["op": "add", "path": "members", "value": [["value": .string(user)]]]])
        let reply = endpoint.send("PATCH", "/Groups/\(group)", add)
        #expect(reply.status == 204)
        #expect(reply.header("ETag") == "W/\"2\"")
        let asked = endpoint.send("PATCH", "/Groups/\(group)", query: "attributes=members", add)
        #expect(asked.status == 200)
        #expect(asked["members"]?.array?.count == 1)
    }

    @Test func aProfileMayWantTheGroup() throws {
        try endpoint.addToken("wso2", profile: "wso2")
        let group = try endpoint.create(["displayName": "Staff"], at: "/Groups")
        let reply = endpoint.send(
            "PATCH",
            "/Groups/\(group)",
            patch([["op": "replace", "path": "displayName", "value": "Crew"]]),
            authorization: "Bearer wso2"
        )
        #expect(reply.status == 200)
        #expect(reply["displayName"] == "Crew")
    }

    @Test func namesTheRewritesThatFired() throws {
        let id = try endpoint.create(["userName": "ann"])
        let reply = endpoint.send(
            "PATCH",
            "/Users/\(id)",
            patch([["op": "Replace", "path": "active", "value": "False"]])
        )
        #expect(reply.answer.rewrites == ["operationCase", "booleanText"])
        #expect(reply.answer.client == "test")
    }

    @Test func strictClientsAreHeldToTheRFC() throws {
        try endpoint.addToken("strict", profile: "strict")
        let id = try endpoint.create(["userName": "ann"])
        let reply = endpoint.send(
            "PATCH",
            "/Users/\(id)",
            patch([["op": "replace", "path": "active", "value": "False"]]),
            authorization: "Bearer strict"
        )
        checkError(reply, 400, "invalidValue")
    }

    // MARK: Clients' habits

    private func sent(_ profile: String, _ method: String, _ path: String, _ body: JSON) -> Reply {
        endpoint.send(method, path, body, authorization: "Bearer \(profile)")
    }

    @Test func oktaGetsADeactivatedUserBack() throws {
        try endpoint.addToken("okta", profile: "okta")
        let old = try endpoint.create([
            "userName": "Ann", "externalId": "00u1", "title": "t", "active": false,
        ])
        let new: JSON = ["userName": "ann", "externalId": "00u1", "active": true]
        checkError(endpoint.send("POST", "/Users", new), 409, "uniqueness")
        let reply = sent("okta", "POST", "/Users", new)
        #expect(reply.status == 201)
        #expect(reply["id"] == .string(old))
        #expect(reply.header("Location")?.hasSuffix("/Users/\(old)") == true)
        let found = endpoint.send("GET", "/Users/\(old)")
        #expect(found["active"] == true && found["userName"] == "ann" && found["title"] == nil)
        checkError(sent("okta", "POST", "/Users", new), 409, "uniqueness")
    }

    @Test func oktaFindsADeactivatedUserByItsOwnID() throws {
        try endpoint.addToken("okta", profile: "okta")
        let old = try endpoint.create([
            "userName": "ann", "externalId": "00u1", "active": false,
        ])
        let renamed = sent("okta", "POST", "/Users", ["userName": "anna", "externalId": "00u1"])
        #expect(renamed["id"] == .string(old) && renamed["active"] == true)
    }

    /// Whoever had the name before is somebody else.
    @Test func nobodyGetsAnothersAccount() throws {
        try endpoint.addToken("okta", profile: "okta")
        _ = try endpoint.create(["userName": "ann", "externalId": "00u1", "active": false])
        let other: JSON = ["userName": "ann", "externalId": "00u2"]
        checkError(sent("okta", "POST", "/Users", other), 409, "uniqueness")
    }

    @Test func wso2ReadsTheAnswerWhateverItsProfile() throws {
        let id = try endpoint.create(["displayName": "Crew"], at: "/Groups")
        let reply = endpoint.send(
            "PATCH",
            "/Groups/\(id)",
            patch([["op": "replace", "path": "displayName", "value": "Staff"]]),
            fields: [("HTTP_USER_AGENT", "wso2/scim2/client")]
        )
        #expect(reply.status == 200 && reply["displayName"] == "Staff")
        #expect(reply["members"] == nil)
    }

    @Test func capitalIDsAreRead() throws {
        let id = try endpoint.create(["userName": "ann"])
        #expect(endpoint.send("GET", "/Users/\(id.uppercased())")["id"] == .string(id))
    }

    @Test func filtersASingleResource() throws {
        let id = try endpoint.create(["userName": "ann"])
        let found = endpoint.send("GET", "/Users/\(id)", query: "filter=userName+eq+%22ANN%22")
        #expect(found["totalResults"] == 1)
        let missed = endpoint.send("GET", "/Users/\(id)", query: "filter=userName+eq+%22bob%22")
        #expect(missed["totalResults"] == 0)
        try endpoint.addToken("strict", profile: "strict")
        let refused = endpoint.send(
            "GET",
            "/Users/\(id)",
            query: "filter=userName+pr",
            authorization: "Bearer strict"
        )
        checkError(refused, 400, "invalidFilter")
    }

    @Test func ordersByNothingThatIsNotThere() throws {
        for name in ["b", "a"] { _ = try endpoint.create(["userName": .string(name)]) }
        let reply = endpoint.send("GET", "/Users", query: "sortBy=nothing")
        #expect(reply["totalResults"] == 2)
        #expect(reply.answer.rewrites == ["unknownSortBy"])
    }

    @Test func anEmptyGroupSaysSo() throws {
        let id = try endpoint.create(["displayName": "Crew"], at: "/Groups")
        #expect(endpoint.send("GET", "/Groups/\(id)")["members"] == [])
        let without = endpoint.send("GET", "/Groups/\(id)", query: "excludedAttributes=members")
        #expect(without["members"] == nil)
    }

    // MARK: Nothing changed

    @Test(
        arguments: [
            [
                ["op": "remove", "path": "members"],
                ["op": "add", "path": "members", "value": "ann"],
            ],
            [
                ["op": "add", "path": "members", "value": "bob"],
                ["op": "remove", "path": "members", "value": "bob"],
            ],
            [["op": "remove", "path": "members", "value": "bob"]],
            [["op": "replace", "path": "members", "value": "ann"]],
        ] as [[[String: String]]]
    )
    func membersThatComeAndGoAreNoChange(_ operations: [[String: String]]) throws {
        let ids = [
            "ann": try endpoint.create(["userName": "ann"]),
            "bob": try endpoint.create(["userName": "bob"]),
        ]
        let group = try endpoint.create(
            ["displayName": "Crew", "members": [["value": .string(ids["ann"] ?? "")]]],
            at: "/Groups"
        )
        let before = endpoint.send("GET", "/Groups/\(group)")
        let sent = operations.map { operation in
            JSON.object(
                JSONObject(
                    operation.sorted { $0.key < $1.key }.map { name, value in
                        let member: JSON = [["value": .string(ids[value] ?? "")]]
                        return .init(name: name, value: name == "value" ? member : .string(value))
                    }
                )
            )
        }
        #expect(endpoint.send("PATCH", "/Groups/\(group)", patch(sent)).status == 204)
        let after = endpoint.send("GET", "/Groups/\(group)")
        #expect(after.text == before.text)
    }

    // MARK: Browsers

    @Test func pagesOfOtherOriginsMayAsk() throws {
        let origin = [(name: "HTTP_ORIGIN", value: "https://example.com")]
        let list = endpoint.send("GET", "/Users", fields: origin)
        #expect(list.status == 200)
        #expect(list.header("Access-Control-Allow-Origin") == "*")
        let refused = endpoint.send("GET", "/Users", authorization: nil, fields: origin)
        #expect(refused.status == 401)
        #expect(refused.header("Access-Control-Allow-Origin") == "*")
        let before = endpoint.send("OPTIONS", "/Users", authorization: nil, fields: origin)
        #expect(before.header("Access-Control-Allow-Methods")?.contains("POST") == true)
        #expect(before.header("Access-Control-Allow-Headers")?.contains("Authorization") == true)
        #expect(endpoint.send("GET", "/Users").header("Access-Control-Allow-Origin") == nil)
    }

    // MARK: Discovery

    @Test func announcesWhatIsEnforced() {
        let config = endpoint.send("GET", "/ServiceProviderConfig")
        #expect(config["patch"] == ["supported": true])
        #expect(config["bulk"]?.object?["supported"] == false)
        #expect(
            config["filter"]?.object?["maxResults"]
                == .integer(Int64(Limits.standard.pageSize))
        )
        #expect(config["etag"] == ["supported": true])
    }

    @Test func discoveryCannotBeFiltered() {
        for path in ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig"] {
            checkError(endpoint.send("GET", path, query: "filter=name+eq+%22User%22"), 403)
        }
    }

    @Test func schemasStateEveryCharacteristic() throws {
        let schemas = try #require(endpoint.send("GET", "/Schemas")["Resources"]?.array)
        #expect(schemas.count == 3)
        for schema in schemas {
            #expect(schema.object?["schemas"] == [.string(Schema.schemaURN)])
            for attribute in schema.object?["attributes"]?.array ?? [] { checkAttribute(attribute) }
        }
    }

    private func checkAttribute(_ attribute: JSON) {
        for name in [
            "name", "type", "multiValued", "description", "required", "caseExact", "mutability",
            "returned", "uniqueness",
        ] {
            #expect(attribute.object?[name] != nil, "\(attribute) \(name)")
        }
        for sub in attribute.object?["subAttributes"]?.array ?? [] { checkAttribute(sub) }
    }
}
