import SCIM
import Testing

@testable import Delivery

struct ExpressionTests {
    // MARK: Attributes

    @Test(
        arguments: [
            ("userName", ["Ann.Bell@Example.org"]),
            ("USERNAME", ["Ann.Bell@Example.org"]),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName", ["Ann.Bell@Example.org"]),
            ("name.givenName", ["Ann"]),
            ("id", ["u1"]),
            ("externalId", ["00u1"]),
            ("active", ["true"]),
            ("emails.value", ["ann@work.test", "ann@home.test", "bell@work.test"]),
            ("emails", ["ann@work.test", "ann@home.test", "bell@work.test"]),
            (#"emails[type eq "home"].value"#, ["ann@home.test"]),
            (#"emails[type eq "home"]"#, ["ann@home.test"]),
            (#"emails[type eq "work" and not (primary eq true)].value"#, ["bell@work.test"]),
            (#"emails[value co "]\"("].value"#, []),
            (#"phoneNumbers[type eq "work"].value"#, ["+1 2"]),
            ("phoneNumbers.primary", ["false"]),
            ("phoneNumbers[primary eq true].value", []),
            ("addresses.locality", ["Lyon", "Paris"]),
            ("addresses[primary eq true].locality", ["Lyon"]),
            ("addresses.country", ["fr"]),
            ("\(Ann.enterprise):department", ["R&D"]),
            ("\(Ann.enterprise):manager.displayName", ["Bob"]),
            ("\(Ann.enterprise):manager", ["m1"]),
            ("\(Ann.enterprise):manager[value pr].displayName", ["Bob"]),
            ("groups.display", ["Sales", "wp-ed"]),
            (#"groups[display sw "WP-"].display"#, ["wp-ed"]),
            ("groups", ["g1", "g2"]),
            // Empty, nothing but blanks, absent.
            ("title", []), ("nickName", []), ("locale", []), ("x509Certificates", []),
        ] as [(String, [String])]
    )
    func selects(_ text: String, _ expected: [String]) throws {
        try check(text, expected)
    }

    @Test func prefersWhatIsPrimary() throws {
        #expect(try Expression("upper(emails)").value(of: Ann.user()) == "ANN@WORK.TEST")
        #expect(try Expression("phoneNumbers").value(of: Ann.user()) == "+1 1")
        #expect(try Expression("title").value(of: Ann.user()) == nil)
    }

    // MARK: Functions

    @Test(
        arguments: [
            (#""text""#, ["text"]),
            (#""\u00e9\"\\ ,)""#, ["\u{E9}\"\\ ,)"]),
            (#""""#, []), (#"" ""#, []),
            ("first(title, nickName, displayName)", ["Ann Bell"]),
            ("first(title)", []),
            (#"first(title, "none")"#, ["none"]),
            ("first(title, groups.display)", ["Sales", "wp-ed"]),
            (#"join(" ", name.givenName, title, name.familyName)"#, ["Ann o'neil-bell"]),
            (#"join("", groups.display, "!")"#, ["Saleswp-ed!"]),
            (#"join(", ", title, nickName)"#, []),
            ("lower(userName)", ["ann.bell@example.org"]),
            ("upper(addresses.country)", ["FR"]),
            ("title(name.familyName)", ["O'neil-Bell"]),
            (
                #"title("ANN of\u0009\u00e9zy \u00dfx \ud83d\ude00")"#,
                ["ANN Of\t\u{C9}zy Ssx \u{1F600}"]
            ),
            ("upper(groups.display)", ["SALES", "WP-ED"]),
            ("address(userName)", ["Ann.Bell@Example.org"]),
            ("address(displayName)", []),
            ("local(userName)", ["Ann.Bell"]),
            ("local(displayName)", ["Ann Bell"]),
            (#"local("a@b@c")"#, ["a@b"]), (#"local("@c")"#, []),
            ("locale(preferredLanguage)", ["de_AT"]),
            ("FIRST( title ,\n\tfirst (title, active) )", ["true"]),
        ] as [(String, [String])]
    )
    func calls(_ text: String, _ expected: [String]) throws {
        try check(text, expected)
    }

    private func check(_ text: String, _ expected: [String]) throws {
        #expect(try Expression(text).values(of: Ann.user()) == expected)
    }

    // MARK: Text

    @Test(
        arguments: [
            ("USERNAME", "userName"),
            (" userName\n", "userName"),
            ("urn:ietf:params:scim:schemas:core:2.0:User:NAME.givenname", "name.givenName"),
            ("\(Ann.enterprise):DEPARTMENT".uppercased(), "\(Ann.enterprise):department"),
            ("emails", "emails.value"),
            (#"emails[(type  EQ "work")]"#, #"emails[type eq "work"].value"#),
            (
                #"\#(Ann.enterprise):manager[value eq "]"].displayname"#,
                #"\#(Ann.enterprise):manager[value eq "]"].displayName"#
            ),
            (#"userName[value sw "a"]"#, #"userName[value sw "a"]"#),
            (
                #"First(title,"a\u0062\n\u0001",join( "" ,id))"#,
                #"first(title, "ab\n\u0001", join("", id))"#
            ),
        ] as [(String, String)]
    )
    func hasCanonicalText(_ text: String, _ canonical: String) throws {
        #expect(try Expression(text).text == canonical)
        #expect(try Expression(canonical).text == canonical)
    }

    @Test func knowsWhatItIsMadeOf() throws {
        let text = #"first(title, join("", emails[type eq "work"], groups.display), "x")"#
        let names = try Expression(text).references.map(\.shortName)
        #expect(names == ["title", "emails.value", "groups.display"])
    }

    // MARK: Refusals

    @Test(
        arguments: [
            ("", 0, "expected an attribute"),
            ("  ", 2, "expected an attribute"),
            (",", 0, "expected an attribute"),
            ("color", 0, "User has no attribute color"),
            ("first(userName, name.color)", 16, "User has no attribute name.color"),
            ("emails.color", 0, "no attribute emails.color"),
            (#"emails[type eq "work"].color"#, 0, "emails has no sub-attribute color"),
            (#"emails[color eq "work"].value"#, 0, "no attribute color within emails"),
            (#"emails.value[type eq "work"]"#, 0, "emails.value cannot be followed by brackets"),
            (#"emails[type eq work].value"#, 15, "a string in quotes"),
            (#"lower( emails[type is "x"])"#, 19, "expected one of eq"),
            (#"emails[type eq "work""#, 21, "expected \"]\""),
            (#"emails[type eq "work"#, 15, "no closing quote"),
            ("\(Ann.enterprise)[department pr]", 0, "no attribute department within"),
            ("urn:example:User:userName", 0, "no attribute urn:example:User:userName"),
            (Ann.enterprise, 0, "is an extension; name one of its attributes"),
            ("name", 0, "complex; name one of its sub-attributes, such as formatted"),
            ("addresses[primary eq true]", 0, "complex"),
            ("password", 0, "not shown to anybody"),
            ("lower(PASSWORD)", 6, "not shown to anybody"),
            ("meta.created", 0, "tells of the resource itself"),
            ("members", 0, "no attribute members"),
            ("userName title", 9, "expected the end"),
            ("userName)", 8, "expected the end"),
            ("name.givenName.x", 14, "unexpected character"),
            ("\u{E9}", 0, "expected the name of an attribute"),
            ("first(", 6, "expected an attribute"),
            ("first()", 6, "expected an attribute"),
            ("first(title", 11, "expected \",\" or \")\""),
            ("first(title,)", 12, "expected an attribute"),
            ("first(title title)", 12, "expected \",\" or \")\""),
            ("trim(title)", 0, "there is no function trim; there are first, join, lower"),
            ("lower(title, id)", 0, "lower takes one argument"),
            (#"join(",")"#, 0, "join takes a separator in quotes and what is to be joined"),
            ("join(title, id)", 0, "join takes a separator in quotes"),
            (#""a"#, 0, "no closing quote"),
            (#"first("\x")"#, 8, "unknown escape"),
            (#""\ud800""#, 7, "surrogate"),
            (#"emails["#, 7, "expected the name of an attribute"),
            (#""\"#, 2, "expected an escape"),
        ] as [(String, Int, String)]
    )
    func refuses(_ text: String, _ offset: Int, _ message: String) throws {
        let error = try #require(#expect(throws: ExpressionError.self) { try Expression(text) })
        #expect(error.offset == offset, "\(error.text)")
        #expect(error.message.contains(message), "\(error.text)")
    }

    // MARK: Limits

    @Test(arguments: [(1_024, true), (1_025, false)])
    func takesTextUpToALength(bytes: Int, taken: Bool) {
        let text = "\"" + String(repeating: "x", count: bytes - 2) + "\""
        check(text, taken, "longer than 1024 bytes")
    }

    /// The canonical text is as long as it may be, or longer.
    @Test(arguments: [(1_024, true), (1_025, false)])
    func takesNamesThatBecomeLonger(bytes: Int, taken: Bool) {
        let text = "join(\"\(String(repeating: "x", count: bytes - 22))\", emails)"
        check(text, taken, "once its names are complete")
    }

    @Test(arguments: [(8, true), (9, false)])
    func takesFunctionsUpToADepth(depth: Int, taken: Bool) {
        let text =
            String(repeating: "lower(", count: depth) + "id" + String(repeating: ")", count: depth)
        check(text, taken, "more than 8 levels")
    }

    @Test(arguments: [(49, true), (50, false)])
    func takesSoManyParts(arguments: Int, taken: Bool) {
        let list = [String](repeating: "id", count: arguments).joined(separator: ",")
        check("first(\(list))", taken, "more than 50 parts")
    }

    private func check(_ text: String, _ taken: Bool, _ message: String) {
        do throws(ExpressionError) {
            let expression = try Expression(text)
            #expect(taken && (try? Expression(expression.text)) != nil)
        } catch {
            #expect(!taken && error.message.contains(message), "\(error.text)")
        }
    }
}
