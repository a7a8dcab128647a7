import Directory
import JSONText
import SCIM
import SQLiteStore
import TestSupport
import Testing

/// What every store must do, said without a word about how.
struct StoreContractTests {
    /// A kind of store; another one that conforms adds itself here.
    enum Kind: CaseIterable {
        case sqlite

        /// An empty store; `keeper` lives as long as it.
        func make(_ types: ResourceTypes) throws -> (store: any Store, keeper: AnyObject) {
            switch self {
            case .sqlite:
                let test = try TestStore(types: types)
                return (test.store, test)
            }
        }
    }

    private static let at = Instant(milliseconds: 1_709_208_000_000)
    private static let later = Instant(milliseconds: 1_709_208_001_000)

    private func with(
        _ kind: Kind,
        _ types: ResourceTypes = .standard,
        _ body: (any Store) throws -> Void
    ) throws {
        let (store, keeper) = try kind.make(types)
        try withExtendedLifetime(keeper) { try body(store) }
    }

    private func user(
        _ name: String,
        _ more: JSONObject = [:],
        externalId: String? = nil,
        domain: String = "default"
    ) throws -> ResourceRecord {
        var document: JSONObject = ["id": .string("id-\(name)"), "userName": .string(name)]
        for member in more.members { document[member.name] = member.value }
        return record("id-\(name)", .user, document, externalId, domain)
    }

    private func group(_ name: String) -> ResourceRecord {
        record("id-\(name)", .group, ["id": .string("id-\(name)"), "displayName": .string(name)])
    }

    private func record(
        _ id: String,
        _ type: ResourceType,
        _ document: JSONObject,
        _ externalId: String? = nil,
        _ domain: String = "default"
    ) -> ResourceRecord {
        let completed = try? type.completed(document, for: .creation)
        return ResourceRecord(
            id: id,
            type: type,
            created: Self.at,
            modified: Self.at,
            version: 1,
            document: Document(completed ?? document),
            externalId: externalId,
            domain: domain
        )
    }

    private func found(
        _ filter: String?,
        _ type: ResourceType = .user,
        in store: any StoreReading,
        domain: String = "default"
    ) throws -> [String] {
        let query = Query(
            type: type,
            predicate: try filter.map { try FilterParser.parse($0).bound(to: type) },
            count: 10_000,
            domain: domain,
            links: TestStore.links
        )
        let page = try store.search(query)
        #expect(page.total == page.resources.count)
        return page.resources.map(\.id)
    }

    @Test(arguments: Kind.allCases)
    func givesBackWhatWasPutIn(_ kind: Kind) throws {
        try with(kind) { store in
            let record = try user("ann", ["title": "Lead"], externalId: "x1")
            try store.write(within: .unlimited) { transaction in
                let key = try transaction.insert(record)
                let stored = try #require(
                    try transaction.fetch(record.id, type: .user, domain: "default", loading: [])
                )
                #expect(stored.key == key)
                #expect(stored.record.version == 1)
                #expect(stored.record.created == Self.at && stored.record.modified == Self.at)
                #expect(stored.record.externalId == "x1")
                #expect(try stored.record.document.object() == record.document.object())
            }
            try store.read(within: .unlimited) { reading in
                let elsewhere = try reading.fetch(
                    record.id,
                    type: .user,
                    domain: "other",
                    loading: []
                )
                #expect(elsewhere != nil && elsewhere?.record.externalId == nil)
                #expect(
                    try reading.fetch(record.id, type: .group, domain: "default", loading: [])
                        == nil
                )
                #expect(try found("externalId eq \"x1\"", in: reading) == [record.id])
                #expect(try found("externalId eq \"x1\"", in: reading, domain: "other").isEmpty)
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func uniqueValuesAreTakenWithoutCase(_ kind: Kind) throws {
        try with(kind) { store in
            let first = try user("Straße")
            try store.write(within: .unlimited) { _ = try $0.insert(first) }
            #expect(throws: StoreError.taken(type: "User", attribute: "userName")) {
                try store.write(within: .unlimited) { _ = try $0.insert(try user("STRASSE")) }
            }
            // What failed has left nothing.
            #expect(try store.read(within: .unlimited) { try found(nil, in: $0) } == [first.id])
        }
    }

