import Directory
import JSONText
import SCIM
import TestSupport
import Testing

@testable import Delivery

/// What WordPress is told of a user.
struct AccountEventTests {
    private let office: Office

    init() throws { office = try Office() }

    /// The event that is due of a user.
    private func event(
        of user: StoredResource,
        _ set: (inout WordPressSite) throws -> Void = { _ in }
    )
        throws -> JSONObject
    {
        var site = office.site
        try set(&site)
        let record = try office.record(user)
        return try office.directory.read { store -> JSONObject in
            try AccountEvent(site: site).event(for: record, in: store)
        }
    }

    private func account(
        of user: StoredResource,
        _ set: (inout WordPressSite) throws -> Void = { _ in }
    ) throws -> JSONObject {
        try event(of: user, set)["user"]?.object ?? [:]
    }

    @Test func saysTheWholeAccount() throws {
        let user = try office.user(
            "ann@example.org",
            [
                "externalId": "00u1", "name": ["givenName": "Ann", "familyName": "O'Neil"],
                "displayName": "Ann O'Neil", "locale": "de-DE",
            ]
        )
        try office.set(user, "nickName", "A")
        let event = try event(of: user)
        #expect(event["id"] == .string("\(user.id):2"))
        #expect(event["type"] == "user.upsert" && event["version"] == 2)
        let expected: JSONObject = [
            "scimId": .string(user.id), "externalId": "00u1", "userName": "ann@example.org",
            "onUnfit": "sanitise", "login": "ann@example.org", "email": "ann@example.org",
            "givenName": "Ann", "familyName": "O'Neil", "displayName": "Ann O'Neil",
            "nickName": "A", "locale": "de_DE", "unset": ["profileUrl"], "active": true,
        ]
        let account = try #require(event["user"]?.object)
        for member in expected.members {
            #expect(account[member.name] == member.value, "\(member.name)")
        }
        #expect(account.members.count == expected.members.count, "\(account)")
    }

    @Test func saysWhatIsMappedElsewhere() throws {
        let user = try office.user("ann", ["title": "Lead"])
        let account = try account(of: user) { site in
            site.unfitLogins = .refuse
            try site.map(
                [
                    "meta:title": "title", "meta:room": "userType", "xprofile:City": "title",
                    "user_login": "externalId", "nickname": nil,
                ],
                columns: []
            )
        }
        #expect(account["meta"] == ["title": "Lead"])
        #expect(account["xprofile"] == ["City": "Lead"])
        #expect(account["unset"]?.array?.contains("meta:room") == true)
        #expect(account["unset"]?.array?.contains("nickName") == false)
        // Without a login the plugin takes the userName.
        #expect(account["login"] == nil && account["userName"] == "ann")
        #expect(account["onUnfit"] == "refuse")
        #expect(account["externalId"] == .null)
    }

    @Test(arguments: [("true", true), ("false", false), ("unassigned", false)])
    func onlyTheActiveGetIn(_ active: String, _ isActive: Bool) throws {
        let user = try office.user("ann")
        if active == "unassigned" {
            _ = try office.directory.modify(user, [["op": "remove", "path": "active"]])
        } else {
            try office.set(user, "active", .bool(active == "true"))
        }
        #expect(try account(of: user)["active"] == .bool(isActive))
    }

    // MARK: Roles

    private static let rules = [
        RoleRule(group: "staff", role: "author", priority: 1),
        RoleRule(group: "Chiefs", role: "editor", priority: 5),
        RoleRule(group: "Guests", role: "subscriber", priority: 1),
        RoleRule(group: "Staff", role: "author", priority: 1, blog: 5),
        RoleRule(group: "Chiefs", role: "editor", blog: 3),
        RoleRule(group: "Guests", role: "author", blog: 5),
    ]

    @Test(
        arguments: [
            ([], [], ["3": nil, "5": nil]),
            (["Staff"], ["author"], ["3": nil, "5": "author"]),
            (["Chiefs"], ["editor"], ["3": "editor", "5": nil]),
            (["Guests", "Staff"], ["author"], ["3": nil, "5": "author"]),
            (["Staff", "Chiefs", "Guests"], ["editor"], ["3": "editor", "5": "author"]),
            (["Inner"], ["author"], ["3": nil, "5": "author"]),
        ] as [([String], [String], [String: String?])]
    )
    func groupsGiveRoles(
        _ groups: [String],
        _ roles: [String],
        _ sites: [String: String?]
    ) throws {
        try office.change { $0.rules = Self.rules }
        let user = try office.user("ann")
        for name in ["Staff", "Chiefs", "Guests"] {
            var members = groups.contains(name) ? [user] : []
            if name == "Staff" { members.append(try office.group("Inner", [])) }
            _ = try office.group(name, members)
        }
        if groups == ["Inner"] {
            let query = Query(
                type: .group,
                predicate: try FilterParser.parse("displayName eq \"Inner\"").bound(to: .group),
                count: 1,
                domain: "default",
                links: office.test.links
            )
            let inner = try #require(try office.directory.search(query).resources.first)
            _ = try office.directory.modify(
                inner,
                [["op": "add", "path": "members", "value": [["value": .string(user.id)]]]]
            )
        }
        let account = try account(of: user)
        #expect(account["roles"] == .array(roles.map(JSON.string)))
        #expect(account["managedRoles"] == ["author", "editor", "subscriber"])
        let found = try #require(account["sites"]?.object)
        #expect(found.members.map(\.name) == ["3", "5"])
        for (blog, role) in sites {
            #expect(found[blog] == (role.map(JSON.string) ?? .null), "\(blog)")
        }
    }

