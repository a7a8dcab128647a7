import Testing
import Transport

struct URLTests {
    @Test func takesAURLApart() throws {
        let url = try #require(URL("HTTPS://WWW.example.com:8443/Scim/v2//"))
        #expect(url.text == "https://www.example.com:8443/Scim/v2")
        #expect(url.origin == "https://www.example.com:8443")
        #expect(url.host == "www.example.com" && url.port == "8443")
        #expect(!url.isLoopback)
    }

    @Test(arguments: ["http://localhost", "http://127.0.0.1:8080/a", "http://[::1]:80/"])
    func knowsThisMachine(text: String) throws {
        #expect(try #require(URL(text)).isLoopback)
    }

    @Test(arguments: [
        "", "example.com", "ftp://a/", "http://", "http://:80/", "http://a:b/", "http://a:65536/",
        "http://a/?b", "http://a/#b", "http://a@b/", "http://a/b c", "http://a/\n", "http://ä/",
    ])
    func refuses(text: String) {
        #expect(URL(text) == nil)
    }
}
