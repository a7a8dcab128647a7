import Directory
import JSONText
import SCIM
import Secrets

/// The signed calls that a site understands.
struct WordPressCalls {
    let site: WordPressSite

    /// Writes a call.
    ///
    /// - Parameters:
    ///   - name: Such as `events` or `status`.
    ///   - body: A JSON object.
    ///   - now: For the signature.
    ///   - milliseconds: How long it may take.
    /// - Returns: The call, signed.
    func call(_ name: String, _ body: JSONObject, at now: Instant, milliseconds: Int) -> Call {
        let text = JSON.object(body).text
        return Call(
            url: "\(site.url)/?roster=\(name)",
            headers: ["Content-Type: application/json"]
                + Signature(of: text, site.secrets, at: now).headers + site.headers,
            body: text,
            connectTo: site.connectTo,
            milliseconds: milliseconds
        )
    }

    /// Why an answer is not that of the plugin; `nil` where it may be.
    ///
    /// `body` is JSON then.
    static func problem(_ result: CallResult) -> Problem? {
        switch result {
        case .answered(200, let body) where json(body) != nil: nil
        case .answered(let status, let body):
            Problem(
                code: json(body)?.object?["code"]?.string ?? "no_plugin",
                message: "the site answered \(status): \(beginning(body))"
            )
        case .unreachable(let reason): Problem(code: "unreachable", message: reason)
        case .late: Problem(code: "late", message: "the site took too long")
        case .impossible(let reason): Problem(code: "no_curl", message: reason)
        }
    }

    static func json(_ body: [UInt8]) -> JSON? { try? JSON(parsing: body) }

    /// The message of the plugin, or the first bytes of a page that came instead.
    private static func beginning(_ body: [UInt8]) -> String {
        if let message = json(body)?.object?["message"]?.string { return message }
        let text = String(decoding: body.prefix(200), as: UTF8.self)
        return String(text.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) })
    }
}

/// The header fields by which the other side knows who has sent a body (Standard Webhooks).
package struct Signature {
    private let id: String
    private let timestamp: Int64
    private let signature: String

    /// - Parameters:
    ///   - body: As it is sent.
    ///   - message: What the message's id is made of, so that it is the same at every try; the body
    ///     where it is `nil`.
    ///   - secrets: One signature is made with each.
    ///   - now: Of this try.
    package init(
        of body: [UInt8],
        message: String? = nil,
        _ secrets: [WebhookSecret],
        at now: Instant
    ) {
        let hash = Sodium.sha256(message.map { Array($0.utf8) } ?? body)
        let (id, timestamp) = (
            "msg_" + Sodium.hexadecimal(hash[..<16]), now.microseconds / 1_000_000
        )
        self.id = id
        self.timestamp = timestamp
        signature = secrets.map { $0.signature(id: id, timestamp: timestamp, body: body) }
            .joined(separator: " ")
    }

    /// As a response has them.
    package var fields: [(name: String, value: String)] {
        [
            ("webhook-id", id), ("webhook-timestamp", String(timestamp)),
            ("webhook-signature", signature),
        ]
    }

    var headers: [String] { fields.map { "\($0.name): \($0.value)" } }
}
