import Directory
import JSONText
import SCIM
import Secrets
import TestSupport
import Testing

@testable import Delivery

/// What sites are asked before a change, and what their answers do.
struct WordPressValidationTests {
    private let office: Office

    init() throws { office = try Office() }

    private func validation(_ office: Office? = nil) throws -> WordPressValidation? {
        let office = office ?? self.office
        return try WordPressValidation(
            try office.directory.read { try $0.receivers() },
            of: office.directory,
            telephone: office.telephone,
            now: office.clock.now
        )
    }

    enum Step: String {
        case create, rename, address, deactivate, reactivate, delete, title, name, none, both
        case identify
    }

    /// Makes a change that sites are asked about.
    private func make(_ step: Step, of user: StoredResource, _ office: Office? = nil) throws {
        let office = office ?? self.office
        let review = try validation(office)?.review
        let set = { (path: String, value: JSON) -> JSON in
            ["op": "replace", "path": .string(path), "value": value]
        }
        let operations: [JSON] =
            switch step {
            case .create, .delete: []
            case .rename: [set("userName", "bob")]
            case .address: [set("emails", [["value": "b@x.test", "primary": true]])]
            case .deactivate: [set("active", false)]
            case .reactivate: [set("active", true)]
            case .title: [set("title", "x")]
            case .name: [set("displayName", "x"), set("name.givenName", "x")]
            case .none: [set("userName", "ann")]
            case .both: [set("userName", "bob"), set("active", false)]
            case .identify: [set("externalId", "x9")]
            }
        switch step {
        case .create:
            _ = try office.directory.perform(
                .create(try SentResource(["userName": "new"], type: .user)),
                by: Office.caller,
                review: review
            )
        case .delete:
            _ = try office.directory.perform(
                .delete(id: user.id, .user),
                by: Office.caller,
                review: review
            )
        default: _ = try office.directory.modify(user, operations, review: review)
        }
    }