    /// What the last rule has given is taken back.
    @Test func whereRulesWereRolesStayManaged() throws {
        let user = try office.user("ann")
        var account = try account(of: user)
        #expect(account["roles"] == nil && account["managedRoles"] == nil)
        #expect(account["sites"] == nil)
        account = try self.account(of: user) { site in
            site.rules = [RoleRule(group: "x", role: "editor", blog: 3)]
            site.rules = []
            site = try WordPressSite(settings: site.settings)
        }
        #expect(account["roles"] == [] && account["managedRoles"] == [])
        #expect(account["sites"] == [:])
    }

    // MARK: Those who go

    @Test(
        arguments: [
            (.keepingContent, ["mode": "delete", "keepContent": true]),
            (.delete, ["mode": "delete"]),
            (.reassign(to: "boss"), ["mode": "delete", "reassign": "boss"]),
            (.deactivate, ["mode": "deactivate"]),
        ] as [(WordPressSite.Deletion, JSONObject)]
    )
    func whoIsDeletedGoesAsTheSiteIsSet(
        _ deletion: WordPressSite.Deletion,
        _ expected: JSONObject
    ) throws {
        let user = try office.user("ann")
        try office.directory.delete(user)
        let event = try event(of: user) { $0.onDelete = deletion }
        #expect(event["type"] == "user.delete" && event["version"] == 2)
        #expect(event["user"] == ["scimId": .string(user.id)])
        for name in ["mode", "keepContent", "reassign"] {
            #expect(event[name] == expected[name], "\(name)")
        }
        #expect(event["id"] == .string("\(user.id):2"))
    }

    @Test(
        arguments: [
            (.deactivate, .delete, "user.upsert", nil),
            (.delete, .delete, "user.delete", "delete"),
            (.delete, .keepingContent, "user.delete", "delete"),
            // To be deleted where they are not active is said of them on purpose.
            (.delete, .deactivate, "user.delete", "delete"),
        ] as [(WordPressSite.Deactivation, WordPressSite.Deletion, String, String?)]
    )
    func whoIsNotActiveGoesAsTheSiteIsSet(
        _ deactivation: WordPressSite.Deactivation,
        _ deletion: WordPressSite.Deletion,
        _ type: String,
        _ mode: String?
    ) throws {
        let (ann, bob) = (
            try office.user("ann", ["active": false]), try office.user("bob")
        )
        let set = { (site: inout WordPressSite) in
            site.onInactive = deactivation
            site.onDelete = deletion
        }
        let event = try event(of: ann, set)
        #expect(event["type"] == .string(type) && event["mode"] == mode.map(JSON.string))
        #expect((event["keepContent"] == true) == (deletion == .keepingContent && mode != nil))
        #expect(try self.event(of: bob, set)["type"] == "user.upsert")
    }

    // MARK: Passwords, links, domains, managers

    @Test func passwordsAreHandedOnWhereThatIsSwitchedOn() throws {
        let (ann, bob) = (
            try office.user("ann", ["password": "s3cret"]), try office.user("bob")
        )
        #expect(try account(of: ann)["passwordHash"] == nil)
        let hash = try account(of: ann) { $0.sendsPasswords = true }["passwordHash"]?.string
        #expect(hash?.hasPrefix("$2y$") == true)
        #expect(try account(of: bob) { $0.sendsPasswords = true }["passwordHash"] == nil)
    }

    @Test func anAccountIsNamedUntilTheSiteHasLinkedIt() throws {
        let user = try office.user("ann")
        #expect(try account(of: user)["userId"] == nil)
        try office.directory.link(
            user.id,
            to: .init(id: "12", name: "ann"),
            of: office.receiver,
            by: Office.caller
        )
        #expect(try account(of: user)["userId"] == 12)
        try office.settleAll()
        #expect(try account(of: user)["userId"] == nil)
    }

