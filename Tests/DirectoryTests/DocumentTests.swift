import Directory
import SCIM
import Testing

struct DocumentTests {
    @Test func isTheSameAsTextAndAsTree() throws {
        let object: JSONObject = ["a": "é\u{1}", "b": [1, true, .null]]
        let text = Document(object).text
        #expect(try Document(text: text).object() == object)
        #expect(Document(text: text).text == text)
    }

    @Test(arguments: ["", "[]", "{", "\"x\""])
    func otherTextIsDamaged(_ text: String) {
        #expect {
            try Document(text: Array(text.utf8)).object()
        } throws: { error in
            guard case .damaged = error as? StoreError else { return false }
            return true
        }
    }
}
