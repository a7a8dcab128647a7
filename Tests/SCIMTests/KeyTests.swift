@testable import SCIM
import Testing

struct KeyTests {
    @Test(
        arguments: [
            (.integer(1), .integer(2)),
            (.integer(-1), .integer(0)),
            (.real(1.5), .real(2.5)),
            (.integer(1), .real(1.5)),
            (.real(-1.5), .integer(-1)),
            (.real(0.5), .integer(1)),
            (.integer(-1), .real(-0.5)),
            (.integer(.max), .real(0x1p63)),
            (.real(-0x1.8p63), .integer(.min)),
            (.integer(9_007_199_254_740_992), .integer(9_007_199_254_740_993)),
            (.real(9_007_199_254_740_992), .integer(9_007_199_254_740_993)),
            (.integer(.max), .real(.infinity)),
            (.real(-.infinity), .integer(.min)),
            (.integer(5), .text("")),
            (.real(5), .text("")),
            (.text(""), .text("a")),
            (.text("a"), .text("ab")),
            (.text("Z"), .text("a")),
            (.text("z"), .text("\u{E9}")),
            (.text("\u{FFFF}"), .text("\u{10000}")),
        ] as [(Key, Key)]
    )
    func orders(_ smaller: Key, _ greater: Key) {
        check(smaller, .before, greater)
        check(greater, .after, smaller)
    }

    @Test(
        arguments: [
            (.integer(1), .integer(1)),
            (.integer(1), .real(1)),
            (.real(0), .real(-0.0)),
            (.integer(0), .real(-0.0)),
            (.real(-0x1p63), .integer(.min)),
            (.text("\u{E9}"), .text("\u{E9}")),
        ] as [(Key, Key)]
    )
    func equals(_ left: Key, _ right: Key) {
        check(left, .same, right)
        check(right, .same, left)
    }

    @Test func tellsNormalFormsApart() {
        #expect(!Key.text("\u{E9}").equals(.text("e\u{301}")))
    }

    /// Exactly one of before, same, after; and an order that does not run in circles.
    @Test func isATotalOrder() {
        var generator = SeededGenerator(for: "KeyTests.isATotalOrder")
        let keys = (0..<120).map { _ in Key.random(&generator) }
        for first in keys {
            for second in keys {
                let relations = [
                    first.precedes(second), first.equals(second), second.precedes(first),
                ]
                #expect(
                    relations.count { $0 } == 1,
                    "seed \(generator.seed): \(first), \(second)"
                )
                for third in keys
                where first.precedes(second) && second.precedes(third) && !first.precedes(third) {
                    Issue.record("seed \(generator.seed): \(first), \(second), \(third)")
                }
            }
        }
    }

    @Test(
        arguments: [
            (.string, "Stra\u{DF}e", .text("strasse")),
            (.reference, "https://Example.com/A", .text("https://Example.com/A")),
            (.binary, "AbC=", .text("AbC=")),
            (.boolean, true, .integer(1)),
            (.boolean, false, .integer(0)),
            (.integer, 7, .integer(7)),
            (.integer, .number(7), nil),
            (.decimal, 7, .integer(7)),
            (.decimal, .number(7.5), .real(7.5)),
            (.dateTime, "1970-01-01T01:00:01+01:00", .integer(1_000_000)),
            (.dateTime, "1970-01-01", nil),
            (.string, 7, nil),
            (.boolean, "true", nil),
            (.complex, [:], nil),
            (.string, nil, nil),
        ] as [(Attribute.ValueType, JSON, Key?)]
    )
    func isMadeOfValues(_ type: Attribute.ValueType, _ value: JSON, _ expected: Key?) {
        #expect(Attribute(name: "a", type: type).key(of: value) == expected)
    }

    @Test func keepsCaseWhereItMatters() {
        let attribute = Attribute(name: "externalId", caseExact: true)
        #expect(attribute.key(of: "aB\u{DF}") == .text("aB\u{DF}"))
    }

    @Test(
        arguments: [
            (.text(""), false), (.text(" "), true), (.integer(0), true), (.real(0), true),
        ] as [(Key, Bool)]
    )
    func isPresentUnlessEmpty(_ key: Key, _ expected: Bool) {
        #expect(key.isPresent == expected)
    }

    private enum Relation {
        case before, same, after
    }

    private func check(_ left: Key, _ relation: Relation, _ right: Key) {
        #expect(left.precedes(right) == (relation == .before))
        #expect(left.equals(right) == (relation == .same))
        #expect(right.precedes(left) == (relation == .after))
    }
}

extension Key {
    fileprivate static func random(_ generator: inout SeededGenerator) -> Key {
        let bounds: [Int64] = [.min, .min + 1, -1, 0, 1, 1 << 53, 1 << 53 + 1, .max - 1, .max]
        let reals: [Double] = [.infinity, -.infinity, 0.1, -0.0, .leastNonzeroMagnitude]
        switch Int.random(in: 0...3, using: &generator) {
        case 0: return .integer(generator.pick(bounds))
        case 1: return .real(Double(generator.pick(bounds)) + generator.pick([0, 0.5, -0.5]))
        case 2: return .real(generator.pick(reals))
        default: return .text(generator.text())
        }
    }
}