    @Test func externalIdsAreThoseOfTheSitesDomain() throws {
        let user = try office.user("ann", ["externalId": "x"])
        #expect(try account(of: user)["externalId"] == "x")
        #expect(try account(of: user) { $0.domain = "other" }["externalId"] == .null)
    }

    @Test func managersAreNamedWhereTheyAreMapped() throws {
        let boss = try office.user("boss", ["displayName": "The Boss"])
        let user = try office.user(
            "ann",
            [Ann.enterprise: ["manager": ["value": .string(boss.id)]]]
        )
        let meta = {
            try account(of: user) {
                try $0.map(["meta:boss": "\(Ann.enterprise):manager.displayName"], columns: [])
            }["meta"]
        }
        #expect(try meta() == ["boss": "The Boss"])
        _ = try office.directory.modify(boss, [["op": "remove", "path": "displayName"]])
        #expect(try meta() == ["boss": "boss"])
        try office.directory.delete(boss)
        #expect(try meta() == nil)
    }

    /// As much as goes into one body, and never nothing.
    @Test(arguments: [(25, 3), (100_000, 2), (250_000, 1)])
    func aBodyStaysBelowWhatThePluginTakes(_ bytes: Int, _ count: Int) throws {
        try office.change { site in
            try site.map(
                ["meta:a": "title", "meta:b": "title", "meta:c": "title", "meta:d": "title"],
                columns: []
            )
        }
        for name in ["ann", "bob", "cat"] {
            _ = try office.user(name, ["title": .string(String(repeating: "x", count: bytes))])
        }
        let records = try office.records()
        let shipment = try office.directory.read { store -> Shipment in
            try WordPressCarrier(office.site).shipment(
                records,
                in: store,
                at: office.clock.instant
            )
        }
        let call = try #require(shipment.call)
        #expect(shipment.records.count == count && call.events.count == count)
        #expect(call.body.count < 1_048_576)
    }

    @Test func callsAreSignedWithEverySecretAndSayHowTheSiteIsSet() throws {
        try office.change { site in
            site.exchangeSecret()
            site.headers = ["X-Staging: 1"]
            site.connectTo = "127.0.0.1:443"
            try site.map(["meta:a": "title"], columns: [.init(key: "a", label: "A")])
        }
        _ = try office.user("ann")
        _ = try office.courier().run()
        let call = try #require(office.calls.first)
        let (id, time) = (call.field("webhook-id"), call.field("webhook-timestamp"))
        let seconds = try #require(Int64(time ?? ""))
        let signatures = call.field("webhook-signature") ?? ""
        for secret in office.site.secrets {
            #expect(
                secret.verifies(
                    signatures: signatures,
                    id: id ?? "",
                    timestamp: seconds,
                    body: call.body
                )
            )
        }
        #expect(office.site.secrets.count == 2 && signatures.split(separator: " ").count == 2)
        #expect(seconds == office.clock.instant.microseconds / 1_000_000)
        #expect(call.field("X-Staging") == "1" && call.connectTo == "127.0.0.1:443")
        let settings = call.json["settings"]?.object
        #expect(settings?["columns"] == [["key": "a", "label": "A"]])
        #expect(settings?["managed"]?.array?.contains("meta:a") == true)
    }
}

/// Which groups give which roles.
struct RoleRuleTests {
    @Test(arguments: [
        ("Staff", true), ("staff", true), ("STAFF", true), ("Staff ", false), ("Straße", true),
        ("STRASSE", true), ("g1", true), ("G1", false), ("", false), ("Sta", false),
    ])
    func groupsAreNamedInAnyCaseOrByTheirID(_ group: String, _ applies: Bool) {
        let memberships = [
            Membership(group: "g1", type: "Group", display: "Staff"),
            Membership(group: "g2", type: "Group", display: "straße"),
        ]
        #expect(RoleRule(group: group, role: "x").applies(to: memberships) == applies)
    }

    @Test(
        arguments: [
            ([("a", 1), ("b", 2)], "b"), ([("a", 2), ("b", 1)], "a"), ([("a", 1), ("b", 1)], "a"),
            ([("a", -1)], "a"), ([], nil),
        ] as [([(String, Int)], String?)]
    )
    func theHighestPriorityCountsAndThenTheFirst(
        _ rules: [(String, Int)],
        _ role: String?
    ) {
        let staff = [Membership(group: "g", type: "Group", display: "Staff")]
        let all =
            rules.map { RoleRule(group: "Staff", role: $0.0, priority: $0.1) }
            + [RoleRule(group: "Staff", role: "elsewhere", priority: 9, blog: 2)]
            + [RoleRule(group: "Others", role: "others", priority: 9)]
        #expect(all.role(on: nil, in: staff) == role)
        #expect(all.role(on: 2, in: staff) == "elsewhere")
        #expect(all.blogs == [2])
    }
}
