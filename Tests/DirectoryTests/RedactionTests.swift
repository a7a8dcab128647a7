import JSONText
import SCIM
import Testing

@testable import Directory

/// That no secret is kept of what clients send.
struct RedactionTests {
    private let redaction = Redaction(.standard)

    /// `SECRET` stands where the secret is.
    @Test(arguments: [
        #"{"userName":"a","password":"SECRET"}"#,
        #"{"PassWord":"SECRET"}"#,
        #"{"pass\u0077ord":"SECRET"}"#,
        #"{"urn:ietf:params:scim:schemas:core:2.0:User:password":"SECRET"}"#,
        #"{"password":{"value":"SECRET"}}"#,
        #"{"password":["SECRET",{"x":"SECRET"}]}"#,
        #"{"Operations":[{"op":"replace","path":"password","value":"SECRET"}]}"#,
        #"{"Operations":[{"op":"Replace","Path":"urn:x:User:PASSWORD","Value":"SECRET"}]}"#,
        #"{"Operations":[{"op":"add","value":{"title":"x","Password":"SECRET"}}]}"#,
        #"{"Operations":[{"op":"add","value":{"a":{"b":[{"password":"SECRET"}]}}}]}"#,
        #"{"Operations":[{"op":"remove","path":"emails[password eq \"SECRET\"]"}]}"#,
        #"{"Operations":[{"op":"remove","path":"password eq 'SECRET'"}]}"#,
        #"{"Operations":[{"op":"add","value":"{\"password\":\"SECRET\"}"}]}"#,
        #"{"Operations":[{"op":"add","value":"password=SECRET"}]}"#,
        #"{"Operations":[{"op":"replace","path":"password","value":[{"value":"SECRET"}]}]}"#,
        #"{"Operations":[{"op":"replace","path":"password.value","value":"SECRET"}]}"#,
        #"[{"name":"password","value":"SECRET"}]"#,
    ])
    func noSecretIsKept(_ text: String) throws {
        let json = try JSON(parsing: Array(text.utf8))
        let kept = redaction.kept(Array(text.utf8), json, AuditSettings(), .standard)
        guard case .kept(let body) = kept else {
            Issue.record("\(kept)")
            return
        }
        #expect(!body.contains("SECRET"), "\(body)")
        #expect(body.contains(Redaction.mark))
    }

    @Test func allElseIsKept() throws {
        let text = #"{"userName":"a","emails":[{"value":"a@example.org","type":"work"}],"x":1.5}"#
        let json = try JSON(parsing: Array(text.utf8))
        #expect(redaction.kept(Array(text.utf8), json, AuditSettings(), .standard) == .kept(text))
        let patch = #"{"Operations":[{"op":"replace","path":"password","value":"s"}]}"#
        let masked = redaction.redacted(try JSON(parsing: Array(patch.utf8)))
        #expect(
            String(decoding: masked.text, as: UTF8.self)
                == #"{"Operations":[{"op":"replace","path":"password","value":"•••"}]}"#
        )
    }

    @Test func whatNoAnswerShowsIsASecret() {
        let schema = Schema(
            id: "urn:example:badge",
            name: "Badge",
            description: "",
            attributes: [
                Attribute(name: "pin", returned: .never),
                Attribute(
                    name: "door",
                    type: .complex,
                    subAttributes: [Attribute(name: "code", mutability: .writeOnly)]
                ),
            ]
        )
        let type = ResourceType(
            name: "Badge",
            endpoint: "/Badges",
            description: "",
            schema: schema,
            extensions: []
        )
        let redaction = Redaction(ResourceTypes([type]))
        #expect(
            redaction.redacted(["pin": "1", "door": ["code": "2", "name": "front"]])
                == ["pin": "•••", "door": ["code": "•••", "name": "front"]]
        )
    }

    @Test func longBodiesAreNotKept() {
        let limit = Limits.standard.auditBodyBytes
        let body = { (count: Int) in Array("\"\(String(repeating: "x", count: count - 2))\"".utf8) }
        for (bytes, isKept) in [(limit, true), (limit + 1, false)] {
            let sent = body(bytes)
            let kept = redaction.kept(sent, "x", AuditSettings(), .standard)
            let whole = SentRequest.Body.kept(String(decoding: sent, as: UTF8.self))
            #expect(kept == (isKept ? whole : .tooLong(bytes: bytes)))
        }
    }

    @Test func nothingIsKeptWhereItIsNotWanted() {
        var settings = AuditSettings()
        settings.keepsBodies = false
        #expect(redaction.kept([0x31], 1, settings, .standard) == .none)
        #expect(redaction.kept(Array("no JSON".utf8), nil, AuditSettings(), .standard) == .none)
        #expect(redaction.kept([], nil, AuditSettings(), .standard) == .none)
    }
}
