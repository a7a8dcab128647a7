import Secrets
import Testing

struct PasswordTests {
    @Test func matchesWhatItHashed() throws {
        let hash = try #require(Password.hash("correct horse"))
        #expect(hash.hasPrefix("$2y$10$") && hash.utf8.count == 60)
        #expect(Password.matches("correct horse", hash: hash))
        #expect(!Password.matches("correct Horse", hash: hash))
        #expect(Password.hash("correct horse") != hash)
    }

    @Test(arguments: ["", "x", "$2y$10$", "$1$abcdefgh$irWbblnpmw.5z7wgBnprh0"])
    func matchesNothingElse(hash: String) {
        #expect(!Password.matches("correct horse", hash: hash))
    }
}
