import JSONText
import SCIM
import Testing

struct JSONParsingTests {
    @Test(
        arguments: [
            ("null", nil),
            (" true ", true),
            ("false", false),
            ("0", 0),
            ("-0", 0),
            ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)),
            ("9007199254740993", .integer(9_007_199_254_740_993)),
            ("1.0", .number(1)),
            ("1e2", .number(100)),
            ("-1.5E-3", .number(-0.0015)),
            ("\"\"", ""),
            (#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, "\"\\/\u{8}\u{C}\n\r\t\u{E9}\u{1F600}"),
            ("[]", []),
            ("[1,[2],{}]", [1, [2], [:]]),
            ("{\"b\":1,\"a\":{\"\":null}}", ["b": 1, "a": ["": nil]]),
            ("\t{\r\n\"a\" : 1 }\n", ["a": 1]),
            ("\u{FEFF}{\"a\":1}", ["a": 1]),
        ] as [(String, JSON)]
    )
    func reads(_ text: String, _ expected: JSON) throws {
        try check(text, expected)
    }

    @Test func keepsTheOrderOfMembers() throws {
        let text = #"{"z":1,"a":2,"m":3,"B":4}"#
        #expect(try JSON(parsing: text.utf8).object?.members.map(\.name) == ["z", "a", "m", "B"])
    }

    @Test func tellsNamesApartByCase() throws {
        try check(#"{"a":1,"A":2}"#, ["a": 1, "A": 2])
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "'a'", "[1 2]", "01", "1.", ".5", "+1",
        "NaN", "Infinity", "tru", "TRUE", "nul", "{}{}", "{} x", "\"a", "\"\\x\"", "\"\n\"",
        "\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83d\\u0041\"", "{\u{FEFF}}", "\u{FEFF}",
        "\u{FEFF}\u{FEFF}{}", "/**/{}",
        "1e400", "9223372036854775808", "-9223372036854775809", "\"\\u0000\"", "\"a\u{0}b\"",
        "{\"a\\u0000\":1}", "{}\u{0}", "{\"a\":1,\"a\":1}", "{\"a\":{\"b\":1,\"\\u0062\":2}}",
    ])
    func rejects(_ text: String) {
        check(failing: Array(text.utf8))
    }

    @Test(
        arguments: [
            [0xFF], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0x80, 0x22],
            [0x7B, 0x22, 0xFF, 0x22, 0x3A],
        ] as [[UInt8]]
    )
    func rejectsWhatIsNotUTF8(_ bytes: [UInt8]) {
        check(failing: bytes)
    }

    @Test func limitsDepth() throws {
        let nested = { (levels: Int) in
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        let limit = Limits.standard.jsonDepth
        _ = try JSON(parsing: nested(limit).utf8)
        check(failing: Array(nested(limit + 1).utf8))
        check(failing: Array(nested(100_000).utf8))
        check(failing: Array(String(repeating: "{\"a\":", count: 100_000).utf8))
        _ = try JSON(parsing: "{\"a\":[1]}".utf8, depthMax: 2)
        #expect(throws: JSONSyntaxError.self) {
            try JSON(parsing: "{\"a\":[{}]}".utf8, depthMax: 2)
        }
    }

    /// The text around an error may be a password.
    @Test(arguments: [
        #"{"password":"s3cret"x"#, #"{"password":"s3cret\x"}"#, #"{"password":s3cret}"#,
        #"{"password":"s3cret","#, #"{"s3cret":1,"s3cret":2}"#, #"{"a":"s3cret\u0000"}"#,
        #"["s3cret" "s3cret"]"#, #"{"s3cret" "a"}"#, #"s3cret"#, "\"s3cret\n\"", #"{} s3cret"#,
        #"{"password":"s3cret near 's3cret"x"#,
    ])
    func quotesNothingOfTheText(_ text: String) throws {
        let error = try #require(
            #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text.utf8) }
        )
        #expect(!error.message.contains("s3cret") && !error.message.isEmpty, "\(error.message)")
    }

    @Test func saysWhere() {
        let error = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: "{\"a\": x}".utf8) }
        #expect(error.map { (6...7).contains($0.offset ?? -1) } == true)
    }

    @Test(arguments: [2, 15, 16, 17, 40])
    func findsANameThatStandsTwice(count: Int) throws {
        let names = (0..<count).map { "a\($0)" }
        let object = { (names: [String]) in
            "{\(names.map { "\"\($0)\":0" }.joined(separator: ","))}"
        }
        let read = try JSON(parsing: object(names).utf8)
        #expect(read.object?.members.map(\.name) == names)
        for name in [names[0], names[count / 2], names[count - 1]] {
            #expect(throws: JSONSyntaxError.self) {
                try JSON(parsing: object(names + [name]).utf8)
            }
        }
    }

    /// To Unicode the names are equivalent; JSON compares code points (RFC 8259 §8.3).
    @Test(arguments: [0, 20])
    func tellsNormalFormsApart(membersBefore count: Int) throws {
        let before = (0..<count).map { "\"a\($0)\":0," }.joined()
        let text = "{\(before)\"\u{E9}\":1,\"e\u{301}\":2}"
        #expect(try JSON(parsing: text.utf8).object?.members.count == count + 2)
    }

    @Test(arguments: ["1\u{0}", "[true\u{0}]", "{\"a\":1\u{0}}", "null\u{0}"])
    func rejectsU0000BehindAValue(_ text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text.utf8) }
    }

    @Test(arguments: [
        #""\u00""#, #""\u00g0""#, #""\ud83d""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\ud83d""#,
        #""\ud83d\u""#, #""\"#, #""\u"#, #""\ud83d\"#, #""\ud83d\u"#, "\"\\n\u{1}\"", "\"\\n",
    ])
    func rejectsEscapes(_ text: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: text.utf8) }
        #expect(error.map { (0...text.utf8.count).contains($0.offset ?? 0) } == true)
    }

    @Test func rejectsWhatIsNotUTF8BehindAnEscape() {
        let bytes: [UInt8] = Array("\"\\n".utf8) + [0xC3] + Array("\"".utf8)
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: bytes) }
    }

    @Test func readsWhatIsWritten() throws {
        var generator = SeededGenerator(for: "JSONParsingTests.readsWhatIsWritten")
        for _ in 0..<2_000 {
            let value = Self.value(levels: 4, &generator)
            #expect(try JSON(parsing: value.text) == value)
        }
    }

    private static func value(levels: Int, _ generator: inout SeededGenerator) -> JSON {
        switch Int.random(in: 0..<(levels > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .integer(Int64(bitPattern: generator.next()))
        case 3: return .number(Double.random(in: -1e9...1e9, using: &generator) + 0.5)
        case 4, 5: return .string(generator.text())
        case 6:
            return .array(
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                    value(levels: levels - 1, &generator)
                }
            )
        default:
            return .object(
                JSONObject(
                    (0..<Int.random(in: 0...24, using: &generator)).map { index in
                        .init(
                            name: "\(index)\(generator.text())",
                            value: value(levels: levels - 1, &generator)
                        )
                    }
                )
            )
        }
    }

    private func check(_ text: String, _ expected: JSON) throws {
        #expect(try JSON(parsing: text.utf8) == expected)
        #expect(try JSON(parsing: Array(text.utf8)) == expected)
    }

    private func check(failing bytes: [UInt8]) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSON(parsing: bytes) }
        #expect(error.map { (0...bytes.count).contains($0.offset ?? 0) } == true)
    }
}

/// Text that no language writes, and that costs more than its length to compare.
struct CombiningMarksTests {
    private func parse(_ marks: Int, _ mark: String) throws {
        let text = "a" + String(repeating: mark, count: marks)
        _ = try JSON(parsing: Array("{\"\(text)\": [\"\(text)\"]}".utf8))
    }

    @Test(arguments: ["\u{301}", "\u{323}", "\u{5B0}", "\u{1D165}"])
    func areLimitedInARow(mark: String) throws {
        let limit = Limits.standard.combiningMarks
        #expect(throws: Never.self) { try parse(limit, mark) }
        let refusal = #expect(throws: JSONSyntaxError.self) { try parse(limit + 1, mark) }
        #expect(refusal?.message.contains("combining marks") == true)
    }

    @Test func areNotLimitedOneByOne() throws {
        let text = String(repeating: "e\u{301}", count: 10_000)
        #expect(throws: Never.self) { try JSON(parsing: Array("\"\(text)\"".utf8)) }
    }
}
