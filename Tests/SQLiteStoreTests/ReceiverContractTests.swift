import Directory
import SCIM
import SQLiteStore
import TestSupport
import Testing

/// What every store must do for receivers, said without a word about how.
struct ReceiverContractTests {
    typealias Kind = StoreContractTests.Kind

    /// A directory on an empty store, and its clock.
    struct World {
        let clock = TestClock()
        let directory: Directory
        private let keeper: AnyObject

        init(_ kind: Kind) throws {
            let (store, keeper) = try kind.make(.standard)
            self.keeper = keeper
            directory = Directory(store: store, links: TestStore.links, now: clock.now)
        }

        static let caller = Caller(actor: .system, domain: "default", requestID: "r")

        func add(
            _ name: String,
            type: String? = "User",
            groups: Bool = false,
            references: Bool = false,
            settings: JSONObject = [:]
        ) throws -> Receiver {
            try directory.add(
                Receiver(
                    kind: type == nil ? .webhook : .wordpress,
                    name: name,
                    scope: .init(
                        type: type,
                        followsGroups: groups,
                        followsReferences: references
                    ),
                    settings: settings,
                    created: clock.instant
                ),
                by: Self.caller
            )
        }

        func user(_ name: String, _ more: JSONObject = [:]) throws -> StoredResource {
            var body: JSONObject = ["userName": .string(name)]
            for member in more.members { body[member.name] = member.value }
            return try directory.create(.object(body))
        }

        func group(_ name: String, _ members: [StoredResource]) throws -> StoredResource {
            let members = members.map { ["value": .string($0.id)] as JSON }
            return try directory.create(
                ["displayName": .string(name), "members": .array(members)],
                .group
            )
        }

        func set(_ resource: StoredResource, _ path: String, _ value: JSON) throws {
            _ = try directory.modify(
                resource,
                [["op": "replace", "path": .string(path), "value": value]]
            )
        }

        func records(_ receiver: Receiver) throws -> [String: DeliveryRecord] {
            let all = try directory.read { store -> [DeliveryRecord] in
                try store.deliveries(to: receiver.id, .all(after: ""), limit: .max)
            }
            return Dictionary(uniqueKeysWithValues: all.map { ($0.resource, $0) })
        }

        func record(_ resource: StoredResource, _ receiver: Receiver) throws -> DeliveryRecord {
            try #require(try records(receiver)[resource.id])
        }

        func write(_ body: (any StoreTransaction) throws -> Void) throws {
            try directory.store.write(within: .unlimited, body)
        }

        func settle(
            _ resource: StoredResource,
            _ version: Int64,
            _ outcome: Settlement.Outcome,
            of receiver: Receiver
        ) throws {
            try directory.settle(
                [Settlement(resource: resource.id, version: version, outcome: outcome)],
                of: receiver.id,
                trouble: nil
            )
        }

        /// Notes that a receiver has all that is due to it.
        func settleAll(_ receiver: Receiver) throws {
            try directory.settle(
                try records(receiver).values.map {
                    Settlement(
                        resource: $0.resource,
                        version: $0.version,
                        outcome: .done(account: nil, active: nil)
                    )
                },
                of: receiver.id,
                trouble: nil
            )
        }

        func due(_ receiver: Receiver, limit: Int = .max) throws -> [DeliveryRecord] {
            try directory.read { store -> [DeliveryRecord] in
                try store.deliveries(to: receiver.id, .due(at: clock.instant), limit: limit)
            }
        }
    }

    private static let problem = Problem(code: "existing_user_login", message: "taken")

    // MARK: Receivers

