import Delivery
import Testing

struct WordPressTargetTests {
    @Test(
        arguments: [
            ("user_login", "login"), ("user_email", "email"), ("first_name", "givenName"),
            ("last_name", "familyName"), ("display_name", "displayName"), ("nickname", "nickName"),
            ("user_url", "profileUrl"), ("description", "description"), ("locale", "locale"),
            ("meta:department", "meta:department"), ("meta:billing_phone", "meta:billing_phone"),
            ("meta:My key-2", "meta:My key-2"), ("meta:roster", "meta:roster"),
            ("xprofile:City", "xprofile:City"),
            ("xprofile:_\u{C9}tat: x", "xprofile:_\u{C9}tat: x"),
        ]
    )
    func takes(_ text: String, _ member: String) throws {
        let target = try WordPressTarget(text)
        #expect(target.text == text && target.member == member)
        #expect(try WordPressTarget(target.text) == target)
    }

    @Test(
        arguments: [
            ("", "there is no target"), ("email", "user_login, user_email"),
            ("User_Email", "meta:KEY, xprofile:NAME"), ("user_pass", "no target user_pass"),
            ("META:x", "no target"), ("meta", "no target"), ("role", "no target"),
            ("meta:", "followed by a key"), ("meta: a", "without blanks"),
            ("meta:session_tokens ", "without blanks"), ("meta:a\nb", "followed by a key"),
            ("meta:d\u{E9}partement", "ASCII"), ("meta:session_tok\u{E8}ns", "ASCII"),
            ("meta:a\u{200B}", "ASCII"), ("meta:_hidden", "cannot be written"),
            ("meta:wp_capabilities", "cannot be written"), ("meta:wp_3_Capabilities", "cannot be"),
            ("meta:wp_user_level", "cannot be written"), ("meta:session_tokens", "cannot be"),
            ("meta:SESSION_tokens", "cannot be written"), ("meta:roster_scim_id", "cannot be"),
            ("meta:_application_passwords", "cannot be written"),
            ("meta:first_name", "a target of its own"), ("meta:Locale", "a target of its own"),
            ("xprofile:", "followed by a field's name"), ("xprofile: x", "without blanks"),
            ("xprofile:a\u{7}", "followed by a field's name"),
        ]
    )
    func refuses(_ text: String, _ message: String) throws {
        let refusal = try #require(
            #expect(throws: WordPressTarget.Refusal.self) { try WordPressTarget(text) }
        )
        #expect(refusal.message.contains(message), "\(refusal.message)")
    }

    @Test(arguments: [("meta:", 255), ("xprofile:", 150)])
    func takesNamesUpToALength(prefix: String, limit: Int) {
        let name = String(repeating: "x", count: limit)
        #expect(throws: Never.self) { try WordPressTarget(prefix + name) }
        #expect(throws: WordPressTarget.Refusal.self) { try WordPressTarget(prefix + name + "x") }
    }
}
