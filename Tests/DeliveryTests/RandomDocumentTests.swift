import Directory
import Foundation
import SCIM
import Testing

@testable import Delivery

/// Documents and expressions of any form: there is always an answer, and never a trap.
struct RandomDocumentTests {
    private static let texts = [
        "userName", "emails", #"emails[type eq "work"].value"#, "emails[primary eq true].value",
        "addresses[not (type pr)].locality", "name[givenName ge \"a\"].familyName", "active",
        #"phoneNumbers[value co "1" or primary ne false].type"#, "x509Certificates", "externalId",
        "schemas", "userName[value pr]", "groups[display sw \"a\"].value", "groups.$ref",
        "\(Ann.enterprise):manager.displayName", "\(Ann.enterprise):manager[value pr].value",
        "\(Ann.enterprise):employeeNumber", "\"a\"",
    ]

    @Test func alwaysHaveAnAnswer() throws {
        var random = RandomDocument()
        let mapping = try Mapping(
            rows: Dictionary(
                uniqueKeysWithValues: Self.texts.enumerated().map { ("meta:key\($0)", $1) }
            )
        )
        for _ in 0..<2_000 {
            let document = random.document()
            let desired = mapping.desired(
                document: document,
                externalId: random.bool() ? random.text() : nil,
                groups: random.bool()
                    ? [Membership(group: random.text(), type: "Group", display: random.text())]
                    : [],
                managerName: random.bool() ? random.text() : nil
            )
            // Each entry is in one place.
            let meta = desired.values["meta"]?.object?.members.count ?? 0
            let xprofile = desired.values["xprofile"]?.object?.members.count ?? 0
            let fields = desired.values.members.count { $0.value.string != nil }
            let login = desired.values["login"] == nil ? 1 : 0
            let count = fields + meta + xprofile + desired.unset.count + login
            #expect(count == mapping.entries.count, "\(random.seed)")
        }
    }

    @Test func haveTextThatIsReadAgain() throws {
        var random = RandomDocument()
        for _ in 0..<3_000 {
            let text = random.expression(Self.texts, depth: 5)
            guard let expression = try? Expression(text) else { continue }
            let again = try Expression(expression.text)
            #expect(again.text == expression.text, "\(random.seed)")
            let document = random.document()
            #expect(again.values(of: document) == expression.values(of: document), "\(random.seed)")
        }
    }

    @Test func neverTrapOnTextOfAnyForm() {
        var random = RandomDocument()
        for _ in 0..<20_000 {
            let expression = random.broken(random.expression(Self.texts, depth: 3))
            do throws(ExpressionError) {
                _ = try Expression(expression)
            } catch {
                #expect((0...1_024).contains(error.offset) && !error.message.isEmpty)
            }
        }
    }
}

private struct RandomDocument {
    let seed: UInt64
    private var generator: SplitMix64

    /// Takes the seed from the environment, else a random one, and prints it.
    init() {
        let chosen = ProcessInfo.processInfo.environment["ROSTER_TEST_SEED"].flatMap(UInt64.init)
        seed = chosen ?? UInt64.random(in: 0...UInt64.max)
        generator = SplitMix64(state: seed)
        print("RandomDocumentTests: ROSTER_TEST_SEED=\(seed)")
    }

    mutating func bool() -> Bool { Bool.random(using: &generator) }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &generator)]
    }

    mutating func text() -> String {
        (0..<Int.random(in: 0...3, using: &generator)).map { _ in
            pick(["a", "@b.c", " ", "\"", "\\", "\u{E9}", "e\u{301}", "\u{1F600}", "\0", "DE", "-"])
        }.joined()
    }

    mutating func document() -> JSONObject {
        let names = Schema.user.attributes.map(\.name) + [Ann.enterprise, "externalId", "id", "x"]
        var object: JSONObject = [:]
        for name in names where bool() {
            object[name] = name == Ann.enterprise ? enterprise() : value(depth: 3)
        }
        return object
    }

    private mutating func enterprise() -> JSON {
        var object: JSONObject = [:]
        for attribute in Schema.enterpriseUser.attributes where bool() {
            object[attribute.name] = value(depth: 3)
        }
        return bool() ? .object(object) : value(depth: 1)
    }

    private mutating func value(depth: Int) -> JSON {
        switch Int.random(in: 0...(depth > 0 ? 7 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(bool())
        case 2: return .integer(pick([0, .min, .max, 42]))
        case 3: return .number(pick([0.5, -1e300, 5e-300, .infinity, .nan]))
        case 4, 5: return .string(text())
        case 6: return .array((0..<3).map { _ in value(depth: depth - 1) })
        default:
            var object: JSONObject = [:]
            for name in ["value", "type", "primary", "display", "givenName", "locality"]
            where bool() {
                object[name] = value(depth: depth - 1)
            }
            return .object(object)
        }
    }

    mutating func expression(_ texts: [String], depth: Int) -> String {
        guard depth > 0, bool() else { return pick(texts) }
        let function = pick(Function.allCases)
        var arguments = (0..<(function == .first || function == .join ? 3 : 1)).map { _ in
            expression(texts, depth: depth - 1)
        }
        if function == .join { arguments[0] = Literal.string(text()).text }
        return "\(function.rawValue)(\(arguments.joined(separator: pick([",", " , "]))))"
    }

    /// The text with some of it gone, doubled or replaced.
    mutating func broken(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !scalars.isEmpty {
            let index = Int.random(in: scalars.indices, using: &generator)
            switch Int.random(in: 0...2, using: &generator) {
            case 0: scalars.remove(at: index)
            case 1:
                scalars.insert(pick(["\"", "\\", "[", "]", "(", ")", ",", " ", "\0"]), at: index)
            default: scalars.removeLast(scalars.count - index)
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
