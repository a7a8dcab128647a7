import Secrets
import Testing

struct WebhookSecretTests {
    /// The examples of Standard Webhooks and of Svix, from which it comes.
    @Test(
        arguments: [
            (
                "whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_loFOjxBNrRLzqYUf", 1_731_705_121,
                #"{"event_type":"ping","data":{"success":true}}"#,
                "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
            ),
            (
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330, #"{"test": 2432232314}"#,
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
            ),
        ] as [(String, String, Int64, String, String)]
    )
    func signsAsPublished(
        secret: String,
        id: String,
        timestamp: Int64,
        body: String,
        signature: String
    ) throws {
        let secret = try #require(WebhookSecret(secret))
        let body = Array(body.utf8)
        #expect(secret.signature(id: id, timestamp: timestamp, body: body) == signature)
        #expect(
            secret.verifies(signatures: signature, id: id, timestamp: timestamp, body: body)
        )
    }

    @Test func drawsEachSecretAnew() throws {
        let secret = WebhookSecret()
        #expect(secret.text.hasPrefix("whsec_") && secret.text.utf8.count == 6 + 44)
        #expect(secret.text != WebhookSecret().text)
        let again = try #require(WebhookSecret(secret.text))
        #expect(again.text == secret.text)
        #expect(sign(again) == sign(secret))
    }

    @Test func doesNotMindBlanksAround() throws {
        let secret = try #require(WebhookSecret("  whsec_plJ3nmyCDGBKInavdOK15jsl "))
        #expect(secret.text == "whsec_plJ3nmyCDGBKInavdOK15jsl")
    }

    @Test(arguments: [
        "", "whsec_", "whsec_*", "plJ3nmyCDGBKInavdOK15jsl", "WHSEC_plJ3nmyCDGBKInavdOK15jsl",
        "whsec_plJ3nmyCDGBKInavdOK15js", "whsec_plJ3nmyCDGBKInavdOK15jsl=",
        "whsec_plJ3nmyCDGBKInavdOK1 5jsl", "whsec_plJ3nmyCDGBKInavdOK15jsl\n",
    ])
    func refuses(text: String) {
        #expect(WebhookSecret(text) == nil)
    }

    @Test(arguments: [(15, false), (16, true), (64, true), (65, false)])
    func takesKeysOfSomeLengthsOnly(count: Int, taken: Bool) {
        let text = "whsec_" + Sodium.base64([UInt8](repeating: 7, count: count))
        #expect((WebhookSecret(text) != nil) == taken)
    }

    @Test func findsItsSignatureAmongOthers() {
        let (old, new) = (WebhookSecret(), WebhookSecret())
        #expect(verifies(old, "\(sign(old)) \(sign(new))"))
        #expect(verifies(new, "\(sign(old))  v1a,AAAA \(sign(new)) "))
        #expect(!verifies(WebhookSecret(), "\(sign(old)) \(sign(new))"))
    }

    @Test func verifiesNothingElse() {
        let secret = WebhookSecret()
        let signature = sign(secret)
        let bare = signature.dropFirst(3)
        let others = ["", " ", "v1,", "v1", String(bare), "v2,\(bare)", "v1,\(bare.dropLast())"]
        for other in others + ["\(signature)x", "\(signature),\(signature)", "V1,\(bare)"] {
            #expect(!verifies(secret, other), "\(other)")
        }
        #expect(!secret.verifies(signatures: signature, id: "msg_2", timestamp: 5, body: [1, 2]))
        #expect(!secret.verifies(signatures: signature, id: "msg_1", timestamp: 6, body: [1, 2]))
        #expect(!secret.verifies(signatures: signature, id: "msg_1", timestamp: 5, body: [1]))
    }

    private func sign(_ secret: WebhookSecret) -> String {
        secret.signature(id: "msg_1", timestamp: 5, body: [1, 2])
    }

    private func verifies(_ secret: WebhookSecret, _ signatures: String) -> Bool {
        secret.verifies(signatures: signatures, id: "msg_1", timestamp: 5, body: [1, 2])
    }
}