    @Test(
        arguments: [
            (.create, ["userName": "new", "login": "new", "active": true]),
            (.rename, ["userName": "bob", "login": "bob", "active": true]),
            (.address, ["userName": "ann", "email": "b@x.test", "active": true]),
            (.deactivate, ["userName": nil, "active": false]),
            (.delete, ["userName": nil, "active": false]),
            (.both, ["userName": nil, "active": false]),
            (.reactivate, nil), (.title, nil), (.name, nil), (.none, nil), (.identify, nil),
        ] as [(Step, [String: JSON?]?)]
    )
    func sitesAreAskedOnlyAboutNamesAndAccess(
        _ step: Step,
        _ question: [String: JSON?]?
    ) throws {
        try office.change { $0.rules = [RoleRule(group: "x", role: "administrator", blog: nil)] }
        let user = try office.user("ann", step == .reactivate ? ["active": false] : [:])
        try make(step, of: user)
        #expect(office.calls.count == (question == nil ? 0 : 1))
        guard let question else { return }
        let call = try #require(office.calls.first)
        #expect(call.url == "https://wp.test/?roster=events" && call.events.count == 1)
        #expect(call.milliseconds == 2_000)
        let event = try #require(call.events.first)
        #expect(event["type"] == "user.validate" && event["version"] == nil)
        let account = try #require(event["user"]?.object)
        for (name, value) in question { #expect(account[name] == value, "\(name)") }
        if step != .create { #expect(account["scimId"] == .string(user.id)) }
        // Nobody has looked in which groups it is: that rights go is not what is asked.
        for name in ["roles", "managedRoles", "sites"] { #expect(account[name] == nil) }
    }

    @Test func sitesAreAskedWhereTheLoginIsMadeOfSomethingElse() throws {
        try office.change { try $0.map(["user_login": "externalId"], columns: []) }
        let user = try office.user("ann", ["externalId": "x1"])
        try make(.identify, of: user)
        let account = office.events.first?.first?["user"]?.object
        #expect(account?["login"] == "x9")
    }

    @Test(
        arguments: [
            ("existing_user_login", .rename, 409, "uniqueness"),
            ("existing_user_email", .create, 409, "uniqueness"),
            ("invalid_username", .rename, 400, "invalidValue"),
            ("empty_user_login", .create, 400, "invalidValue"),
            ("user_login_too_long", .create, 400, "invalidValue"),
            ("invalid_email", .address, 400, "invalidValue"),
            ("too_long", .rename, 400, "invalidValue"),
            ("bad_reassign", .rename, 400, "invalidValue"),
            ("role_not_allowed", .rename, 400, "invalidValue"),
            ("meta_not_allowed", .rename, 400, "invalidValue"),
            ("bad_password_hash", .rename, 400, "invalidValue"),
            ("last_admin", .deactivate, 400, "mutability"),
            ("super_admin", .deactivate, 400, "mutability"),
            ("administrator", .rename, 400, "mutability"),
            ("last_admin", .delete, 409, nil), ("super_admin", .delete, 409, nil),
            ("administrator", .delete, 409, nil),
        ] as [(String, Step, Int, String?)]
    )
    func aRefusalIsToldToTheClient(
        _ code: String,
        _ step: Step,
        _ status: Int,
        _ scimType: String?
    ) throws {
        let user = try office.user("ann")
        let journal = try office.directory.journal().count
        office.answer = {
            Plugin.answer($0) { _ in ["status": "refused", "code": .string(code), "message": "no"] }
        }
        #expect { try make(step, of: user) } throws: { error in
            guard let error = error as? SCIMError else { return false }
            return error.status == status && error.scimType?.rawValue == scimType
                && error.detail.hasSuffix("no")
        }
        #expect(try office.directory.journal().count == journal)
        #expect(try office.records().map(\.version) == [1])
    }

    enum Reply: CaseIterable {
        case ok, refused, unreachable, late, impossible, page, unsigned, error, empty

        func answer(_ call: Call) -> CallResult {
            switch self {
            case .ok: Plugin.answer(call)
            case .refused:
                Plugin.answer(call) { _ in ["status": "refused", "code": "last_admin"] }
            case .unreachable: .unreachable("x")
            case .late: .late
            case .impossible: .impossible("x")
            case .page: Plugin.page
            case .unsigned: Plugin.json(["code": "scim_unsigned"], status: 401)
            case .error: Plugin.answer(call) { _ in ["status": "error", "code": "busy"] }
            case .empty: Plugin.json(["results": []])
            }
        }

        var isHeard: Bool { self == .ok || self == .refused }
    }

    /// Each answer under each setting: deactivation and deletion never wait for a site.
    @Test(arguments: Reply.allCases, WordPressSite.Validation.allCases)
    func settingsDecideWhatASiteCanHold(
        _ reply: Reply,
        _ setting: WordPressSite.Validation
    ) throws {
        for step in [Step.create, .rename, .deactivate, .delete] {
            let office = try Office { $0.validation = setting }
            office.answer = reply.answer
            let user = try office.user("ann")
            let error: SCIMError?
            do {
                try make(step, of: user, office)
                error = nil
            } catch let caught as SCIMError {
                error = caught
            }
            let endsAccess = step == .deactivate || step == .delete
            let expected: Int? =
                switch setting {
                case .off: nil
                case _ where reply == .refused: step == .delete ? 409 : 400
                case .strict where !reply.isHeard && !endsAccess: 503
                case .queue, .strict: nil
                }
            #expect(error?.status == expected, "\(step)")
            if expected == 503 {
                #expect(error?.headers.contains { $0.name == "Retry-After" } == true)
                #expect(error?.detail.contains("wp.test") == false)
            }
            #expect(office.calls.count == (setting == .off ? 0 : 1))
        }
    }

    /// A site that does not answer is found out once.
    @Test(
        arguments: [
            (.unreachable, true), (.late, true), (.page, false), (.impossible, false),
            (.error, false), (.ok, false), (.refused, false),
        ] as [(Reply, Bool)]
    )
    func anOutageIsNoted(_ reply: Reply, _ isNoted: Bool) throws {
        office.answer = reply.answer
        let user = try office.user("ann")
        try? make(.rename, of: user)
        let trouble = try office.reread().trouble
        #expect((trouble != nil) == isNoted)
        #expect(try (validation() == nil) == isNoted)
        if isNoted {
            #expect(trouble?.attempts == 1)
            #expect(trouble?.retryAt == office.clock.instant.adding(seconds: 5))
        }
        office.clock.advance(seconds: 5)
        #expect(try validation() != nil)
        // One that is to be asked in any case is.
        try office.change { $0.validation = .strict }
        try office.directory.settle([], of: office.receiver.id, trouble: trouble)
        #expect(try validation() != nil)
    }

    @Test func whoIsPausedIsNotAsked() throws {
        try office.change { $0.validation = .strict }
        try office.directory.update(office.receiver, by: Office.caller, attributes: []) {
            $0.isPaused = true
        }
        #expect(try validation() == nil)
    }

    /// Two sites have two seconds together; who has no time left is not asked, and not blamed.
    @Test(
        arguments: [
            (500, .queue, [2_000, 1_500], nil, false), (1_999, .queue, [2_000, 1], nil, false),
            (2_000, .queue, [2_000], nil, false), (5_000, .queue, [2_000], nil, false),
            (500, .strict, [2_000, 1_500], 503, true), (1_500, .strict, [2_000, 500], 503, false),
            (2_000, .strict, [2_000], 503, false),
        ] as [(Int, WordPressSite.Validation, [Int], Int?, Bool)]
    )
    func sitesShareTheirTime(
        _ milliseconds: Int,
        _ setting: WordPressSite.Validation,
        _ times: [Int],
        _ status: Int?,
        _ isBlamed: Bool
    ) throws {
        var second = try WordPressSite(url: "https://second.test", secret: WebhookSecret())
        second.validation = setting
        let added = try office.directory.add(
            Receiver(
                kind: .wordpress,
                name: "second",
                scope: second.scope,
                settings: second.settings,
                created: office.clock.instant
            ),
            by: Office.caller
        )
        let user = try office.user("ann")
        office.answer = { [office] call in
            if call.url.hasPrefix("https://second") { return .late }
            office.clock.advance(milliseconds: milliseconds)
            return Plugin.answer(call)
        }
        do {
            try make(.rename, of: user)
            #expect(status == nil)
        } catch let error as SCIMError {
            #expect(error.status == status)
        }
        #expect(office.calls.map(\.milliseconds) == times)
        let trouble = try office.directory.receiver(named: "second").trouble
        let hadTime = times.count > 1 && times[1] >= 1_000
        #expect((trouble != nil) == (isBlamed || hadTime), "\(added.id)")
    }

    /// Whose account is in the way may be about to let go of the name.
    @Test func aNameThatIsAboutToBecomeFreeCanBeTaken() throws {
        let (old, user) = (try office.user("old"), try office.user("ann"))
        office.answer = {
            Plugin.answer($0) { _ in
                [
                    "status": "refused", "code": "existing_user_login",
                    "conflict": .string(old.id),
                ]
            }
        }
        try office.settleAll()
        #expect(throws: SCIMError.self) { try make(.rename, of: user) }
        try office.set(old, "userName", "older")
        try make(.rename, of: user)
        #expect(try office.record(user).version == 2)
    }
}
