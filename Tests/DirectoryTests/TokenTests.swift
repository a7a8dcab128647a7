import Directory
import SCIM
import TestSupport
import Testing

struct TokenTests {
    @Test(arguments: ["", "two words", "4711", "a/b", String(repeating: "x", count: 65)])
    func hasANameThatCanBeTyped(name: String) throws {
        let test = try TestStore()
        let token = Token(name: name, profile: "okta", rights: .read, domain: "default")
        let refusal = #expect(throws: SCIMError.self) {
            try test.directory().create(token, by: TestStore.caller())
        }
        #expect(refusal?.scimType == .invalidValue)
    }
}
