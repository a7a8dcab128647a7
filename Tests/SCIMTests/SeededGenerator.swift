import Foundation

/// SplitMix64: the same values from the same seed, so that a failure can be run again with
/// `ROSTER_TEST_SEED`.
struct SeededGenerator: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    /// Takes the seed from the environment, else a random one, and prints it.
    init(for test: String) {
        let chosen = ProcessInfo.processInfo.environment["ROSTER_TEST_SEED"].flatMap(UInt64.init)
        seed = chosen ?? UInt64.random(in: 0...UInt64.max)
        state = seed
        print("\(test): ROSTER_TEST_SEED=\(seed)")
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &self)]
    }

    /// Text with what tends to break parsers and writers.
    mutating func text() -> String {
        let pieces = [
            "a", "B", " ", "\"", "\\", "/", "(", ")", "[", "]", " and ", " or ", " eq ", "not (",
            "\u{1}", "\n", "\t", "\r", "\u{1F}", "\u{7F}", "%", "_", "'", "\u{E9}", "e\u{301}",
            "\u{DF}", "\u{2028}", "\u{FFFD}", "\u{FFFF}", "\u{1F600}", "\u{10FFFF}", "\\u0041",
        ]
        return (0..<Int.random(in: 0...6, using: &self)).map { _ in pick(pieces) }.joined()
    }
}
