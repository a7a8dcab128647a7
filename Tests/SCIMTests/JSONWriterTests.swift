import JSONText
import SCIM
import Testing

struct JSONWriterTests {
    @Test(
        arguments: [
            (nil, "null"),
            (true, "true"),
            (false, "false"),
            (0, "0"),
            (.integer(.min), "-9223372036854775808"),
            (.integer(.max), "9223372036854775807"),
            (.number(1), "1.0"),
            (.number(0.5), "0.5"),
            (.number(-0.1), "-0.1"),
            (.number(1e16), "1e+16"),
            (.number(.leastNonzeroMagnitude), "5e-324"),
            ("", "\"\""),
            ("\"\\/", #""\"\\/""#),
            ("\n\r\t\u{8}\u{C}\u{1F}\u{0}", #""\n\r\t\u0008\u000c\u001f\u0000""#),
            ("\u{7F}\u{E9}\u{2028}\u{1F600}", "\"\u{7F}\u{E9}\u{2028}\u{1F600}\""),
            ("e\u{301}", "\"e\u{301}\""),
            ("</script>", "\"</script>\""),
            ([], "[]"),
            ([1, [], [:]], "[1,[],{}]"),
            ([:], "{}"),
            (["b": 1, "a\"": [nil]], #"{"b":1,"a\"":[null]}"#),
        ] as [(JSON, String)]
    )
    func writes(_ value: JSON, _ expected: String) {
        check(value, expected)
    }

    /// Each byte that is escaped, at each place among others that nearly are.
    @Test(arguments: ["\u{0}", "\u{1F}", "\"", "\\"])
    func escapesAtEveryPlace(_ escaped: String) throws {
        for length in 0..<20 {
            for neighbour in [" ", "!", "#", "[", "]", "\u{7F}", "\u{80}", "\u{10FFFF}", escaped] {
                for place in 0...length {
                    let text =
                        String(repeating: neighbour, count: place) + escaped
                        + String(repeating: neighbour, count: length - place)
                    let expected = text.unicodeScalars.map(Self.escaped).joined()
                    check(.string(text), "\"\(expected)\"")
                }
            }
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\u{0}": "\\u0000"
        case "\u{1F}": "\\u001f"
        case "\"", "\\": "\\\(scalar)"
        default: String(scalar)
        }
    }

    @Test func appendsFinishedText() {
        var writer = JSONWriter(capacity: 0)
        writer.append(literal: "{\"a\":")
        Array("[1]".utf8).withUnsafeBufferPointer { writer.append(json: $0) }
        writer.append(literal: ",")
        writer.append(string: "b\n")
        writer.append(literal: ":")
        writer.append(["c": nil] as JSONObject)
        writer.append(literal: "}")
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"a":[1],"b\n":{"c":null}}"#)
    }

    @Test func writesWhatIsReadAsTheSame() throws {
        var generator = SeededGenerator(for: "JSONWriterTests.writesWhatIsReadAsTheSame")
        for _ in 0..<2_000 {
            let value = JSON.random(&generator, depth: 4)
            let text = value.text
            let read = try JSON(parsing: text)
            #expect(read == value && read.text == text, "seed \(generator.seed)")
        }
    }

    @Test func equalityIgnoresTheOrderOfMembersOnly() {
        #expect(["a": 1, "b": 2] as JSON == ["b": 2, "a": 1])
        #expect(["a": 1, "b": 2, "c": 3] as JSON == ["a": 1, "c": 3, "b": 2])
        #expect(["a": 1, "b": 2, "c": 3] as JSON != ["a": 0, "c": 3, "b": 2])
        #expect(["a": 1, "b": 2, "c": 3] as JSON != ["a": 1, "c": 2, "b": 3])
        #expect(["a": 1, "b": 2] as JSON != ["a": 1, "c": 2])
        #expect([1, 2] as JSON != [2, 1])
        #expect("\u{E9}" as JSON != "e\u{301}")
        #expect(["a": nil] as JSON != [:])
        #expect(1 as JSON != true)
    }

    @Test func membersKeepTheirPlace() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["a"] = 3
        object["c"] = 4
        object["b"] = nil
        object["d"] = nil
        check(.object(object), #"{"a":3,"c":4}"#)
        #expect(object["A"] == nil && object.value(named: "A") == 3)
    }

    private func check(_ value: JSON, _ expected: String) {
        let text = String(decoding: value.text, as: UTF8.self)
        #expect(text.isIdenticalText(to: expected), "\(text)")
    }
}

extension JSON {
    fileprivate static func random(_ generator: inout SeededGenerator, depth: Int) -> JSON {
        switch Int.random(in: 0...(depth == 0 ? 4 : 6), using: &generator) {
        case 0: return generator.pick([nil, true, false])
        case 1: return .integer(Int64.random(in: .min ... .max, using: &generator))
        case 2:
            let number = Double(bitPattern: generator.next())
            return .number(number.isFinite ? number : 0.5)
        case 5:
            return .array(
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                    random(&generator, depth: depth - 1)
                }
            )
        case 6:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                object[generator.text()] = random(&generator, depth: depth - 1)
            }
            return .object(object)
        default: return .string(generator.text())
        }
    }
}
