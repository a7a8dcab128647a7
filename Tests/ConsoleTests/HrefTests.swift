import Testing

@testable import Console

struct HrefTests {
    private func text(_ href: Href) -> String { href.text(from: "/scim/admin") }

    @Test func namesPages() {
        #expect(text(Href()) == "/scim/admin/")
        #expect(text(Href("users", "1")) == "/scim/admin/users/1")
        #expect(
            text(Href("users").with("q", "a b").with("by", "filter").at("end"))
                == "/scim/admin/users?q=a%20b&by=filter#end"
        )
    }

    @Test func replacesAndDropsParameters() {
        let href = Href("users").with("q", "a").with("state", "stuck")
        #expect(text(href.with("q", "b")) == "/scim/admin/users?state=stuck&q=b")
        #expect(text(href.with("q", nil)) == "/scim/admin/users?state=stuck")
        #expect(text(href.with("q", "")) == "/scim/admin/users?state=stuck")
    }

    /// Text stays within its segment, its value, and the attribute around it.
    @Test(arguments: [
        ("../..", "..%2F.."), ("//evil.example", "%2F%2Fevil.example"), ("a?b#c", "a%3Fb%23c"),
        ("\"'><script>", "%22%27%3E%3Cscript%3E"), ("é\u{202E}", "%C3%A9%E2%80%AE"),
        ("\r\nSet-Cookie: a", "%0D%0ASet-Cookie%3A%20a"), ("&amp=1", "%26amp%3D1"), ("\0", "%00"),
    ])
    func encodesTextFromAnywhere(raw: String, encoded: String) {
        #expect(text(Href("users", raw)) == "/scim/admin/users/\(encoded)")
        #expect(text(Href("users").with("q", raw)) == "/scim/admin/users?q=\(encoded)")
        #expect(text(Href("users").at(raw)) == "/scim/admin/users#\(encoded)")
    }

    @Test func equalWhereTheyLeadToTheSame() {
        #expect(Href("a").with("b", "c") == Href("a").with("b", "d").with("b", "c"))
        #expect(Href("a") != Href("a", ""))
    }
}
