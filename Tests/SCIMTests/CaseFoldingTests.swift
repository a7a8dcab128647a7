import Foundation
import SCIM
import Testing

struct CaseFoldingTests {
    @Test(arguments: [
        ("BJensen", "bjensen"),
        ("Stra\u{DF}e", "STRASSE"),
        ("stra\u{1E9E}e", "strasse"),
        ("\u{3A3}\u{39F}\u{3A6}\u{39F}\u{3A3}", "\u{3C3}\u{3BF}\u{3C6}\u{3BF}\u{3C2}"),
        ("\u{C9}T\u{C9}", "\u{E9}t\u{E9}"),
        ("\u{E9}", "e\u{301}"),
        ("E\u{301}", "\u{E9}"),
        ("\u{212B}", "\u{E5}"),
        ("\u{2126}", "\u{3C9}"),
        ("\u{212A}", "k"),
        ("\u{FB01}n", "FIN"),
        ("\u{416}", "\u{436}"),
        ("\u{10400}", "\u{10428}"),
        ("\u{FF21}\u{FF42}\u{FF11}\u{3000}\u{FF20}", "ab1 @"),
        ("\u{FF83}\u{FF7D}\u{FF84}", "テスト"),
        ("\u{FF76}\u{FF9E}\u{FF70}", "ガー"),
        ("\u{FFA1}\u{FFC2}\u{FFDC}", "\u{3131}\u{314F}\u{3163}"),
        ("\u{1FB4}", "\u{3B1}\u{345}\u{301}"),
        ("\u{13A0}", "\u{AB70}"),
        ("", ""),
    ])
    func unites(_ left: String, _ right: String) {
        check(left, .same, right)
    }

    @Test(arguments: [
        ("a", "b"), ("e", "\u{E9}"), ("a", "a "), ("o", "\u{F8}"), ("\u{DF}", "s"),
        ("a\u{0}b", "a"), ("i", "\u{130}"), ("i", "\u{131}"), ("I", "\u{131}"),
    ])
    func tellsApart(_ left: String, _ right: String) {
        check(left, .different, right)
    }

    /// What is compared is what was folded once; folding it again must change nothing.
    @Test func isIdempotentForEveryCharacter() {
        let failing = Self.everyScalar.filter { scalar in
            let once = String(scalar).caseFolded
            return !once.caseFolded.isIdenticalText(to: once)
        }
        #expect(failing.isEmpty, "\(failing.map { String($0.value, radix: 16) })")
    }

    @Test func unitesEveryCharacterWithItsOtherCasesAndForms() {
        // The capital of the dotless i is that of another letter.
        let failing = Self.everyScalar.filter { $0 != "\u{131}" }.filter { scalar in
            let text = String(scalar)
            let variants = [
                scalar.properties.uppercaseMapping, scalar.properties.lowercaseMapping,
                text.decomposedStringWithCanonicalMapping,
                text.precomposedStringWithCanonicalMapping,
            ]
            return variants.contains { !$0.caseFolded.isIdenticalText(to: text.caseFolded) }
        }
        #expect(failing.isEmpty, "\(failing.map { String($0.value, radix: 16) })")
    }

    /// Runs beyond the length from which marks are put in order before anything else, so that what
    /// is behind them is what the standard library makes of any order.
    @Test func ordersMarksInLongRunsAsInShortOnes() {
        var generator = SeededGenerator(for: "CaseFoldingTests.ordersMarksInLongRunsAsInShortOnes")
        for _ in 0..<200 {
            let text = Self.marks(&generator)
            #expect(text.inCanonicalOrder.unicodeScalars.count == text.unicodeScalars.count)
            #expect(text.inCanonicalOrder == text)
            let folded = text.caseFolded
            #expect(folded.isIdenticalText(to: text.precomposedStringWithCanonicalMapping))
            #expect(folded.caseFolded.isIdenticalText(to: folded))
            #expect(
                folded.isIdenticalText(to: text.decomposedStringWithCanonicalMapping.caseFolded)
            )
        }
    }

    /// Normalisation moves a mark past each one before it that belongs behind it, one at a time:
    /// what it moves is its work.
    @Test(arguments: ["\u{301}\u{323}", "\u{FF9E}\u{301}\u{323}", "\u{345}\u{301}\u{323}"])
    func movesFewMarksHoweverLongTheirRun(_ marks: String) {
        for count in [10, 1_000, 10_000] {
            let text = "a" + String(repeating: marks, count: count)
            let moves = Self.moves(in: text.inCanonicalOrder)
            #expect(moves <= String.marksInARow * text.unicodeScalars.count, "\(count)")
            #expect(text.caseFolded.caseFolded.isIdenticalText(to: text.caseFolded))
        }
    }

    /// A letter and up to a hundred marks of four classes, which have one case and no other form
    /// together with a small `q`.
    private static func marks(_ generator: inout SeededGenerator) -> String {
        let marks: [Unicode.Scalar] = ["\u{301}", "\u{323}", "\u{327}", "\u{334}", "\u{308}"]
        var text = "q"
        for _ in 0..<Int.random(in: 0...100, using: &generator) {
            text.unicodeScalars.append(generator.pick(marks))
        }
        return text
    }

    /// How many pairs of marks in a row stand the wrong way round.
    private static func moves(in text: String) -> Int {
        var moves = 0
        var earlier = [Int](repeating: 0, count: 256)
        for scalar in text.unicodeScalars {
            let place = Int(scalar.properties.canonicalCombiningClass.rawValue)
            guard place > 0 else {
                earlier = [Int](repeating: 0, count: 256)
                continue
            }
            moves += earlier[(place + 1)...].reduce(0, +)
            earlier[place] += 1
        }
        return moves
    }

    @Test func comparesNamesByASCIIOnly() {
        #expect("userNAME".equalsIgnoringASCIICase("USERname"))
        #expect(!"\u{212A}ey".equalsIgnoringASCIICase("key"))
        #expect(!"@".equalsIgnoringASCIICase("`"))
        #expect("URN:a:B".hasPrefixIgnoringASCIICase("urn:A"))
        #expect(!"urn".hasPrefixIgnoringASCIICase("urn:"))
    }

    /// Without the many that have neither case nor another form.
    private static let everyScalar = (0...0x10FFFF as ClosedRange<UInt32>)
        .compactMap(Unicode.Scalar.init)
        .filter { scalar in
            switch scalar.properties.generalCategory {
            case .unassigned, .privateUse, .otherLetter: false
            default: true
            }
        }

    private enum Relation {
        case same, different
    }

    private func check(_ left: String, _ relation: Relation, _ right: String) {
        let left = left.caseFolded
        let right = right.caseFolded
        #expect(left.isIdenticalText(to: right) == (relation == .same), "\(left), \(right)")
    }
}
