import SCIM
import Testing

struct FilterParserTests {
    // MARK: Grammar

    @Test(
        arguments: [
            ("title pr", "title pr"),
            ("userName eq \"bjensen\"", "userName eq s(bjensen)"),
            ("name.familyName co \"O'Malley\"", "name.familyName co s(O'Malley)"),
            ("userName sw \"J\"", "userName sw s(J)"),
            ("a ew \"x\"", "a ew s(x)"),
            ("a ne \"x\"", "a ne s(x)"),
            (
                "meta.lastModified gt \"2011-05-13T04:42:34Z\"",
                "meta.lastModified gt s(2011-05-13T04:42:34Z)"
            ),
            ("a ge 1", "a ge n(1)"),
            ("a lt -1.5e3", "a lt n(-1.5e3)"),
            ("a le 0.25E+2", "a le n(0.25E+2)"),
            ("active eq true", "active eq true"),
            ("active eq false", "active eq false"),
            ("manager eq null", "manager eq null"),
            ("  title   pr  ", "title pr"),
            ("a  eq   \"x\"", "a eq s(x)"),
            ("members.$ref eq \"x\"", "members.$ref eq s(x)"),
            ("cost-center eq \"x\"", "cost-center eq s(x)"),
            ("a_1 pr", "a_1 pr"),
            ("not pr", "not pr"),
            ("notes pr", "notes pr"),
            ("or pr or and pr and not (not pr)", "or(or pr, and(and pr, not(not pr)))"),
        ] as [(String, String)]
    )
    func parses(_ text: String, _ expected: String) throws {
        try check(text, expected)
    }

    @Test(
        arguments: [
            ("TITLE Pr", "TITLE pr"),
            ("userName EQ \"a\"", "userName eq s(a)"),
            ("a pr AND b pr OR c pr", "or(and(a pr, b pr), c pr)"),
            ("NoT (a Co \"b\")", "not(a co s(b))"),
            (
                "URN:ietf:params:SCIM:schemas:core:2.0:user:userName pr",
                "{URN:ietf:params:SCIM:schemas:core:2.0:user:userName} pr"
            ),
        ] as [(String, String)]
    )
    func ignoresCaseOfOperatorsAndURNs(_ text: String, _ expected: String) throws {
        try check(text, expected)
    }

    @Test(
        arguments: [
            ("a pr or b pr and c pr", "or(a pr, and(b pr, c pr))"),
            ("a pr and b pr or c pr", "or(and(a pr, b pr), c pr)"),
            ("a pr and b pr and c pr", "and(a pr, b pr, c pr)"),
            ("a pr and (b pr or c pr)", "and(a pr, or(b pr, c pr))"),
            ("(a pr)", "a pr"),
            ("((a pr))", "a pr"),
            ("( a pr )", "a pr"),
            ("not (a pr) and b pr", "and(not(a pr), b pr)"),
            ("not (a pr) or b pr and c pr", "or(not(a pr), and(b pr, c pr))"),
            ("not(a pr)", "not(a pr)"),
            ("not    (a pr)", "not(a pr)"),
            ("not (not (a pr))", "not(not(a pr))"),
            ("a pr and not (b pr or c pr)", "and(a pr, not(or(b pr, c pr)))"),
            ("(a pr)and(b pr)or(c pr)", "or(and(a pr, b pr), c pr)"),
        ] as [(String, String)]
    )
    func bindsNotThenAndThenOr(_ text: String, _ expected: String) throws {
        try check(text, expected)
    }

    @Test(
        arguments: [
            ("emails[type eq \"work\"]", "emails[type eq s(work)]"),
            ("emails[ type eq \"work\" ]", "emails[type eq s(work)]"),
            (
                "emails[type eq \"work\" and value co \"@x\"]",
                "emails[and(type eq s(work), value co s(@x))]"
            ),
            (
                "emails[not (type eq \"a\" or type eq \"b\")]",
                "emails[not(or(type eq s(a), type eq s(b)))]"
            ),
            ("emails[(type pr)] and a pr", "and(emails[type pr], a pr)"),
            (
                "emails[type eq \"work\"].value eq \"x\"",
                "emails[and(type eq s(work), value eq s(x))]"
            ),
            (
                "emails[type eq \"work\"].value pr or a pr",
                "or(emails[and(type eq s(work), value pr)], a pr)"
            ),
            ("a[b pr] or c[d pr]", "or(a[b pr], c[d pr])"),
        ] as [(String, String)]
    )
    func parsesValuePaths(_ text: String, _ expected: String) throws {
        try check(text, expected)
    }

