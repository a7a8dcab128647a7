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
        /// The oldest first; by the names of their types.
        var resources: [String: [Known]] = [:]

        func resources(_ type: ResourceType) -> [Known] { resources[type.name] ?? [] }
    }

    /// A resource as the evaluator takes it.
    private struct Known {
        let id: String
        /// The whole resource in canonical form.
        let object: JSONObject

        init(_ resource: StoredResource, _ links: Links) throws {
            id = resource.id
            let representation = Representation(
                links: links,
                projection: Projection(type: resource.type)
            )
            let text = try representation.text(of: resource)
            object = try #require(try JSON(parsing: text, depthMax: .max).object)
        }
    }

    /// Users, groups and what else there is of one seed.
    private func world(_ random: inout RandomDirectory, _ types: ResourceTypes) throws -> World {
        let test = try TestStore(types: types)
        var world = World(test: test, directory: test.directory())
        for type in types.all {
            let members = try all(.user, world).map(\.id)
            for number in 0..<(type.name == "Group" ? 20 : 80) {
                let body =
                    switch type.name {
                    case "User": random.user(number)
                    case "Group": random.group(number, members: members)
                    default: random.resource(type, number)
                    }
                _ = try world.directory.create(body, type)
            }
        }
        for type in types.all {
            world.resources[type.name] = try all(type, world).map {
                try Known($0, test.links)
            }
        }
        return world
    }

    private func all(_ type: ResourceType, _ world: World) throws -> [StoredResource] {
        try world.directory.search(query(type, world)).resources
    }

    private func query(
        _ type: ResourceType,
        _ world: World,
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
            links: world.test.links
        )
    }

    /// 4 directories, 300 filters on 80 users or 20 groups each: about 80,000 pairs.
    @Test(arguments: 0..<4)
    func filtersMeanTheSame(_ run: Int) throws {
        var random = RandomDirectory(for: "SearchDifferentialTests.filtersMeanTheSame", run: run)
        let world = try world(&random, .standard)
        for _ in 0..<300 {
            let type = random.chance(75) ? ResourceType.user : .group
            let filter = random.filter(type, known: world.resources(type).map(\.object))
            try compare(filter, type, world, random.seed)
        }
    }

    /// 4 schemas, 300 filters on 80 resources each: about 100,000 pairs.
    @Test(arguments: 0..<4)
    func filtersOnEveryTypeMeanTheSame(_ run: Int) throws {
        var random = RandomDirectory(
            for: "SearchDifferentialTests.filtersOnEveryTypeMeanTheSame",
            run: run
        )
        let type = random.type()
        let world = try world(&random, ResourceTypes([type]))
        for _ in 0..<300 {
            let filter = random.filter(type, known: world.resources(type).map(\.object))
            try compare(filter, type, world, random.seed)
        }
    }

    private func compare(
        _ filter: Filter,
        _ type: ResourceType,
        _ world: World,
        _ seed: UInt64
    ) throws {
        let predicate = try FilterParser.parse(filter.text).bound(to: type)
        let expected = world.resources(type).filter { predicate.matches($0.object) }.map(\.id)
        let page = try world.directory.search(query(type, world, predicate))
        #expect(page.resources.map(\.id) == expected, "seed \(seed): \(type.name) \(filter.text)")
        var counting = query(type, world, predicate)
        counting.count = 0
        let total = try world.directory.search(counting).total
        #expect(total == expected.count, "seed \(seed): count of \(type.name) \(filter.text)")
    }

    @Test(arguments: 0..<2)
    func ordersMeanTheSame(_ run: Int) throws {
        var random = RandomDirectory(for: "SearchDifferentialTests.ordersMeanTheSame", run: run)
        let types = ResourceTypes([.user, .group, random.type()])
        let world = try world(&random, types)
        for type in types.all {
            for reference in random.references(type) {
                for direction in ["ascending", "descending"] {
                    try compareOrder(reference, direction, type, world, random.seed)
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
        let keyed = world.resources(type).map { ($0.id, order.key(of: $0.object)) }
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
        let found = try world.directory.search(query(type, world, nil, order)).resources.map(\.id)
        #expect(found == expected, "seed \(seed): \(type.name) sorted by \(name) \(direction)")
    }
}