    @Test(arguments: Kind.allCases)
    func whatIsThrownUndoesATransaction(_ kind: Kind) throws {
        struct Mistake: Error {}
        try with(kind) { store in
            #expect(throws: Mistake.self) {
                try store.write(within: .unlimited) { transaction in
                    _ = try transaction.insert(try user("ann"))
                    throw Mistake()
                }
            }
            let left = try store.read(within: .unlimited) { try found(nil, in: $0) }
            #expect(left.isEmpty)
        }
    }

    @Test(arguments: Kind.allCases)
    func updatesOnlyWhatIsAsItWas(_ kind: Kind) throws {
        try with(kind) { store in
            let old = try user("ann", ["title": "Lead"])
            let key = try store.write(within: .unlimited) { try $0.insert(old) }
            var new = try user("ann", ["title": "Head"])
            (new.version, new.modified) = (2, Self.later)
            try store.write(within: .unlimited) { try $0.update(key, from: old, to: new) }
            #expect(throws: StoreError.moved) {
                try store.write(within: .unlimited) { try $0.update(key, from: old, to: new) }
            }
            try store.read(within: .unlimited) { reading in
                let (new, gone) = (
                    try found("title eq \"head\"", in: reading),
                    try found("title eq \"lead\"", in: reading)
                )
                #expect(new == [old.id] && gone.isEmpty)
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func membersComeAndGo(_ kind: Kind) throws {
        try with(kind) { store in
            try store.write(within: .unlimited) { transaction in
                let staff = try transaction.insert(group("staff"))
                _ = try transaction.insert(group("inner"))
                for name in ["ann", "bob"] { _ = try transaction.insert(try user(name)) }
                let ids = ["id-ann", "id-inner", "id-bob"]
                try transaction.addMembers(ids, to: staff, at: Self.at)
                #expect(Set(try transaction.memberIDs(of: staff, .all)) == Set(ids))
                #expect(
                    try transaction.memberIDs(of: staff, .among(["id-bob", "nobody"]))
                        == ["id-bob"]
                )
                try transaction.removeMembers(["id-ann"], from: staff)
                #expect(Set(try transaction.memberIDs(of: staff, .all)) == ["id-inner", "id-bob"])
                #expect(throws: StoreError.absent(id: "nobody")) {
                    try transaction.addMembers(["nobody"], to: staff, at: Self.at)
                }
            }
        }
    }

    /// Whoever is added last: those who were there first come first.
    @Test(arguments: Kind.allCases)
    func membersStandInTheOrderOfTheirCreation(_ kind: Kind) throws {
        try with(kind) { store in
            try store.write(within: .unlimited) { transaction in
                for name in ["c", "a", "b"] { _ = try transaction.insert(try user(name)) }
                let staff = try transaction.insert(group("staff"))
                try transaction.addMembers(["id-b", "id-a"], to: staff, at: Self.at)
                try transaction.addMembers(["id-c"], to: staff, at: Self.later)
                let ids = ["id-c", "id-a", "id-b"]
                #expect(try transaction.memberIDs(of: staff, .all) == ids)
                let all = try FilterParser.parse("value pr").boundToMembers()
                #expect(
                    try transaction.memberIDs(of: staff, .matching(all, TestStore.links)) == ids
                )
                let found = try transaction.fetch(
                    "id-staff",
                    type: .group,
                    domain: "default",
                    loading: .members
                )
                #expect(found?.members == ids.map { Member(id: $0, type: "User") })
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func selectsMembersAsFiltersDo(_ kind: Kind) throws {
        let (base, links) = (TestStore.links.base, TestStore.links)
        try with(kind) { store in
            try store.write(within: .unlimited) { transaction in
                for name in ["ann", "bob", "cat"] { _ = try transaction.insert(try user(name)) }
                _ = try transaction.insert(group("inner"))
                let staff = try transaction.insert(group("staff"))
                let other = try transaction.insert(group("other"))
                let members = [
                    Member(id: "id-ann", type: "User"), Member(id: "id-bob", type: "User"),
                    Member(id: "id-inner", type: "Group"),
                ]
                try transaction.addMembers(members.map(\.id), to: staff, at: Self.at)
                try transaction.addMembers(["id-cat", "id-ann"], to: other, at: Self.at)
                for filter in [
                    "value eq \"id-ann\"", "value eq \"ID-ANN\"", "value eq \"id-cat\"",
                    "value ne \"id-ann\"", "value co \"n\"", "value sw \"id-b\"",
                    "value ew \"r\"", "value gt \"id-ann\"", "value le \"id-bob\"",
                    "type eq \"user\"", "type eq \"Group\"", "type ne \"Group\"", "type pr",
                    "type sw \"g\"", "$ref eq \"\(base)/Users/id-ann\"",
                    "$ref eq \"\(base)/Groups/id-ann\"", "$ref co \"/Groups/\"",
                    "$ref eq \"https://elsewhere.example/Users/id-ann\"", "not (value pr)",
                    "not (type eq \"User\" and value co \"o\")",
                    "type eq \"Group\" or value eq \"id-bob\"",
                    "value eq \"id-ann\" and type eq \"Group\"", "value eq null",
                ] {
                    let predicate = try FilterParser.parse(filter).boundToMembers()
                    #expect(
                        try transaction.memberIDs(of: staff, .matching(predicate, links))
                            == members.filter { predicate.matches(element: $0.json(links)) }
                            .map(\.id),
                        "\(filter)"
                    )
                }
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func leavingAllChangesTheGroups(_ kind: Kind) throws {
        try with(kind) { store in
            try store.write(within: .unlimited) { transaction in
                let ann = try transaction.insert(try user("ann"))
                for name in ["one", "two", "three"] {
                    let key = try transaction.insert(group(name))
                    if name != "three" {
                        try transaction.addMembers(["id-ann"], to: key, at: Self.at)
                    }
                }
                let touched = try transaction.leaveAll(ann, types: .standard, at: Self.later)
                #expect(Set(touched.map(\.id)) == ["id-one", "id-two"])
                #expect(Set(touched.map(\.name)) == ["one", "two"])
                #expect(touched.allSatisfy { $0.version == 2 && $0.type == "Group" })
                let one = try transaction.fetch(
                    "id-one",
                    type: .group,
                    domain: "default",
                    loading: .members
                )
                #expect(one?.members.isEmpty == true)
                #expect(one?.record.modified == Self.later)
            }
        }
    }

    /// Somebody may manage thousands.
    @Test(arguments: Kind.allCases)
    func clearsAManagerWhereverItIs(_ kind: Kind) throws {
        let urn = Schema.enterpriseUser.id
        try with(kind) { store in
            try store.write(within: .unlimited) { transaction in
                _ = try transaction.insert(try user("boss"))
                for number in 0..<2_000 {
                    var enterprise: JSONObject = ["manager": ["value": "id-boss"]]
                    if number.isMultiple(of: 2) { enterprise["department"] = "d" }
                    _ = try transaction.insert(try user("u\(number)", [urn: .object(enterprise)]))
                }
                _ = try transaction.insert(
                    try user("other", [urn: ["manager": ["value": "id-u1"]]])
                )
                var touchedCount = 0
                for (type, reference) in ResourceTypes.standard.references(to: .user) {
                    let touched = try transaction.clear(
                        reference,
                        of: type,
                        to: "id-boss",
                        at: Self.later
                    )
                    touchedCount += touched.count
                    #expect(touched.allSatisfy { $0.version == 2 })
                }
                #expect(touchedCount == 2_000)
                let all = try transaction.search(
                    Query(type: .user, count: 10_000, domain: "default", links: TestStore.links)
                ).resources
                for filter in [
                    "\(urn):manager pr", "\(urn):manager.value eq \"id-boss\"",
                    "\(urn):manager.value eq \"id-u1\"", "\(urn):department eq \"d\"",
                    "schemas eq \"\(urn)\"", "\(urn) pr",
                ] {
                    let predicate = try FilterParser.parse(filter).bound(to: .user)
                    let expected = try all.filter {
                        predicate.matches(try $0.record.document.object())
                    }.map(\.id)
                    #expect(try found(filter, in: transaction) == expected, "\(filter)")
                }
                for resource in all.dropFirst().dropLast() {
                    let document = try resource.record.document.object()
                    #expect(resource.record.version == 2)
                    let isLeft = document["schemas"]?.array?.contains(.string(urn)) == true
                    #expect(isLeft == (document[urn] != nil))
                    #expect(document[urn] == nil || document[urn] == ["department": "d"])
                }
            }
        }
    }

    private static func reference(_ name: String) -> Attribute {
        Attribute(
            name: name,
            type: .complex,
            subAttributes: [
                Attribute(name: "value", caseExact: true, indexed: true, holdsID: true),
                Attribute(name: "$ref", type: .reference, referenceTypes: ["User"]),
                Attribute(name: "since", type: .dateTime),
            ]
        )
    }

    /// Refers to users from its own schema, and twice from an extension.
    private static let device = ResourceType(
        name: "Device",
        endpoint: "/Devices",
        description: "",
        schema: Schema(
            id: "urn:example:Device",
            name: "Device",
            description: "",
            attributes: [
                Attribute(name: "serial", uniqueness: .server), reference("owner"),
                Attribute(name: "model"),
            ]
        ),
        extensions: [
            .init(
                schema: Schema(
                    id: "urn:example:2.0:Care",
                    name: "Care",
                    description: "",
                    attributes: [reference("keeper"), reference("deputy")]
                ),
                required: false
            )
        ]
    )

    /// A device; `users` has the ids of users by the attributes that refer to them.
    private func device(_ serial: String, _ users: JSONObject) -> ResourceRecord {
        var document: JSONObject = ["id": .string(serial), "serial": .string(serial)]
        var care = JSONObject()
        for member in users.members {
            let value: JSON = ["value": member.value, "since": "2024-02-29T12:00:00Z"]
            if member.name == "owner" {
                document["owner"] = value
            } else {
                care[member.name] = value
            }
        }
        if serial != "d1" { document["model"] = "m" }
        if !care.isEmpty { document["urn:example:2.0:Care"] = .object(care) }
        return record(serial, Self.device, document)
    }

    /// Each reference is cleared by itself; what refers to others stays.
    @Test(arguments: Kind.allCases)
    func clearsSeveralReferencesOfOneResource(_ kind: Kind) throws {
        let types = ResourceTypes([.user, .group, Self.device])
        try with(kind, types) { store in
            try store.write(within: .unlimited) { transaction in
                let devices = [
                    device("d1", ["owner": "ann", "keeper": "ann", "deputy": "ann"]),
                    device("d2", ["owner": "bob", "keeper": "bob", "deputy": "ann"]),
                    device("d3", ["owner": "ann"]),
                    device("d4", ["owner": "bob", "keeper": "cat", "deputy": "bob"]),
                    device("d5", ["keeper": "ann"]),
                ]
                for device in devices { _ = try transaction.insert(device) }
                var touched: [String: [Touched]] = [:]
                for (type, reference) in types.references(to: .user) {
                    touched[reference.attribute?.name ?? ""] = try transaction.clear(
                        reference,
                        of: type,
                        to: "ann",
                        at: Self.later
                    )
                }
                let versions = touched.mapValues { touched in
                    Dictionary(uniqueKeysWithValues: touched.map { ($0.name, $0.version) })
                }
                #expect(
                    versions == [
                        "manager": [:], "owner": ["d1": 2, "d3": 2], "keeper": ["d1": 3, "d5": 2],
                        "deputy": ["d1": 4, "d2": 2],
                    ]
                )
                let expected = [
                    device("d1", [:]), device("d2", ["owner": "bob", "keeper": "bob"]),
                    device("d3", [:]),
                    device("d4", ["owner": "bob", "keeper": "cat", "deputy": "bob"]),
                    device("d5", [:]),
                ]
                try check(expected, versions: [4, 2, 2, 1, 2], in: transaction)
            }
        }
    }

    /// Documents are as they should be, and are found by what they hold.
    private func check(
        _ expected: [ResourceRecord],
        versions: [Int64],
        in reading: any StoreReading
    ) throws {
        let query = Query(type: Self.device, count: 10, domain: "default", links: TestStore.links)
        let all = try reading.search(query).resources
        let documents = try all.map { try $0.record.document.object() }
        #expect(try documents == expected.map { try $0.document.object() })
        #expect(all.map(\.record.version) == versions)
        for name in [
            "owner", "urn:example:2.0:Care:keeper", "urn:example:2.0:Care:deputy",
        ] {
            for filter in [
                "\(name) pr", "\(name).value pr", "\(name).since pr",
                "\(name).value eq \"ann\"", "\(name).value eq \"bob\"",
            ] {
                let predicate = try FilterParser.parse(filter).bound(to: Self.device)
                let found = zip(all, documents).filter { predicate.matches($1) }.map(\.0.id)
                #expect(try self.found(filter, Self.device, in: reading) == found, "\(filter)")
            }
        }
        for filter in [
            "urn:example:2.0:Care pr", "schemas eq \"urn:example:2.0:Care\"",
            "schemas eq \"urn:example:Device\"", "model pr",
        ] {
            let predicate = try FilterParser.parse(filter).bound(to: Self.device)
            let found = zip(all, documents).filter { predicate.matches($1) }.map(\.0.id)
            #expect(try self.found(filter, Self.device, in: reading) == found, "\(filter)")
        }
    }

    @Test(arguments: Kind.allCases)
    func deletesWithEverythingThatBelongs(_ kind: Kind) throws {
        try with(kind) { store in
            try store.write(within: .unlimited) { transaction in
                let ann = try transaction.insert(try user("ann", externalId: "x"))
                try transaction.setPassword("hash", of: ann)
                try transaction.delete(ann, type: .user)
                #expect(try found(nil, in: transaction).isEmpty)
                #expect(try found("externalId eq \"x\"", in: transaction).isEmpty)
                let again = try transaction.insert(try user("ann"))
                #expect(try found("userName eq \"ann\"", in: transaction) == ["id-ann"])
                #expect(
                    try transaction.fetch(
                        "id-ann",
                        type: .user,
                        domain: "default",
                        loading: []
                    )?.key == again
                )
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func keepsTheJournalInItsOrder(_ kind: Kind) throws {
        try with(kind) { store in
            let entries = (1...5).map { number in
                JournalEntry(
                    at: Self.at,
                    requestID: "r\(number)",
                    actor: [.system, .command(user: "root"), .token(id: 3, name: "hr")][number % 3],
                    action: .modify,
                    subject: .init(type: "User", id: "a", name: "ann", version: Int64(number)),
                    concerned: number == 2 ? ["b", "c"] : [],
                    detail: ["attributes": ["title"]]
                )
            }
            try store.write(within: .unlimited) { try $0.append(entries) }
            try store.read(within: .unlimited) { reading in
                let all = try reading.journal(after: 0, limit: .max)
                #expect(zip(all.map(\.sequence), all.dropFirst().map(\.sequence)).allSatisfy(<))
                let unnumbered = all.map { entry in
                    var entry = entry
                    entry.sequence = 0
                    return entry
                }
                #expect(unnumbered == entries)
                let next = try reading.journal(after: all[1].sequence, limit: 2)
                #expect(next.map(\.requestID) == ["r3", "r4"])
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func keepsTokens(_ kind: Kind) throws {
        try with(kind) { store in
            let hash = [UInt8](repeating: 7, count: 32)
            let token = Token(
                name: "hr",
                profile: "okta",
                rights: .read,
                domain: "d",
                created: Self.at,
                expires: Self.later,
                hash: hash
            )
            let id = try store.write(within: .unlimited) { try $0.insert(token) }
            #expect(
                store.attempt {
                    try $0.noteUse(ofToken: id, at: Self.later, for: "GET /Users 200")
                }
            )
            try store.write(within: .unlimited) { transaction in
                let stored = try #require(try transaction.token(hash: hash))
                #expect(stored.id == id && stored.name == "hr" && stored.rights == .read)
                #expect(stored.expires == Self.later && stored.used == Self.later)
                #expect(stored.lastRequest == "GET /Users 200")
                #expect(try transaction.token(hash: [1]) == nil)
                #expect(try transaction.revokeToken(id, at: Self.later))
                #expect(try !transaction.revokeToken(id, at: Self.later))
                #expect(try transaction.tokens().map(\.revoked) == [Self.later])
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func pagesAndOrders(_ kind: Kind) throws {
        try with(kind) { store in
            try store.write(within: .unlimited) { transaction in
                for name in ["c", "a", "b"] { _ = try transaction.insert(try user(name)) }
                var query = Query(
                    type: .user,
                    order: try SortOrder(sortBy: "userName", sortOrder: nil, type: .user),
                    count: 2,
                    domain: "default",
                    links: TestStore.links
                )
                #expect(try transaction.search(query).resources.map(\.id) == ["id-a", "id-b"])
                #expect(try transaction.search(query).total == 3)
                query.startIndex = 3
                #expect(try transaction.search(query).resources.map(\.id) == ["id-c"])
                query.startIndex = 9
                #expect(try transaction.search(query).resources.isEmpty)
                #expect(try transaction.search(query).total == 3)
                query.count = 0
                #expect(try transaction.search(query).total == 3)
            }
        }
    }

    /// What has no value comes last, and first where the order descends; ties stand in the order of
    /// creation both ways.
    @Test(arguments: Kind.allCases)
    func ordersBothWays(_ kind: Kind) throws {
        try with(kind) { store in
            try store.write(within: .unlimited) { transaction in
                for (name, title) in [
                    ("a", "m"), ("b", nil), ("c", "Z"), ("d", "b"), ("e", "M"), ("f", nil),
                ] as [(String, String?)] {
                    let more: JSONObject = title.map { ["title": .string($0)] } ?? [:]
                    _ = try transaction.insert(try user(name, more))
                }
                for (sortOrder, expected) in [
                    ("ascending", "daecbf"), ("descending", "bfcaed"),
                ] {
                    var query = Query(
                        type: .user,
                        order: try SortOrder(sortBy: "title", sortOrder: sortOrder, type: .user),
                        count: 10,
                        domain: "default",
                        links: TestStore.links
                    )
                    let ids = expected.map { "id-\($0)" }
                    #expect(try transaction.search(query).resources.map(\.id) == ids)
                    (query.startIndex, query.count) = (3, 2)
                    #expect(
                        try transaction.search(query).resources.map(\.id) == Array(ids[2...3])
                    )
                }
            }
        }
    }
}

extension Filter {
    fileprivate func boundToMembers() throws -> Predicate {
        let members = try #require(ResourceType.group.resolve(AttributePath(attribute: "members")))
        return try bound(toElementsOf: members, in: .group, links: TestStore.links)
    }
}
