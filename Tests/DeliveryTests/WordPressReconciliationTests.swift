import Directory
import JSONText
import SCIM
import TestSupport
import Testing

@testable import Delivery

/// What is found where a site and the directory do not agree.
struct WordPressReconciliationTests {
    private let office: Office

    init() throws { office = try Office() }

    /// A site with links, in pages.
    private func answer(_ links: [JSONObject], page: Int = 500) {
        office.answer = { call in
            let after = call.json["after"]?.string ?? ""
            let rest = links.filter { ($0["scimId"]?.string ?? "") > after }
                .sorted { ($0["scimId"]?.string ?? "") < ($1["scimId"]?.string ?? "") }
            return Plugin.json(.array(rest.prefix(page).map(JSON.object)))
        }
    }

    private static func link(
        _ id: String,
        _ version: Int64,
        active: Bool = true,
        deleted: Bool = false
    ) -> JSONObject {
        [
            "scimId": .string(id), "userId": deleted ? 0 : 7, "version": .integer(version),
            "active": .bool(active), "deleted": .bool(deleted),
        ]
    }

    private func run() throws -> WordPressReconciliation.Report {
        try WordPressReconciliation(
            directory: office.directory,
            receiver: office.receiver,
            desk: office.desk,
            caller: Office.caller
        ).run()
    }

    @Test func endsWithASiteThatDoesNotGoOn() throws {
        office.answer = { _ in Plugin.json(.array([.object(Self.link("a", 1))])) }
        #expect(try run().compared == 2)
        #expect(office.calls.count == 2)
    }

    /// What the directory knows of one user.
    enum Known: Sendable {
        case none
        case imported
        case record(
            version: Int64,
            acknowledged: Int64,
            due: Bool = false,
            active: Bool? = true,
            isGone: Bool = false
        )
    }

    /// What the site knows of it.
    enum Link: Sendable {
        case none
        case link(Int64, active: Bool = true, deleted: Bool = false)
    }

    enum Found: Sendable {
        case same
        /// With the version by which it is sent.
        case again(Int64)
    }

    static let cases: [(Known, Link, Found)] = [
        (.none, .none, .same),
        // The directory was restored, and the user made again with the same id.
        (.none, .link(5), .again(1)),
        (.none, .link(5, active: false, deleted: true), .again(1)),
        (.imported, .none, .same),
        (.record(version: 3, acknowledged: 3), .link(3), .same),
        (.record(version: 3, acknowledged: 3, active: nil), .link(3, active: false), .same),
        (.record(version: 3, acknowledged: 3, active: false), .link(3, active: false), .same),
        // The site was restored.
        (.record(version: 3, acknowledged: 3), .link(2), .again(4)),
        (.record(version: 3, acknowledged: 3), .none, .again(4)),
        // Somebody reactivated or deactivated it there.
        (.record(version: 3, acknowledged: 3), .link(3, active: false), .again(4)),
        (.record(version: 3, acknowledged: 3, active: false), .link(3), .again(4)),
        (
            .record(version: 3, acknowledged: 3),
            .link(3, active: false, deleted: true), .again(4)
        ),
        (.record(version: 3, acknowledged: 3), .link(3, deleted: true), .again(4)),
        // The directory was restored.
        (.record(version: 3, acknowledged: 3), .link(8), .again(9)),
        (.record(version: 3, acknowledged: 2), .link(8), .again(9)),
        // No version that can be.
        (.record(version: 3, acknowledged: 3), .link(.max), .again(4)),
        // What is still to be sent will be.
        (.record(version: 3, acknowledged: 2, due: true), .link(2), .same),
        (.record(version: 3, acknowledged: 2, due: true), .none, .same),
        (.record(version: 3, acknowledged: 2, due: true), .link(8), .same),
        // Parked: the site refuses it, and has the state before.
        (.record(version: 3, acknowledged: 0), .none, .same),
        (.record(version: 3, acknowledged: 2), .link(2), .same),
        (.record(version: 3, acknowledged: 2), .none, .again(4)),
        (.record(version: 3, acknowledged: 2), .link(1), .again(4)),
        // Deleted here.
        (
            .record(version: 3, acknowledged: 3, active: false, isGone: true),
            .link(3, active: false, deleted: true), .same
        ),
        (
            .record(version: 3, acknowledged: 3, active: false, isGone: true),
            .link(2), .again(4)
        ),
        (.record(version: 3, acknowledged: 3, active: false, isGone: true), .link(3), .again(4)),
    ]

    @Test(arguments: cases.indices)
    func eachStateIsJudged(_ number: Int) throws {
        let (known, link, found) = Self.cases[number]
        let user = try office.user("ann")
        let database = try office.test.database()
        try database.execute("DELETE FROM delivery")
        switch known {
        case .none: break
        case .imported:
            try database.execute(
                """
                INSERT INTO delivery (receiver, resource, type, version, account_id, account_name)
                    VALUES (1, '\(user.id)', 'User', 0, '7', 'ann')
                """
            )
        case .record(let version, let acknowledged, let isDue, let active, let isGone):
            if isGone { try office.directory.delete(user) }
            try database.execute("DELETE FROM delivery")
            let isActive = active.map { $0 ? "1" : "0" } ?? "NULL"
            try database.execute(
                """
                INSERT INTO delivery (receiver, resource, type, version, acknowledged, due, active)
                    VALUES (1, '\(user.id)', 'User', \(version), \(acknowledged),
                        \(isDue ? "1" : "NULL"), \(isActive))
                """
            )
        }
        let before = try office.records()
        switch link {
        case .none: answer([])
        case .link(let version, let active, let deleted):
            answer([Self.link(user.id, version, active: active, deleted: deleted)])
        }
        let report = try run()
        switch found {
        case .same:
            #expect(report.resent.isEmpty && report.unknown.isEmpty)
            #expect(try office.records() == before)
        case .again(let version):
            #expect(report.resent == [user.id] && report.unknown.isEmpty)
            let record = try office.record(user)
            #expect(record.version == version && record.due != nil)
        }
    }

