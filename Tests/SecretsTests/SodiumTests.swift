import Secrets
import Testing

struct SodiumTests {
    @Test func isReadyHoweverOftenItIsAsked() {
        #expect(Sodium.prepare())
        #expect(Sodium.prepare())
    }

    /// FIPS 180-2, appendix B.1.
    @Test func hashesAsSpecified() {
        let hash = Sodium.hexadecimal(Sodium.sha256("abc".utf8)[...])
        #expect(hash == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func comparesLengthAndContent() {
        #expect(Sodium.areEqual([1, 2], [1, 2]))
        #expect(!Sodium.areEqual([1, 2], [1, 3]))
        #expect(!Sodium.areEqual([1, 2], [1]))
    }

    @Test func decodesBase64Only() {
        #expect(Sodium.decodeBase64("Zm9vOmJhcg==") == Array("foo:bar".utf8))
        #expect(Sodium.decodeBase64("Zm9v*") == nil)
    }

    @Test func drawsEachSecretAnew() {
        let secret = TokenSecret()
        #expect(secret.text.hasPrefix("roster_") && secret.text.utf8.count == 50)
        #expect(secret.text != TokenSecret().text)
        #expect(secret.hash == Sodium.sha256(secret.text.utf8))
    }
}
