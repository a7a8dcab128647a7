import Directory
import JSONText
import SCIM
import SQLiteStore
import TestSupport
import Testing

/// Filters and sorts mean the same in SQL as in the evaluator.
struct SearchDifferentialTests {
    private static let parts: ResourceParts = [.memberships, .members]

    private struct World {
        let test: TestStore
        let directory: Directory
        var users: [StoredResource] = []
        var groups: [StoredResource] = []

        func resources(_ type: ResourceType) -> [StoredResource] {
            type.name == "User" ? users : groups
        }
    }

    private func world(_ random: inout RandomDirectory) throws -> World {
        let test = try TestStore()
        let directory = test.directory()
        var world = World(test: test, directory: directory)
        var ids: [String] = []
        for number in 0..<80 {
            let user = try directory.create(random.user(number))
            ids.append(user.id)
        }
        for number in 0..<20 {
            _ = try directory.create(random.group(number, members: ids), .group)
        }
        world.users = try all(.user, directory)
        world.groups = try all(.group, directory)
        return world
    }

    private func all(_ type: ResourceType, _ directory: Directory) throws -> [StoredResource] {
        try directory.search(query(type)).resources
    }

    private func query(
        _ type: ResourceType,
        _ predicate: Predicate? = nil,
        _ order: SortOrder? = nil
    ) -> Query {
        Query(
            type: type,
            predicate: predicate,
            order: order,
            count: 1_000,
            parts: Self.parts,
            domain: "default",
            links: TestStore.links
        )
    }

    /// 4 directories, 300 filters on 80 users or 20 groups each: about 80,000 pairs.
    @Test(arguments: 0..<4)
    func filtersMeanTheSame(_ run: Int) throws {
        let seed = UInt64.random(in: 0..<1_000_000)
        print("SearchDifferentialTests.filtersMeanTheSame(\(run)): seed \(seed)")
        var random = RandomDirectory(seed: seed)
        let world = try world(&random)
        for _ in 0..<300 {
            let type = random.chance(75) ? ResourceType.user : .group
            try compare(random.randomFilter(type, world.resources(type)), type, world, seed)
        }
    }

    private func compare(
        _ filter: Filter,
        _ type: ResourceType,
        _ world: World,
        _ seed: UInt64
    ) throws {
        let predicate = try FilterParser.parse(filter.text).bound(to: type)
        let expected = try world.resources(type)
            .filter { predicate.matches(try $0.object()) }.map(\.id)
        let page = try world.directory.search(query(type, predicate))
        #expect(page.resources.map(\.id) == expected, "seed \(seed): \(type.name) \(filter.text)")
        var counting = query(type, predicate)
        counting.count = 0
        let total = try world.directory.search(counting).total
        #expect(total == expected.count, "seed \(seed): count of \(type.name) \(filter.text)")
    }

    @Test(arguments: 0..<2)
    func ordersMeanTheSame(_ run: Int) throws {
        let seed = UInt64.random(in: 0..<1_000_000)
        print("SearchDifferentialTests.ordersMeanTheSame(\(run)): seed \(seed)")
        var random = RandomDirectory(seed: seed)
        let world = try world(&random)
        for type in ResourceTypes.standard.all {
            for reference in random.references(type) {
                for direction in ["ascending", "descending"] {
                    try compareOrder(reference, direction, type, world, seed)
                }
            }
        }
    }

    private func compareOrder(
        _ reference: AttributeReference,
        _ direction: String,
        _ type: ResourceType,
        _ world: World,
        _ seed: UInt64
    ) throws {
        let name = RandomDirectory.path(reference).text
        guard
            let order = try? SortOrder(sortBy: name, sortOrder: direction, type: type)
        else { return }
        let keyed = try world.resources(type).map { resource in
            (resource.id, order.key(of: try resource.object()))
        }
        let expected = keyed.enumerated().sorted { left, right in
            switch (left.element.1, right.element.1) {
            case (nil, nil): return left.offset < right.offset
            case (nil, _): return order.descending
            case (_, nil): return !order.descending
            case (let a?, let b?):
                if a.equals(b) { return left.offset < right.offset }
                return order.descending ? b.precedes(a) : a.precedes(b)
            }
        }.map(\.element.0)
        let found = try world.directory.search(query(type, nil, order)).resources.map(\.id)
        #expect(found == expected, "seed \(seed): \(type.name) sorted by \(name) \(direction)")
    }
}

extension RandomDirectory {
    fileprivate mutating func randomFilter(
        _ type: ResourceType,
        _ resources: [StoredResource]
    ) throws -> Filter {
        let known = try resources.map { try $0.object() }
        return filter(type, known: known)
    }
}

extension StoredResource {
    /// The whole resource in canonical form, as the evaluator takes it.
    fileprivate func object() throws -> JSONObject {
        let representation = Representation(
            links: TestStore.links,
            projection: Projection(type: type)
        )
        return try #require(try JSON(parsing: representation.text(of: self), depthMax: .max).object)
    }
}
