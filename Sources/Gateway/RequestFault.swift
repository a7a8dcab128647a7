/// Why a request could not be taken as a whole; the handler turns it into an answer.
///
/// The body has been read to its end whatever the fault, so that every web server passes the
/// answer on.
package enum RequestFault: Error, Sendable, Equatable {
    /// The body is longer than `RequestLimits.bodyBytes`.
    case bodyTooLarge(limitBytes: Int)
    /// CONTENT_LENGTH and what arrived differ: an upload that was cut off, in most cases.
    case bodyIncomplete(expectedBytes: Int, receivedBytes: Int)
    /// The body ended with an error and its length was not announced.
    case bodyUnreadable
    case pathTooLong(limitBytes: Int)
    case queryTooLong(limitBytes: Int)
    case headersTooLarge(limitBytes: Int)
    case tooManyHeaders(limit: Int)
    /// The method is not a token (RFC 9110 §9.1).
    case malformedMethod
    /// The target is neither in origin nor in absolute form (RFC 9112 §3.2), or it holds blanks,
    /// control characters or bytes that are not UTF-8.
    case malformedTarget
}
