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

    /// RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"), ("?>~", "Pz5+"), ("???", "Pz8/"),
    ])
    func encodesBase64(text: String, encoded: String) {
        #expect(Sodium.base64(Array(text.utf8)) == encoded)
        #expect(Sodium.decodeBase64(encoded) == Array(text.utf8))
    }

    /// RFC 4231 §4.2, §4.3 and §4.7, whose key is longer than a block.
    @Test(
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131),
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ] as [([UInt8], String, String)]
    )
    func authenticatesAsSpecified(key: [UInt8], text: String, code: String) {
        let text = Array(text.utf8)
        #expect(Sodium.hexadecimal(Sodium.hmacSHA256([text], key: key)[...]) == code)
        let parts = [Array(text.prefix(3)), [], Array(text.dropFirst(3))]
        #expect(Sodium.hexadecimal(Sodium.hmacSHA256(parts, key: key)[...]) == code)
    }

    @Test func drawsEachSecretAnew() {
        let secret = TokenSecret()
        #expect(secret.text.hasPrefix("roster_") && secret.text.utf8.count == 50)
        #expect(secret.text != TokenSecret().text)
        #expect(secret.hash == Sodium.sha256(secret.text.utf8))
    }
}