    @Test(
        arguments: [
            (
                "urn:ietf:params:scim:schemas:core:2.0:User:userName pr",
                "{urn:ietf:params:scim:schemas:core:2.0:User:userName} pr"
            ),
            (
                "urn:ietf:params:scim:schemas:core:2.0:User:name.familyName pr",
                "{urn:ietf:params:scim:schemas:core:2.0:User:name.familyName} pr"
            ),
            (
                "urn:ietf:params:scim:schemas:core:2.0:User:emails[type pr]",
                "{urn:ietf:params:scim:schemas:core:2.0:User:emails}[type pr]"
            ),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"7\"",
                "{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value} eq s(7)"
            ),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr",
                "{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User} pr"
            ),
            ("urn:example:custom:2.0:User:a.b eq 1", "{urn:example:custom:2.0:User:a.b} eq n(1)"),
            ("http://example.com/custom/1.0:a.b pr", "{http://example.com/custom/1.0:a.b} pr"),
            (
                "urn:ietf:params:scim:schemas:core:2.0:Users:a pr",
                "{urn:ietf:params:scim:schemas:core:2.0:Users:a} pr"
            ),
        ] as [(String, String)]
    )
    func keepsURNsWhole(_ text: String, _ expected: String) throws {
        try check(text, expected)
    }

    @Test(
        arguments: [
            (#"a eq "x and (y) eq z]""#, "x and (y) eq z]"),
            (#"a eq "\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#"a eq "\u0041\u00e9\u00E9""#, "A\u{E9}\u{E9}"),
            (#"a eq "\u0000""#, "\u{0}"),
            (#"a eq "\ud83d\ude00""#, "\u{1F600}"),
            (#"a eq "\uDBFF\uDFFF""#, "\u{10FFFF}"),
            (#"a eq "%_'--;""#, "%_'--;"),
            ("a eq \"caf\u{E9} \u{1F600}\"", "caf\u{E9} \u{1F600}"),
            (#"a eq """#, ""),
        ] as [(String, String)]
    )
    func readsStringsAsJSON(_ text: String, _ expected: String) throws {
        let filter = try FilterParser.parse(text)
        guard case .comparison(_, .eq, .string(let value)) = filter else {
            Issue.record("no string: \(filter)")
            return
        }
        #expect(value.isIdenticalText(to: expected))
    }

    @Test(
        arguments: [
            ("externalId eq jyoung", "externalId eq b(jyoung)"),
            ("externalId eq jyoung  ", "externalId eq b(jyoung)"),
            (
                "displayName eq Sales and Marketing pr",
                "and(displayName eq b(Sales), Marketing pr)"
            ),
            (
                "displayName eq Sales North and title pr",
                "and(displayName eq b(Sales North), title pr)"
            ),
            (
                "emails[type eq work].value eq a@example.com",
                "emails[and(type eq b(work), value eq b(a@example.com))]"
            ),
            ("(userName eq a or userName eq b)", "or(userName eq b(a), userName eq b(b))"),
            ("active eq True", "active eq true"),
            ("displayName eq true story", "displayName eq b(true story)"),
            ("employeeNumber eq 12", "employeeNumber eq n(12)"),
            ("employeeNumber eq 012", "employeeNumber eq b(012)"),
            ("userName eq \"quoted\"", "userName eq s(quoted)"),
        ] as [(String, String)]
    )
    func acceptsBareWordsWhereAllowed(_ text: String, _ expected: String) throws {
        try check(text, expected, values: .bareWords)
    }

    // MARK: Errors

    @Test(
        arguments: [
            ("", 0, "empty"),
            ("   ", 3, "empty"),
            ("userName", 8, "operator"),
            ("userName ", 9, "expected one of"),
            ("userName xx \"a\"", 9, "expected one of"),
            ("userName prx", 9, "expected one of"),
            ("userName eq", 11, "value"),
            ("userName eq ", 12, "JSON value"),
            ("userName eq\"a\"", 11, "value"),
            ("userName eq jyoung", 12, "JSON value"),
            ("userName eq 'a'", 12, "JSON value"),
            ("a eq 01", 5, "JSON value"),
            ("a eq 1.", 5, "JSON value"),
            ("a eq .5", 5, "JSON value"),
            ("a eq +1", 5, "JSON value"),
            ("a eq {}", 5, "JSON value"),
            ("a eq []", 5, "JSON value"),
            ("a eq \"x", 5, "closing quote"),
            ("a eq \"x\\\"", 5, "closing quote"),
            ("a eq \"\\x\"", 7, "escape"),
            ("a eq \"\\u12\"", 8, "hexadecimal"),
            ("a eq \"\\u12g4\"", 8, "hexadecimal"),
            ("a eq \"\\ud83d\"", 12, "second half"),
            ("a eq \"\\ud83d\\u0041\"", 14, "second half"),
            ("a eq \"\\ude00\"", 8, "first half"),
            ("a eq \"x\ny\"", 7, "control"),
            ("a pr b pr", 5, "expected \"and\""),
            ("a pr and", 5, "expected \"and\""),
            ("a pr and ", 9, "name"),
            ("a pr xor b pr", 5, "expected \"and\""),
            ("and a pr", 4, "expected one of"),
            ("(a pr", 5, "\")\""),
            ("a pr)", 4, "expected \"and\""),
            ("()", 1, "name"),
            ("not a pr", 4, "expected one of"),
            ("emails[type eq \"a\"", 18, "\"]\""),
            ("emails[]", 7, "name"),
            ("emails [type pr]", 7, "expected one of"),
            ("emails[a[b pr]]", 9, "nested"),
            ("emails[type pr]value pr", 15, "expected \"and\""),
            ("emails[type pr].", 16, "name"),
            ("emails[type pr].value", 21, "operator"),
            (".value pr", 0, "name"),
            ("name. pr", 5, "name"),
            ("name.a.b pr", 6, "unexpected"),
            ("1a pr", 0, "name"),
            ("na:me pr", 2, "unexpected"),
            ("urn:example: pr", 12, "name"),
            ("urn:ietf:params:scim:schemas:core:2.0:User: pr", 43, "name"),
            ("\u{E9}t\u{E9} pr", 0, "name"),
            ("a pr\tand b pr", 4, "expected \"and\""),
            ("a eq \"\u{E9}\" x", 10, "expected \"and\""),
        ] as [(String, Int, String)]
    )
    func rejects(_ text: String, _ offset: Int, _ message: String) throws {
        try check(text, failsAt: offset, message)
    }

    @Test(
        arguments: [
            ("a eq x\"y", 5, "value"), ("a eq \"x", 5, "quote"), ("a eq  ", 6, "value"),
            ("a eq ) ", 5, "value"), ("a eq x y)", 8, "expected \"and\""),
            ("a eq 'x'", 5, "value"), ("a eq \u{201C}x\u{201D}", 5, "value"),
            ("a eq \u{2018}x\u{2019}", 5, "value"), ("a eq \u{201E}x\u{201C}", 5, "value"),
            ("a eq \u{AB}x\u{BB}", 5, "value"), ("a eq `x`", 5, "value"),
            ("a eq \u{FF02}x\u{FF02}", 5, "value"),
        ] as [(String, Int, String)]
    )
    func rejectsWhatIsNoBareWord(_ text: String, _ offset: Int, _ message: String) throws {
        try check(text, failsAt: offset, message, values: .bareWords)
    }

    // MARK: Limits

    @Test func limitsBytes() throws {
        let limit = Limits.standard.filterBytes
        let fits = "a eq \"" + String(repeating: "x", count: limit - 7) + "\""
        #expect(fits.utf8.count == limit)
        _ = try FilterParser.parse(fits)
        try check(fits + " ", failsAt: limit, "\(limit) bytes")
    }

    @Test func limitsTerms() throws {
        let limit = Limits.standard.filterNodes
        let fits = Array(repeating: "a pr", count: limit).joined(separator: " or ")
        _ = try FilterParser.parse(fits)
        try check(fits + " or a pr", failsAt: fits.utf8.count + 4, "\(limit) terms")
    }

    @Test(arguments: [("(", ")"), ("not (", ")")])
    func limitsLevels(_ open: String, _ close: String) throws {
        let limit = Limits.standard.filterDepth
        let nested = { (levels: Int) in
            String(repeating: open, count: levels) + "a pr"
                + String(repeating: close, count: levels)
        }
        _ = try FilterParser.parse(nested(limit))
        try check(nested(limit + 1), failsAt: open.utf8.count * (limit + 1), "\(limit) levels")
    }

    @Test func countsValuePathsAsLevels() throws {
        var limits = Limits.standard
        limits.filterDepth = 2
        _ = try FilterParser.parse("(a[b pr])", limits: limits)
        try check("((a[b pr]))", failsAt: 4, "2 levels", limits: limits)
    }

    /// The `number` rule of RFC 8259 §6; what does not follow it is a word.
    @Test(
        arguments: [
            ("0", true), ("-0", true), ("7", true), ("120", true), ("-1.50", true), ("0.0", true),
            ("1e5", true), ("1E+05", true), ("2.5e-3", true), ("", false), ("-", false),
            ("+1", false), ("01", false), ("-01", false), (".5", false), ("1.", false),
            ("1.e2", false), ("1e", false), ("1e+", false), ("1a", false), ("1.2.3", false),
            ("0x1", false), ("1,5", false), ("--1", false), ("Infinity", false),
        ] as [(String, Bool)]
    )
    func tellsNumbersFromWords(_ text: String, _ isNumber: Bool) throws {
        let filter = try? FilterParser.parse("a eq \(text)")
        #expect((filter?.shape == "a eq n(\(text))") == isNumber)
        #expect(isNumber || filter == nil)
    }

    // MARK: Printing

    @Test func parsesWhatItPrints() throws {
        var generator = SeededGenerator(for: "FilterParserTests.parsesWhatItPrints")
        for _ in 0..<2_000 {
            let filter = Filter.random(&generator, depth: 3, .anywhere)
            let parsed = try FilterParser.parse(filter.text)
            #expect(parsed.shape == filter.shape, "seed \(generator.seed): \(filter.text)")
        }
    }

    // MARK: Other entrances

    @Test(
        arguments: [
            ("members", "members"),
            ("name.familyName", "name.familyName"),
            ("members[value eq \"a\"]", "members[value eq s(a)]"),
            ("members[ value eq \"a\" ]", "members[value eq s(a)]"),
            (
                "members[value eq \"a\" or value eq \"b\"]",
                "members[or(value eq s(a), value eq s(b))]"
            ),
            ("emails[type eq \"work\"].value", "emails[type eq s(work)].value"),
            ("addresses[not (type eq \"a\")].$ref", "addresses[not(type eq s(a))].$ref"),
            (
                "urn:ietf:params:scim:schemas:core:2.0:User:emails[type pr].value",
                "{urn:ietf:params:scim:schemas:core:2.0:User:emails}[type pr].value"
            ),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
                "{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User}"
            ),
            (
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
                "{urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager}"
            ),
        ] as [(String, String)]
    )
    func parsesPatchPaths(_ text: String, _ expected: String) throws {
        #expect(try FilterParser.parsePatchPath(text).shape == expected)
    }

    @Test(
        arguments: [
            ("", 0), (" members", 0), ("members ", 7), ("members [value pr]", 7),
            ("members[value pr", 16), ("members[]", 8), ("members[value pr].", 18),
            ("members[value pr] .a", 17), ("members[value pr]a", 17), ("a.b.c", 3),
            ("emails[value[value pr]]", 13), ("a pr", 1), ("emails[type pr].a.b", 17),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:", 59),
        ] as [(String, Int)]
    )
    func rejectsPatchPaths(_ text: String, _ offset: Int) throws {
        let error = #expect(throws: SyntaxError.self) { try FilterParser.parsePatchPath(text) }
        #expect(error?.offset == offset)
    }

    @Test func limitsPatchPaths() throws {
        var limits = Limits.standard
        limits.filterBytes = 7
        _ = try FilterParser.parsePatchPath("members", limits: limits)
        let error = #expect(throws: SyntaxError.self) {
            try FilterParser.parsePatchPath("xmembers", limits: limits)
        }
        #expect(error?.offset == 7)
    }

    @Test(arguments: ["", "a b", "a[b pr]", "a,b", "a.", "a.b.c", " a"])
    func rejectsAttributePaths(_ text: String) {
        #expect(throws: SyntaxError.self) { try FilterParser.parseAttributePath(text) }
    }

    // MARK: Checks

    private func check(
        _ text: String,
        _ expected: String,
        values: FilterParser.Values = .json
    ) throws {
        #expect(try FilterParser.parse(text, values: values).shape == expected)
    }

    private func check(
        _ text: String,
        failsAt offset: Int,
        _ message: String,
        values: FilterParser.Values = .json,
        limits: Limits = .standard
    ) throws {
        let error = try #require(
            #expect(throws: SyntaxError.self) {
                try FilterParser.parse(text, values: values, limits: limits)
            }
        )
        #expect(error.offset == offset)
        #expect(error.message.contains(message), "\(error.message)")
    }
}

extension Filter {
    /// The tree in a form without precedence: `or(a pr, and(b pr, c eq s(x)))`.
    var shape: String {
        switch self {
        case .present(let path): "\(path.shape) pr"
        case .comparison(let path, let comparison, let literal):
            "\(path.shape) \(comparison.rawValue) \(literal.shape)"
        case .valuePath(let path, let filter): "\(path.shape)[\(filter.shape)]"
        case .and(let terms): "and(\(terms.map(\.shape).joined(separator: ", ")))"
        case .or(let terms): "or(\(terms.map(\.shape).joined(separator: ", ")))"
        case .not(let filter): "not(\(filter.shape))"
        }
    }

    fileprivate enum Place {
        case anywhere, inConjunction, inDisjunction, inValuePath
    }

    /// A filter as the parser makes it: connectives of the same kind are not nested.
    fileprivate static func random(
        _ generator: inout SeededGenerator,
        depth: Int,
        _ place: Place
    ) -> Filter {
        let inner: Place = place == .inValuePath ? .inValuePath : .anywhere
        switch depth == 0 ? 0 : Int.random(in: 0...5, using: &generator) {
        case 1 where place != .inConjunction && place != .inValuePath:
            return .and(randomTerms(&generator, depth, .inConjunction))
        case 2 where place != .inDisjunction && place != .inValuePath:
            return .or(randomTerms(&generator, depth, .inDisjunction))
        case 3: return .not(random(&generator, depth: depth - 1, inner))
        case 4 where place != .inValuePath:
            return .valuePath(
                .random(&generator),
                random(&generator, depth: depth - 1, .inValuePath)
            )
        case 5: return .present(.random(&generator))
        default:
            return .comparison(
                .random(&generator),
                generator.pick(ComparisonOperator.allCases),
                .random(&generator)
            )
        }
    }

    private static func randomTerms(
        _ generator: inout SeededGenerator,
        _ depth: Int,
        _ place: Place
    ) -> [Filter] {
        (0..<Int.random(in: 2...4, using: &generator)).map { _ in
            random(&generator, depth: depth - 1, place)
        }
    }
}

extension PatchPath {
    fileprivate var shape: String {
        path.shape + (filter.map { "[\($0.shape)]" } ?? "")
            + (subAttribute.map { ".\($0)" } ?? "")
    }
}

extension AttributePath {
    fileprivate var shape: String {
        urn == nil ? text : "{\(text)}"
    }

    fileprivate static func random(_ generator: inout SeededGenerator) -> AttributePath {
        generator.pick([
            AttributePath(attribute: "userName"),
            AttributePath(attribute: "name", subAttribute: "familyName"),
            AttributePath(attribute: "members", subAttribute: "$ref"),
            AttributePath(attribute: "not"),
            AttributePath(urn: Schema.user.id, attribute: "emails", subAttribute: "value"),
            AttributePath(urn: Schema.enterpriseUser.id, attribute: "costCenter"),
            AttributePath(urn: Schema.enterpriseUser.id, attribute: ""),
            AttributePath(urn: "urn:example:1.0:Thing", attribute: "a-b_c"),
        ])
    }
}

extension Literal {
    fileprivate var shape: String {
        switch self {
        case .string(let text): "s(\(text))"
        case .number(let text): "n(\(text))"
        case .bare(let text): "b(\(text))"
        case .boolean, .null: text
        }
    }

    fileprivate static func random(_ generator: inout SeededGenerator) -> Literal {
        switch Int.random(in: 0...5, using: &generator) {
        case 0: .number(generator.pick(["0", "-0", "12", "-1.5e3", "9223372036854775808", "1E+2"]))
        case 1: .boolean(Bool.random(using: &generator))
        case 2: .null
        default: .string(generator.text())
        }
    }
}
