import SCIM
import Secrets
import Testing

@testable import Console

struct SealTests {
    private let seal = Seal(key: Array(repeating: 1, count: 32))
    private let session = Session(
        id: "0123456789abcdef0123456789abcdef",
        administrator: 7,
        began: Instant(microseconds: 1_000_000),
        seen: Instant(microseconds: 2_000_000)
    )
    private let agent = "Mozilla/5.0"

    @Test func readsWhatItHasSigned() {
        #expect(seal.session(seal.cookie(session, agent: agent), agent: agent) == session)
    }

    @Test func isOfNoUseToAnotherBrowserOrKey() {
        let cookie = seal.cookie(session, agent: agent)
        #expect(seal.session(cookie, agent: "") == nil)
        #expect(seal.session(cookie, agent: agent + " ") == nil)
        #expect(Seal(key: Array(repeating: 2, count: 32)).session(cookie, agent: agent) == nil)
    }

    @Test func refusesEveryAlteredByte() {
        let cookie = Array(seal.cookie(session, agent: agent).utf8)
        for index in cookie.indices {
            for byte in [
                UInt8(ascii: "."), UInt8(ascii: "0"), UInt8(ascii: "A"), cookie[index] ^ 1,
            ]
            where byte != cookie[index] {
                var altered = cookie
                altered[index] = byte
                let text = String(decoding: altered, as: UTF8.self)
                #expect(seal.session(text, agent: agent) == nil)
            }
        }
    }

    @Test(arguments: [
        "", ".", "....", "a.1.1.1.", "a.1.1.1.x", "a.-1.1.1.x", "a.99999999999999999999.1.1.x",
        "é.1.1.1.\u{0}", ".....", "a.+1.1.1.x",
    ])
    func refusesWhatIsNoCookie(text: String) {
        #expect(seal.session(text, agent: agent) == nil)
    }

    /// Fields are hashed one by one: what moves from one to the next is signed differently.
    @Test func keepsPartsApart() {
        let moved = Session(
            id: session.id,
            administrator: session.administrator,
            began: session.began,
            seen: session.seen
        )
        let code = seal.cookie(session, agent: "ab").split(separator: ".").last
        #expect(code != seal.cookie(moved, agent: "b").split(separator: ".").last)
        // A form's value is no session's signature.
        #expect(seal.formToken(session.id) != code.map(String.init))
    }

    @Test func knowsTheFormsOfASession() {
        let token = seal.formToken("a")
        #expect(seal.isFormToken(token, of: "a"))
        #expect(!seal.isFormToken(token, of: "b"))
        #expect(!seal.isFormToken("", of: "a"))
        #expect(!seal.isFormToken(token + "=", of: "a"))
        #expect(!seal.isFormToken(String(token.dropLast()), of: "a"))
    }

    @Test func keyIsDrawnOnceForADirectory() throws {
        let world = try ConsoleWorld()
        let cookie = try world.directory.consoleSeal().cookie(session, agent: agent)
        #expect(try world.directory.consoleSeal().session(cookie, agent: agent) == session)
        let other = try ConsoleWorld().directory.consoleSeal()
        #expect(other.session(cookie, agent: agent) == nil)
    }

    @Test(arguments: [JSON.string(""), .string("AAAA"), .string("not base64!"), .integer(3)])
    func refusesAKeyThatIsNone(value: JSON) throws {
        let world = try ConsoleWorld()
        try world.directory.change(
            settings: [("console.key", value)],
            by: ConsoleWorld.caller
        )
        #expect(throws: SCIMError.self) { try world.directory.consoleSeal() }
    }
}