    @Test func whoIsNotHereIsLeftAlone() throws {
        answer([Self.link("x1", 3), Self.link("x2", 4, active: false)])
        let report = try run()
        #expect(report.unknown == ["x1", "x2"] && report.resent.isEmpty)
        #expect(report.compared == 2)
        #expect(try office.records().isEmpty)
    }

    /// Pages of both sides that do not end at the same places.
    @Test(arguments: [1, 2, 3, 500])
    func comparesPageByPage(_ page: Int) throws {
        let users = try (0..<7).map { try office.user("user\($0)") }
        try office.settleAll()
        let ids = users.map(\.id).sorted()
        // The site lacks some at the beginning, in the middle and at the end, and has others.
        let there = [ids[1], ids[2], ids[4]]
        answer(there.map { Self.link($0, 1) } + [Self.link("0", 1), Self.link("z", 1)], page: page)
        let report = try run()
        #expect(report.resent.sorted() == [ids[0], ids[3], ids[5], ids[6]])
        #expect(report.unknown == ["0", "z"] && report.compared == 5)
        let entry = try #require(try office.directory.journal().last)
        #expect(entry.subject.type == "Receiver" && !entry.concerned.isEmpty)
    }

    /// After it, and after sending, there is nothing more to be found.
    @Test func twiceFindsNothingTheSecondTime() throws {
        let users = [try office.user("ann"), try office.user("bob", ["active": false])]
        office.answer = { Plugin.answer($0) { _ in ["code": "created"] } }
        _ = try office.courier().run()
        for version: Int64 in [1, 2] {
            answer([
                Self.link(users[0].id, version), Self.link(users[1].id, version, active: false),
            ])
            #expect(try run().resent.isEmpty)
            try office.directory.resendAll(to: office.receiver, by: Office.caller)
            office.answer = { Plugin.answer($0) { _ in ["code": "updated"] } }
            _ = try office.courier().run()
        }
    }

    @Test(
        arguments: [
            (.unreachable("x"), "unreachable"), (.late, "late"), (.impossible("x"), "no_curl"),
            (Plugin.page, "no_plugin"), (Plugin.json([:]), "no_plugin"),
            (Plugin.json(["code": "scim_stale"], status: 401), "scim_stale"),
        ] as [(CallResult, String)]
    )
    func aSiteThatDoesNotAnswerIsNoReasonToSend(_ answer: CallResult, _ code: String) throws {
        let user = try office.user("ann")
        try office.settleAll()
        office.answer = { _ in answer }
        #expect {
            _ = try run()
        } throws: { error in
            (error as? WordPressDesk.Failure)?.problem.code == code
        }
        #expect(try office.record(user).version == 1)
    }
}

/// Whom another mapping concerns.
struct MappingChangeTests {
    private let office: Office

    init() throws { office = try Office() }

    @Test(
        arguments: [
            ("nothing", []), ("title", ["ann"]), ("rule", ["ann", "bob", "cat"]),
            ("inactive", ["cat"]), ("passwords", ["bob"]), ("deletion", []), ("domain", ["ann"]),
            ("url", []), ("logins", ["ann", "bob", "cat"]), ("group", ["bob"]),
        ]
    )
    func onlyThoseWhoseAccountsWouldBeOthers(_ what: String, _ names: [String]) throws {
        let users = [
            "ann": try office.user("ann", ["title": "x", "externalId": "e"]),
            "bob": try office.user("bob", ["password": "s3cret"]),
            "cat": try office.user("cat", ["active": false]),
        ]
        _ = try office.group("Staff", [try #require(users["bob"])])
        // Whom nobody has changed here is left alone.
        let new = Directory.Import(
            resource: try SentResource(["userName": "dan", "title": "x"], type: .user),
            id: nil,
            account: .init(id: "9", name: "dan"),
            active: true
        )
        _ = try office.directory.take(new, from: office.receiver, by: Office.caller)
        try office.directory.delete(try office.user("gone", ["title": "x"]))
        var changed = office.site
        switch what {
        case "title": try changed.map(["nickname": "title"], columns: [])
        case "rule": changed.rules = [RoleRule(group: "Staff", role: "editor")]
        case "inactive": changed.onInactive = .delete
        case "passwords": changed.sendsPasswords = true
        case "deletion": changed.onDelete = .delete
        case "domain": changed.domain = "other"
        case "url": changed.url = "https://other.test"
        case "logins": changed.unfitLogins = .refuse
        case "group": try changed.map(["nickname": "groups.display"], columns: [])
        default: break
        }
        var counts: [Int] = []
        let affected = try MappingChange(directory: office.directory, receiver: office.receiver)
            .affected(from: office.site, to: changed) { counts.append($0) }
        #expect(affected.ids == names.compactMap { users[$0]?.id }.sorted())
        // What no account depends on need not be looked for.
        #expect(counts.last == (["nothing", "deletion", "url"].contains(what) ? nil : 4))
        // Nothing is sent by that.
        #expect(try office.records().allSatisfy { $0.version <= 2 })
    }
}
