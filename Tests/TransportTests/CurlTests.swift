import Testing

@testable import Transport

struct CurlTests {
    /// A value stays one option, whatever it holds: a line of its own would be an option of its own.
    @Test(arguments: [
        ("a\nurl = \"http://other/\"", #""aurl = \"http://other/\"""#),
        ("a\r\nb", #""ab""#),
        ("a\0b", #""ab""#),
        (#"\" b"#, #""\\\" b""#),
        ("ü", "\"ü\""),
    ])
    func quotes(value: String, quoted: String) {
        let request = Curl.Request(
            method: value,
            url: value,
            headers: [value],
            body: [value],
            userAgent: value
        )
        let lines = Curl.configuration(request).split(separator: "\n")
        for name in ["request", "url", "header", "data", "user-agent"] {
            #expect(lines.contains("\(name) = \(quoted)"))
        }
        #expect(lines.filter { $0.hasPrefix("url") }.count == 1)
    }
}
