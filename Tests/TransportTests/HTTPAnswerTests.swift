import Testing
import Transport

struct HTTPAnswerTests {
    private func parse(_ text: String) -> HTTPAnswer? { HTTPAnswer(Array(text.utf8)) }

    @Test func readsHeaderAndBody() throws {
        let answer = try #require(
            parse(
                "HTTP/1.1 200 OK\r\ncontent-TYPE: text/html\r\nX: a\r\nX:\tb: c\r\n\r\nbody\r\n\r\n"
            )
        )
        #expect(answer.status == 200)
        #expect(answer.header("Content-Type") == "text/html")
        #expect(answer.header("x") == "b: c")
        #expect(answer.header("y") == nil)
        #expect(answer.body == Array("body\r\n\r\n".utf8))
    }

    @Test(arguments: [
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
        "HTTP/1.1 200 Connection established\r\n\r\n",
    ])
    func leavesOutWhatCameBefore(interim: String) throws {
        let answer = try #require(parse(interim + "HTTP/2 404 \r\n\r\nnone"))
        #expect(answer.status == 404)
        #expect(answer.body == Array("none".utf8))
    }

    /// Redirects are not followed: a second answer can only be text of the first.
    @Test func keepsARedirect() throws {
        let answer = try #require(
            parse("HTTP/1.1 301 Moved\r\nLocation: https://a/\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
        )
        #expect(answer.status == 301 && answer.header("location") == "https://a/")
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 x\r\n\r\n", "a b\r\n\r\n",
    ])
    func refusesWhatIsNoWholeHeader(text: String) {
        #expect(parse(text) == nil)
    }
}
