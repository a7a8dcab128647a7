import JSONText
import SCIM
import Transport

/// What an answer means where it comes from a SCIM server.
extension HTTPAnswer {
    var json: JSONObject? {
        guard let first = body.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{") else {
            return nil
        }
        // Whatever is not JSON is nobody's SCIM answer: the absence says all.
        return (try? JSON(parsing: body))?.object
    }

    /// Whether the body is a SCIM message of a schema.
    func hasSchema(_ schema: String) -> Bool {
        json?.value(named: "schemas")?.array?.contains { $0.string == schema } ?? false
    }

    /// The `detail` of a SCIM error; `nil` where the body is none (RFC 7644 §3.12).
    var errorDetail: String? {
        guard hasSchema(MessageSchema.error) else { return nil }
        return json?.value(named: "detail")?.string ?? ""
    }
}
