import Gateway
import Testing

@testable import Console

struct CookiesTests {
    private func cookies(_ text: String, https: Bool = false) -> Cookies {
        var variables = [
            (name: "HTTP_COOKIE", value: text), (name: "HTTP_HOST", value: "www.example.org"),
        ]
        if https { variables.append((name: "HTTPS", value: "on")) }
        let request = Request(method: "GET", path: "/scim/admin", query: nil, variables: variables)
        return Cookies(request, base: "/scim/admin")
    }

    @Test(arguments: [
        ("roster=a", "a"), ("x=1; roster=a=b; y=2", "a=b"), ("roster=", ""), ("a;roster=b", "b"),
        ("roster=first; roster=second", "first"), ("  roster=a", "a"),
    ])
    func readsWhatIsSent(text: String, value: String) {
        #expect(cookies(text)["roster"] == value)
    }

    @Test(arguments: ["", ";", "=", "roster", "Roster=a", "roster-form=a", "xroster=a", "; ; ="])
    func findsNothingElse(text: String) {
        #expect(cookies(text)["roster"] == nil)
    }

    @Test func keepsForTheConsoleAlone() {
        var cookies = cookies("")
        cookies.keep("roster", "a")
        #expect(cookies.fields.map(\.name) == ["Set-Cookie"])
        #expect(
            cookies.fields.map(\.value)
                == ["roster=a; Path=/scim/admin; HttpOnly; SameSite=Strict"]
        )
    }

    @Test func isForTLSAloneWhereThereIsTLS() {
        var cookies = cookies("", https: true)
        cookies.keep("roster", "a")
        #expect(
            cookies.fields.map(\.value)
                == ["roster=a; Path=/scim/admin; HttpOnly; SameSite=Strict; Secure"]
        )
    }

    @Test func theLastWordCounts() {
        var cookies = cookies("")
        cookies.keep("roster", "a")
        cookies.keep("roster-form", "b")
        cookies.forget("roster")
        #expect(
            cookies.fields.map(\.value) == [
                "roster-form=b; Path=/scim/admin; HttpOnly; SameSite=Strict",
                "roster=; Max-Age=0; Path=/scim/admin; HttpOnly; SameSite=Strict",
            ]
        )
    }
}
