/// What a front end makes of a request: the response for the client, what the log is to say of it,
/// and what is left to be done.
package struct Answer {
    package let response: Response
    /// Name of the client's token; nil when there was none that is valid.
    package let client: String?
    /// The names of the profile's rewrites that fired.
    package let rewrites: [String]
    /// Why it failed, where the client is not told.
    package let cause: String?
    /// Writes more of the body behind the response's, in pieces; `nil` where the response is whole.
    ///
    /// What it writes with takes bytes, and says whether anybody still reads them.
    package let rest: Rest?
    /// What nobody has to wait for: run once, when the client has its answer.
    package let afterwards: (() -> Void)?

    package typealias Rest = (_ write: ([UInt8]) -> Bool) -> Void

    package init(
        _ response: Response,
        client: String? = nil,
        rewrites: [String] = [],
        cause: String? = nil,
        afterwards: (() -> Void)? = nil,
        rest: Rest? = nil
    ) {
        self.response = response
        self.client = client
        self.rewrites = rewrites
        self.cause = cause
        self.rest = rest
        self.afterwards = afterwards
    }
}

extension Answer {
    private static let copiedBytesMax = 65_536

    /// Hands head and body on, the rest of it in the pieces that it comes in.
    ///
    /// - Parameters:
    ///   - method: Of the request: HEAD has no body.
    ///   - write: Takes bytes, and says whether anybody still reads them.
    func send(method: String, _ write: ([UInt8]) -> Bool) {
        let body = response.sentBody(method: method)
        guard let rest, method != "HEAD" else {
            let head = response.head(bodyBytes: rest == nil ? response.body.count : nil)
            // In one piece, unless it would be copied for long.
            if body.count <= Self.copiedBytesMax { return _ = write(head + body) }
            if write(head) { _ = write(body) }
            return
        }
        if write(response.head(bodyBytes: nil) + body) { rest(write) }
    }
}