    @Test(arguments: Kind.allCases)
    func keepsReceivers(_ kind: Kind) throws {
        let world = try World(kind)
        let added = try world.add(
            "Site",
            groups: true,
            references: true,
            settings: ["url": "http://a"]
        )
        let other = try world.add("hook", type: nil)
        try world.directory.update(added, by: World.caller, attributes: ["x"]) { receiver in
            receiver.settings = ["url": "http://b"]
            receiver.scope = .init(type: "User", followsGroups: false)
            receiver.isPaused = true
        }
        let trouble = Trouble(
            attempts: 3,
            since: world.clock.instant,
            retryAt: nil,
            problem: Self.problem
        )
        let lease = Lease(holder: "me", until: world.clock.instant)
        try world.write { transaction in
            try transaction.setTrouble(trouble, of: added.id)
            try transaction.setLease(lease, of: added.id)
        }
        let all = try world.directory.read { try $0.receivers() }
        #expect(
            all.map(\.id) == [added.id, other.id] && all.map(\.kind) == [.wordpress, .webhook]
        )
        let site = try #require(all.first)
        #expect(site.name == "Site" && site.created == world.clock.instant && site.isPaused)
        #expect(site.settings == ["url": "http://b"])
        #expect(site.scope == .init(type: "User", followsGroups: false))
        #expect(site.trouble == trouble && site.lease == lease)
        #expect(all[1].scope == .init(type: nil, followsGroups: false))
        #expect(all[1].trouble == nil && all[1].lease == nil && !all[1].isPaused)
        try world.write { try $0.setTrouble(nil, of: added.id) }
        try world.write { try $0.setLease(nil, of: added.id) }
        let mended = try #require(try world.directory.read { try $0.receivers() }.first)
        #expect(mended.trouble == nil && mended.lease == nil)
    }

    @Test(arguments: Kind.allCases)
    func namesAreUniqueInAnyCase(_ kind: Kind) throws {
        let world = try World(kind)
        let site = try world.add("Site")
        for name in ["Site", "site", "SITE"] {
            #expect { _ = try world.add(name) } throws: { error in
                (error as? SCIMError)?.scimType == .uniqueness
            }
            #expect(try world.directory.receiver(named: name).id == site.id)
        }
        try world.directory.remove(site, by: World.caller)
        #expect(throws: SCIMError.self) { try world.directory.receiver(named: "site") }
        // Numbers are never given twice.
        #expect(try world.add("site").id > site.id)
    }

    @Test(arguments: Kind.allCases)
    func whatARemovedReceiverWasToBeToldGoesWithIt(_ kind: Kind) throws {
        let world = try World(kind)
        _ = try world.user("ann")
        let (site, other) = (try world.add("site"), try world.add("other"))
        try world.directory.remove(site, by: World.caller)
        #expect(try world.records(site).isEmpty && world.records(other).count == 1)
    }

    // MARK: Announcing

    @Test(arguments: Kind.allCases)
    func aNewReceiverIsToBeToldOfAllInItsScope(_ kind: Kind) throws {
        let world = try World(kind)
        let ann = try world.user("ann")
        let staff = try world.group("Staff", [ann])
        let (site, hook) = (try world.add("site"), try world.add("hook", type: nil))
        #expect(Set(try world.records(site).keys) == [ann.id])
        #expect(Set(try world.records(hook).keys) == [ann.id, staff.id])
        let expected = DeliveryRecord(
            resource: ann.id,
            type: "User",
            version: 1,
            due: world.clock.instant
        )
        #expect(try world.record(ann, site) == expected)
        #expect(try world.record(staff, hook).type == "Group")
    }

    /// People and groups of whom a change is made, and whom receivers are to be told of then.
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// By the receivers' names.
        let expected: [String: Set<String>]
        let make: @Sendable (World, [String: StoredResource]) throws -> Void

        init(
            _ what: String,
            _ expected: [String: Set<String>],
            _ make: @escaping @Sendable (World, [String: StoredResource]) throws -> Void
        ) {
            (testDescription, self.expected, self.make) = (what, expected, make)
        }
    }

    private static func member(_ op: String, _ member: StoredResource?) -> JSON {
        let id = member?.id ?? ""
        return op == "add"
            ? ["op": "add", "path": "members", "value": [["value": .string(id)]]]
            : ["op": "remove", "path": .string("members[value eq \"\(id)\"]")]
    }

    /// `site` follows groups and references, `flat` neither, `hook` is told of all types.
    static let changes: [Change] = [
        Change("attribute", ["site": ["ann"], "flat": ["ann"], "hook": ["ann"]]) { world, all in
            try world.set(try #require(all["ann"]), "title", "x")
        },
        Change("nothing", [:]) { world, all in
            try world.set(try #require(all["ann"]), "active", true)
        },
        Change("password", ["site": ["ann"], "flat": ["ann"], "hook": ["ann"]]) { world, all in
            try world.set(try #require(all["ann"]), "password", "s3cret")
        },
        Change("externalId", ["site": ["ann"], "flat": ["ann"], "hook": ["ann"]]) { world, all in
            try world.set(try #require(all["ann"]), "externalId", "x")
        },
        Change("member comes", ["site": ["cat"], "hook": ["inner"]]) { world, all in
            _ = try world.directory.modify(
                try #require(all["inner"]),
                [member("add", all["cat"])]
            )
        },
        Change("member goes", ["site": ["bob"], "hook": ["inner"]]) { world, all in
            _ = try world.directory.modify(
                try #require(all["inner"]),
                [member("remove", all["bob"])]
            )
        },
        Change("nested group goes", ["site": ["bob"], "hook": ["outer"]]) { world, all in
            _ = try world.directory.modify(
                try #require(all["outer"]),
                [member("remove", all["inner"])]
            )
        },
        Change("nested group comes", ["site": ["bob"], "hook": ["top"]]) { world, all in
            _ = try world.directory.modify(
                try #require(all["top"]),
                [member("add", all["inner"])]
            )
        },
        Change("group is renamed", ["site": ["ann", "bob"], "hook": ["outer"]]) { world, all in
            try world.set(try #require(all["outer"]), "displayName", "Other")
        },
        Change("group's externalId", ["site": ["ann", "bob"], "hook": ["outer"]]) { world, all in
            try world.set(try #require(all["outer"]), "externalId", "x")
        },
        Change("ring is renamed", ["site": ["cat"], "hook": ["ring1"]]) { world, all in
            try world.set(try #require(all["ring1"]), "displayName", "Other")
        },
        Change("group is deleted", ["site": ["ann", "bob"], "hook": ["outer"]]) { world, all in
            try world.directory.delete(try #require(all["outer"]))
        },
        Change("nested group is deleted", ["site": ["bob"], "hook": ["inner", "outer"]]) {
            try $0.directory.delete(try #require($1["inner"]))
        },
        Change(
            "manager is deleted",
            ["site": ["ann", "boss"], "flat": ["ann", "boss"], "hook": ["ann", "boss"]]
        ) { try $0.directory.delete(try #require($1["boss"])) },
        Change(
            "manager is renamed",
            ["site": ["ann", "boss"], "flat": ["boss"], "hook": ["boss"]]
        ) { try $0.set(try #require($1["boss"]), "displayName", "Boss") },
        Change("manager's title", ["site": ["boss"], "flat": ["boss"], "hook": ["boss"]]) {
            try $0.set(try #require($1["boss"]), "title", "Boss")
        },
        Change(
            "member is deleted",
            ["site": ["bob"], "flat": ["bob"], "hook": ["bob", "inner"]]
        ) { try $0.directory.delete(try #require($1["bob"])) },
    ]

    @Test(arguments: Kind.allCases, changes)
    func changesAreAnnouncedToThoseWhomTheyConcern(_ kind: Kind, _ change: Change) throws {
        let world = try World(kind)
        let manager = { (boss: StoredResource) -> JSONObject in
            [Schema.enterpriseUser.id: ["manager": ["value": .string(boss.id)]]]
        }
        var all = ["boss": try world.user("boss")]
        all["ann"] = try world.user("ann", manager(try #require(all["boss"])))
        for name in ["bob", "cat"] { all[name] = try world.user(name) }
        for (name, members) in [
            ("inner", ["bob"]), ("outer", ["inner", "ann"]), ("top", []), ("ring1", ["cat"]),
            ("ring2", ["ring1"]),
        ] {
            all[name] = try world.group(name, members.compactMap { all[$0] })
        }
        let (ring1, ring2) = (try #require(all["ring1"]), all["ring2"])
        _ = try world.directory.modify(ring1, [Self.member("add", ring2)])
        let receivers = [
            try world.add("site", groups: true, references: true), try world.add("flat"),
            try world.add("hook", type: nil),
        ]
        for receiver in receivers { try world.settleAll(receiver) }
        world.clock.advance(seconds: 1)
        try change.make(world, all)
        for receiver in receivers {
            let records = try world.records(receiver)
            for (name, resource) in all {
                guard let record = records[resource.id] else { continue }
                let isTold = change.expected[receiver.name]?.contains(name) ?? false
                #expect(record.version == (isTold ? 2 : 1), "\(receiver.name) \(name)")
                #expect(record.acknowledged == 1)
                #expect(record.due == (isTold ? world.clock.instant : nil), "\(name)")
            }
            #expect(records.count == (receiver.name == "hook" ? all.count : 4))
        }
    }

    @Test(arguments: Kind.allCases)
    func newResourcesAreAnnounced(_ kind: Kind) throws {
        let world = try World(kind)
        let ann = try world.user("ann")
        let (site, hook) = (
            try world.add("site", groups: true), try world.add("hook", type: nil)
        )
        let bob = try world.user("bob")
        let staff = try world.group("Staff", [ann, bob])
        #expect(try world.record(ann, site).version == 2)
        #expect(try world.record(bob, site).version == 2)
        #expect(Set(try world.records(site).keys) == [ann.id, bob.id])
        #expect(try world.record(bob, hook).version == 1)
        #expect(try world.record(staff, hook).version == 1)
    }

    /// Steps on one user, and whether its delivery is urgent after each.
    static let urgencies: [[(step: String, isUrgent: Bool)]] = [
        [("title", false), ("leave", true), ("title", true), ("done", true), ("title", false)],
        [("leave", true), ("join", true), ("done", true), ("title", false)],
        [("leave", true), ("refused", true), ("title", true), ("done", true), ("return", false)],
        [("leave", true), ("refused", true), ("join", true)],
        [("unassign", true), ("title", true)],
        [("title", false), ("delete", true), ("done", true)],
        [("leave", true), ("postponed", true), ("retry", true), ("delete", true)],
    ]

    @Test(arguments: Kind.allCases, urgencies)
    func theEndOfAccessIsUrgentUntilItIsHeard(
        _ kind: Kind,
        _ steps: [(step: String, isUrgent: Bool)]
    ) throws {
        let world = try World(kind)
        let site = try world.add("site", groups: true)
        let ann = try world.user("ann")
        try world.settleAll(site)
        for (number, (step, isUrgent)) in steps.enumerated() {
            let version = try world.record(ann, site).version
            switch step {
            case "leave": try world.set(ann, "active", false)
            case "return": try world.set(ann, "active", true)
            case "unassign":
                _ = try world.directory.modify(ann, [["op": "remove", "path": "active"]])
            case "join": _ = try world.group("Staff", [ann])
            case "delete": try world.directory.delete(ann)
            case "done": try world.settleAll(site)
            case "retry": _ = try world.directory.retry(site, by: World.caller)
            case "refused": try world.settle(ann, version, .refused(Self.problem), of: site)
            case "postponed":
                let later = world.clock.instant.adding(seconds: 5)
                try world.settle(
                    ann,
                    version,
                    .postponed(until: later, Self.problem),
                    of: site
                )
            default: try world.set(ann, "title", .string("\(number)"))
            }
            #expect(try world.record(ann, site).isUrgent == isUrgent, "\(number): \(step)")
        }
    }

    @Test(arguments: Kind.allCases)
    func whatIsThrownUndoesAnnouncements(_ kind: Kind) throws {
        struct Mistake: Error {}
        let world = try World(kind)
        let (ann, bob) = (try world.user("ann"), try world.user("bob"))
        let site = try world.add("site")
        #expect(throws: SCIMError.self) { try world.set(bob, "userName", "ann") }
        #expect(throws: Mistake.self) {
            try world.write { transaction in
                let now = world.clock.instant
                try transaction.announce([ann.id], ofType: "User", to: site.id, at: now)
                try transaction.announceAll(to: site.id, at: now)
                throw Mistake()
            }
        }
        #expect(try world.records(site).values.allSatisfy { $0.version == 1 })
    }

    // MARK: What is due

    @Test(arguments: Kind.allCases)
    func theUrgentComeFirstAndThenTheOldest(_ kind: Kind) throws {
        let world = try World(kind)
        let site = try world.add("site")
        var all: [String: StoredResource] = [:]
        for name in ["late", "early", "leaver", "gone", "future", "done"] {
            all[name] = try world.user(name)
        }
        try world.settleAll(site)
        for (name, change) in [
            ("early", "title"), ("late", "title"), ("future", "title"), ("leaver", "active"),
            ("gone", "delete"),
        ] {
            world.clock.advance(seconds: 1)
            let resource = try #require(all[name])
            switch change {
            case "delete": try world.directory.delete(resource)
            case "active": try world.set(resource, "active", false)
            default: try world.set(resource, "title", "x")
            }
        }
        let future = try #require(all["future"])
        try world.settle(
            future,
            2,
            .postponed(until: world.clock.instant.adding(seconds: 5), Self.problem),
            of: site
        )
        let names = Dictionary(uniqueKeysWithValues: all.map { ($0.value.id, $0.key) })
        let order = ["leaver", "gone", "early", "late"]
        #expect(try world.due(site).map { names[$0.resource] } == order)
        #expect(try world.due(site, limit: 3).map { names[$0.resource] } == Array(order[..<3]))
        world.clock.advance(seconds: 5)
        #expect(try world.due(site).map { names[$0.resource] } == order + ["future"])
    }

    @Test(arguments: Kind.allCases)
    func knowsWhenTheNextIsDueAndCounts(_ kind: Kind) throws {
        let world = try World(kind)
        let site = try world.add("site")
        let next = { try world.directory.read { try $0.nextDue(to: site.id) } }
        let counts = { try world.directory.read { try $0.deliveryCounts(to: site.id) } }
        let start = world.clock.instant
        #expect(try next() == nil)
        #expect(try counts() == .init(done: 0, waiting: 0, parked: 0, oldestDue: nil))
        let (ann, bob, cat) = (
            try world.user("ann"), try world.user("bob"), try world.user("cat")
        )
        try world.settleAll(site)
        #expect(try next() == nil)
        world.clock.advance(seconds: 10)
        try world.set(ann, "title", "x")
        try world.set(bob, "title", "x")
        #expect(try next() == start.adding(seconds: 10))
        try world.settle(
            ann,
            2,
            .postponed(until: start.adding(seconds: 100), Self.problem),
            of: site
        )
        try world.settle(bob, 2, .refused(Self.problem), of: site)
        #expect(try next() == start.adding(seconds: 100))
        world.clock.advance(seconds: 1)
        // An urgent one that is due earlier, and then one that is due later.
        try world.set(cat, "active", false)
        #expect(try next() == start.adding(seconds: 11))
        try world.settle(
            cat,
            2,
            .postponed(until: start.adding(seconds: 200), Self.problem),
            of: site
        )
        #expect(try next() == start.adding(seconds: 100))
        #expect(
            try counts()
                == .init(done: 0, waiting: 2, parked: 1, oldestDue: start.adding(seconds: 100))
        )
        let inState = { (state: DeliveryRecord.State) in
            try world.directory.read { store in
                try store.deliveries(to: site.id, .inState(state, after: ""), limit: 9)
                    .map(\.resource)
            }
        }
        #expect(try inState(.waiting) == [ann.id, cat.id].sorted())
        #expect(try inState(.parked) == [bob.id])
        try world.settleAll(site)
        #expect(try inState(.done) == [ann.id, bob.id, cat.id].sorted())
        #expect(try counts() == .init(done: 3, waiting: 0, parked: 0, oldestDue: nil))
    }

    @Test(arguments: Kind.allCases)
    func recordsAreReadInPages(_ kind: Kind) throws {
        let world = try World(kind)
        let site = try world.add("site")
        let ids = try ["ann", "bob", "cat"].map { try world.user($0).id }.sorted()
        _ = try world.group("Staff", [])
        try world.directory.read { store -> Void in
            let page = try store.deliveries(to: site.id, .all(after: ids[0]), limit: 1)
            #expect(page.map(\.resource) == [ids[1]])
            let some = try store.deliveries(to: site.id, .of([ids[2], "nobody"]), limit: 9)
            #expect(some.map(\.resource) == [ids[2]])
            #expect(try store.ids(ofType: "User", after: "", limit: 2) == Array(ids[..<2]))
            #expect(try store.ids(ofType: "User", after: ids[1], limit: 2) == [ids[2]])
            #expect(try store.ids(ofType: "User", after: ids[2], limit: 2).isEmpty)
        }
    }

    @Test(arguments: Kind.allCases)
    func theNewestComeFirst(_ kind: Kind) throws {
        let world = try World(kind)
        let ids = try ["ann", "bob", "cat"].map { try world.user($0).id }
        let group = try world.group("Staff", [])
        try world.directory.read { store -> Void in
            let users = try store.newestIDs(ofType: "User", limit: 2)
            #expect(users == [ids[2], ids[1]])
            #expect(try store.newestIDs(ofType: "Group", limit: 2) == [group.id])
        }
    }

    // MARK: Settling

    @Test(arguments: Kind.allCases)
    func onlyWhatWasSentIsDone(_ kind: Kind) throws {
        let world = try World(kind)
        let site = try world.add("site")
        let ann = try world.user("ann")
        let account = DeliveryRecord.Account(id: "12", name: "ann")
        world.clock.advance(seconds: 1)
        try world.set(ann, "title", "x")
        let due = world.clock.instant
        // The first version was on its way meanwhile.
        try world.settle(ann, 1, .done(account: account, active: true), of: site)
        var record = try world.record(ann, site)
        #expect(record.version == 2 && record.acknowledged == 1 && record.due == due)
        #expect(record.account == account && record.active == true && record.state == .waiting)
        try world.settle(ann, 2, .done(account: nil, active: nil), of: site)
        record = try world.record(ann, site)
        #expect(record.acknowledged == 2 && record.due == nil && record.state == .done)
        #expect(record.account == account && record.active == true)
        // Late news of the past changes nothing.
        try world.settle(ann, 1, .done(account: nil, active: false), of: site)
        record = try world.record(ann, site)
        #expect(record.acknowledged == 2 && record.due == nil)
        let found = try world.directory.read { try $0.delivery(to: site.id, ofAccount: "12") }
        #expect(found == record)
        #expect(try world.directory.read { try $0.delivery(to: site.id, ofAccount: "1") } == nil)
    }

    /// What a receiver says of versions that were never given, as the store went back in time, is
    /// no news of the present.
    @Test(arguments: Kind.allCases)
    func versionsThatWereNeverGivenAreNotDone(_ kind: Kind) throws {
        let world = try World(kind)
        let site = try world.add("site")
        let ann = try world.user("ann")
        try world.settle(ann, 7, .done(account: nil, active: nil), of: site)
        #expect(try world.record(ann, site).acknowledged == 0)
        try world.settle(ann, 1, .outrun(by: 7), of: site)
        #expect(try world.record(ann, site).version == 8)
    }

    @Test(arguments: Kind.allCases)
    func failuresAreNotedUntilSomethingChanges(_ kind: Kind) throws {
        let world = try World(kind)
        let site = try world.add("site")
        let ann = try world.user("ann")
        let (start, later) = (world.clock.instant, world.clock.instant.adding(seconds: 5))
        try world.settle(ann, 1, .postponed(until: later, Self.problem), of: site)
        world.clock.advance(seconds: 5)
        try world.settle(ann, 1, .refused(Self.problem), of: site)
        var record = try world.record(ann, site)
        #expect(record.due == nil && record.state == .parked && record.acknowledged == 0)
        #expect(record.attempts == 2 && record.failingSince == start)
        #expect(record.problem == Self.problem)
        try world.set(ann, "title", "x")
        record = try world.record(ann, site)
        #expect(record.version == 2 && record.due == world.clock.instant)
        #expect(record.attempts == 0 && record.failingSince == nil && record.problem == nil)
        // What became of the state before is of no interest any more.
        try world.settle(ann, 1, .refused(Self.problem), of: site)
        try world.settle(ann, 1, .postponed(until: later, Self.problem), of: site)
        #expect(try world.record(ann, site) == record)
    }

    @Test(arguments: Kind.allCases)
    func aReceiverThatIsAheadIsSentAVersionBeyond(_ kind: Kind) throws {
        let world = try World(kind)
        let site = try world.add("site")
        let ann = try world.user("ann")
        try world.settle(ann, 1, .outrun(by: 40), of: site)
        var record = try world.record(ann, site)
        #expect(record.version == 41 && record.acknowledged == 0)
        #expect(record.due == world.clock.instant)
        // Of two who sent at once, the slower hears of the faster.
        try world.settle(ann, 41, .done(account: nil, active: nil), of: site)
        try world.settle(ann, 1, .outrun(by: 41), of: site)
        record = try world.record(ann, site)
        #expect(record.version == 41 && record.due == nil)
        // What was changed meanwhile has a higher version already.
        try world.set(ann, "title", "x")
        try world.settle(ann, 1, .outrun(by: 41), of: site)
        #expect(try world.record(ann, site).version == 42)
    }

    @Test(arguments: Kind.allCases)
    func whatIsParkedIsTriedAgainWhenAsked(_ kind: Kind) throws {
        let world = try World(kind)
        let site = try world.add("site")
        let (ann, bob, cat, dan) = (
            try world.user("ann"), try world.user("bob"), try world.user("cat"),
            try world.user("dan")
        )
        let start = world.clock.instant
        try world.settle(ann, 1, .refused(Self.problem), of: site)
        try world.settle(
            bob,
            1,
            .postponed(until: start.adding(seconds: 100), Self.problem),
            of: site
        )
        try world.settle(cat, 1, .done(account: nil, active: nil), of: site)
        let trouble = Trouble(attempts: 1, since: start, retryAt: nil, problem: Self.problem)
        try world.write { try $0.setTrouble(trouble, of: site.id) }
        world.clock.advance(seconds: 10)
        #expect(try world.directory.retry(site, by: World.caller) == 3)
        let now = world.clock.instant
        #expect(try [ann, bob].map { try world.record($0, site).due } == [now, now])
        #expect(try [ann, bob].map { try world.record($0, site).attempts } == [0, 0])
        #expect(try [ann, bob].allSatisfy { try world.record($0, site).failingSince == nil })
        #expect(try world.record(cat, site).state == .done)
        // Who has waited longest stays the first.
        #expect(try world.record(dan, site).due == start)
        #expect(try world.directory.receiver(named: "site").trouble == nil)
    }

    // MARK: What the receiver had before

    @Test(arguments: Kind.allCases)
    func whatAReceiverHadBeforeIsLeftAloneUntilItChanges(_ kind: Kind) throws {
        let world = try World(kind)
        let (site, other) = (try world.add("site"), try world.add("other"))
        let new = Directory.Import(
            resource: try SentResource(["userName": "ann", "active": false], type: .user),
            id: nil,
            account: .init(id: "7", name: "ann"),
            active: false
        )
        let id = try #require(try world.directory.take(new, from: site, by: World.caller))
        let expected = DeliveryRecord(
            resource: id,
            type: "User",
            version: 0,
            account: .init(id: "7", name: "ann"),
            active: false
        )
        #expect(try world.records(site)[id] == expected)
        #expect(expected.state == .done)
        #expect(try world.records(other)[id]?.version == 1)
        // The same name again is taken, and leaves nothing.
        #expect(try world.directory.take(new, from: site, by: World.caller) == nil)
        #expect(try world.records(site).count == 1)

        try world.directory.resendAll(to: site, by: World.caller)
        try world.directory.resend([id], to: site, by: World.caller)
        #expect(try world.directory.retry(site, by: World.caller) == 0)
        #expect(try world.records(site)[id] == expected)

        let ann = try #require(
            try world.directory.read {
                try $0.fetch(id, type: .user, domain: "default", loading: [])
            }
        )
        try world.set(ann, "title", "x")
        let managed = try world.record(ann, site)
        #expect(managed.version == 1 && managed.due == world.clock.instant)
        #expect(managed.account == expected.account && !managed.isUrgent)
        try world.directory.resend([id], to: site, by: World.caller)
        #expect(try world.record(ann, site).version == 2)
        try world.directory.resendAll(to: site, by: World.caller)
        #expect(try world.record(ann, site).version == 3)
    }

    @Test(arguments: Kind.allCases)
    func aLinkForgetsWhatFailedBefore(_ kind: Kind) throws {
        let world = try World(kind)
        let site = try world.add("site")
        let ann = try world.user("ann")
        try world.settle(ann, 1, .refused(Self.problem), of: site)
        try world.directory.link(
            ann.id,
            to: .init(id: "7", name: "ann"),
            of: site,
            by: World.caller
        )
        let expected = DeliveryRecord(
            resource: ann.id,
            type: "User",
            version: 2,
            due: world.clock.instant,
            account: .init(id: "7", name: "ann")
        )
        #expect(try world.record(ann, site) == expected)
    }

    // MARK: Groups, passwords

    @Test(arguments: Kind.allCases)
    func findsAllGroupsOnce(_ kind: Kind) throws {
        let world = try World(kind)
        let (ann, bob) = (try world.user("ann"), try world.user("bob"))
        let inner = try world.group("inner", [ann])
        let middle = try world.group("middle", [inner, ann])
        let outer = try world.group("outer", [middle, inner])
        _ = try world.group("other", [bob])
        // A ring.
        _ = try world.directory.modify(inner, [Self.member("add", outer)])
        let groups = { (key: Int64) in
            try world.directory.read { try $0.allMemberships(of: key) }
        }
        let expected = [inner, middle, outer].map { $0.id }
        #expect(try groups(ann.key).map(\.group) == expected)
        #expect(try groups(ann.key).map(\.display) == ["inner", "middle", "outer"])
        #expect(try groups(bob.key).map(\.display) == ["other"])
        #expect(try groups(inner.key).map(\.group) == expected)
    }

    @Test(arguments: Kind.allCases)
    func givesPasswordHashes(_ kind: Kind) throws {
        let world = try World(kind)
        let (ann, bob) = (
            try world.user("ann", ["password": "s3cret"]), try world.user("bob")
        )
        let hash = { (key: Int64) in try world.directory.read { try $0.passwordHash(of: key) } }
        #expect(try hash(ann.key)?.hasPrefix("$2") == true)
        #expect(try hash(bob.key) == nil)
    }

    // MARK: The right to send

    @Test(arguments: Kind.allCases)
    func oneAtATimeHasTheRightToSend(_ kind: Kind) throws {
        let world = try World(kind)
        let site = try world.add("site")
        let lease = { (holder: String, gone: Set<String>) in
            try world.directory.lease(
                site.id,
                holder: holder,
                seconds: 10,
                isGone: gone.contains
            ) != nil
        }
        #expect(try lease("a", []) && lease("a", []) && !lease("b", []))
        #expect(try lease("b", ["a"]) && !lease("a", []))
        world.clock.advance(seconds: 10)
        #expect(try lease("a", []))
        try world.directory.giveUp(site.id, holder: "b")
        #expect(try !lease("b", []))
        try world.directory.giveUp(site.id, holder: "a")
        #expect(try lease("b", []))
        try world.directory.remove(site, by: World.caller)
        #expect(try !lease("b", []))
    }

    @Test(arguments: Kind.allCases)
    func theRightIsGivenBackOnlyWhenNothingIsDue(_ kind: Kind) throws {
        let world = try World(kind)
        let site = try world.add("site")
        let holder = {
            try world.directory.receiver(named: "site").lease?.holder
        }
        let release = { try world.directory.release(site.id, holder: "a") }
        let take = {
            _ = try world.directory.lease(site.id, holder: "a", seconds: 10) { _ in false }
        }
        try take()
        let ann = try world.user("ann")
        #expect(try !release())
        #expect(try holder() == "a")
        try world.settle(
            ann,
            1,
            .postponed(until: world.clock.instant.adding(seconds: 1), Self.problem),
            of: site
        )
        #expect(try release())
        #expect(try holder() == nil)
        // A receiver that takes nothing now keeps nobody.
        world.clock.advance(seconds: 1)
        try take()
        try world.directory.update(site, by: World.caller, attributes: []) { $0.isPaused = true }
        #expect(try release())
        #expect(try holder() == nil)
        // Another's right is left alone.
        _ = try world.directory.lease(site.id, holder: "b", seconds: 10) { _ in false }
        #expect(try release())
        #expect(try holder() == "b")
    }
}
