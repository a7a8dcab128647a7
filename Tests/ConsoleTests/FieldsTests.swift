import Testing

@testable import Console

struct FieldsTests {
    @Test func readsForms() {
        let fields = Fields("a=1&b=two+words&c=%C3%A9%26%3D&d=&e&a=3")
        #expect(fields["a"] == "3")
        #expect(fields["b"] == "two words")
        #expect(fields["c"] == "é&=")
        #expect(fields["d"] == nil)
        #expect(fields["e"] == nil)
        #expect(fields["f"] == nil)
        #expect(fields.values("a") == ["1", "3"])
        #expect(fields.has("a") && !fields.has("d"))
    }

    @Test func takesBlanksFromTheEndsOnly() {
        let fields = Fields("a=%20+a+b%09%0D%0A&b=++")
        #expect(fields["a"] == "a b")
        #expect(fields["b"] == nil)
        #expect(fields.exact("a") == "  a b\t\r\n")
        #expect(fields.exact("none") == "")
    }

    @Test(arguments: ["%zz=1", "a=%", "a=%2", "a=%ff%fe", "%=", "&&&", "=", "", "a=%C3"])
    func leavesOutWhatCannotBeDecoded(text: String) {
        #expect(Fields(text)["a"] == nil)
    }

    @Test func goesOnBehindWhatCannotBeDecoded() {
        #expect(Fields("a=%zz&b=1")["b"] == "1")
        #expect(Fields(bytes: [0xFF, 0x3D, 0x31, 0x26] + Array("b=1".utf8))["b"] == "1")
    }

    /// Names are compared as they are: no other spelling gets past a check.
    @Test(arguments: ["CSRF=x", "csrf%00=x", "csrf%20=x", "csrf[]=x"])
    func namesAreExact(text: String) {
        #expect(Fields(text)["csrf"] == nil)
    }

    @Test func manyFieldsAreRead() {
        let fields = Fields((0..<10_000).map { "n\($0)=\($0)" }.joined(separator: "&"))
        #expect(fields["n9999"] == "9999")
    }
}
