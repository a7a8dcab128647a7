import Testing

@testable import Console

struct HTMLTests {
    private func text(_ html: HTML) -> String { String(decoding: html.utf8, as: UTF8.self) }

    @Test func escapesWhatIsInterpolated() {
        let value = "<script>alert('&\"')</script>\0"
        #expect(
            text("<a title=\"\(value)\">\(value)</a>")
                == "<a title=\"&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;\">"
                + "&lt;script&gt;alert(&#39;&amp;&quot;&#39;)&lt;/script&gt;</a>"
        )
    }

    @Test func takesMarkupAsItIs() {
        let items: [HTML] = ["<li>\("a")</li>", "<li>\(2)</li>"]
        let none: HTML? = nil
        #expect(text("<ul>\(items)\(none)</ul>") == "<ul><li>a</li><li>2</li></ul>")
    }
}
