import Testing

@testable import Console

struct MarkdownTests {
    private func html(_ text: String) -> String {
        let page = GuidePage { $0.hasPrefix("https:") ? $0 : nil }
        let pieces: [HTML] = Markdown(text).blocks.map { page.html($0) }
        return String(decoding: ("\(pieces)" as HTML).utf8, as: UTF8.self)
            .split(separator: "\n").joined(separator: "\n")
    }

    @Test(arguments: [
        ("a *b* **c *d* e** `f*g*`", "<p>a <i>b</i> <b>c <i>d</i> e</b> <code>f*g*</code></p>"),
        ("**2** * 3 * 4", "<p><b>2</b> * 3 * 4</p>"),
        ("a `b", "<p>a `b</p>"),
        (
            "<script>alert(1)</script> & `<b>`",
            "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; <code>&lt;b&gt;</code></p>"
        ),
        (
            "[**a** b](https://x.test/?a&b)",
            "<p><a href=\"https://x.test/?a&amp;b\"><b>a</b> b</a></p>"
        ),
        ("[a](../b.md#c), [d]", "<p>a, [d]</p>"),
        ("[a](javascript:alert)", "<p>a</p>"),
        ("### a `b`", "<h3>a <code>b</code></h3>"),
        ("#a\nb", "<p>#a b</p>"),
    ])
    func readsWhatStandsInALine(text: String, expected: String) {
        #expect(html(text) == expected)
    }

    @Test func readsListsInLists() {
        let text = """
            1. a
               b
            2. c:
               - d
                 e
               - f

            - g
            """
        let expected = """
            <ol class="steps">
            <li>a b</li>
            <li>
            <p>c:</p>
            <ul class="plain">
            <li>d e</li>
            <li>f</li>
            </ul>
            </li>
            </ol>
            <ul class="plain">
            <li>g</li>
            </ul>
            """
        #expect(html(text) == expected)
    }

    @Test func readsTables() {
        let text = html("| Set or delete | `b` |\n|---|---|\n| c | **d** |\n| e |")
        #expect(
            text.contains("<th scope=\"col\">Set or delete</th><th scope=\"col\"><code>b</code>")
        )
        #expect(text.contains("<th scope=\"row\">c</th><td data-label=\"b\"><b>d</b></td>"))
        #expect(text.contains("<caption class=\"hide\">Set or delete, b</caption>"))
        #expect(text.contains("<th scope=\"row\">e</th>"))
    }

    @Test func aTableWithoutHeadingsAreFacts() {
        let text = html("| | |\n|---|---|\n| a | b |")
        #expect(text == "<dl class=\"facts\">\n<dt>a</dt><dd>b</dd>\n</dl>")
    }

    @Test func takesCodeAsItIs() {
        #expect(
            html("```json\n{\n  \"a\": **b**\n}\n```\nc").contains(
                "{\n  &quot;a&quot;: **b**\n}</code>"
            )
        )
        #expect(html("a\n\n    b *c*\n").contains("<code>b *c*</code>"))
        #expect(html("```\nopen").contains("<code>open</code>"))
    }
}
