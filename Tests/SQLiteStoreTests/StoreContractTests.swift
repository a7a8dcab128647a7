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
        func make() throws -> (store: any Store, keeper: AnyObject) {
            switch self {
            case .sqlite:
                let test = try TestStore()
                return (test.store, test)
            }
        }
    }

    private static let at = Instant(milliseconds: 1_709_208_000_000)
    private static let later = Instant(milliseconds: 1_709_208_001_000)

    private func with(_ kind: Kind, _ body: (any Store) throws -> Void) throws {
        let (store, keeper) = try kind.make()
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
            store.recordUse(ofToken: id, at: Self.later)
            try store.write(within: .unlimited) { transaction in
                let stored = try #require(try transaction.token(hash: hash))
                #expect(stored.id == id && stored.name == "hr" && stored.rights == .read)
                #expect(stored.expires == Self.later && stored.used == Self.later)
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
}
