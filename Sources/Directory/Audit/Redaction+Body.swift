import JSONText
import SCIM

extension Redaction {
    /// What is kept of a body.
    ///
    /// - Parameters:
    ///   - body: As sent.
    ///   - json: What was read of it; `nil` where it is no JSON.
    ///   - settings: Whether bodies are kept.
    ///   - limits: How long they may be.
    /// - Returns: JSON text without secrets: as sent, where none can be in it.
    package func kept(
        _ body: [UInt8],
        _ json: JSON?,
        _ settings: AuditSettings,
        _ limits: Limits
    ) -> SentRequest.Body {
        guard settings.keepsBodies, !body.isEmpty, let json else { return .none }
        if body.count > limits.auditBodyBytes { return .tooLong(bytes: body.count) }
        let text = findsNothing(in: body) ? body : redacted(json).text
        return .kept(String(decoding: text, as: UTF8.self))
    }
}
