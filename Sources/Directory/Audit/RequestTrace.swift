import SCIM

/// What the journal says of the request that an entry came with.
package struct RequestTrace: Sendable, Equatable {
    package let method: String
    /// Behind the base, percent-encoded, without the query: `/Users/2819c223`.
    package let path: String
    /// Where the request came from; `nil` where the web server does not say.
    package let address: String?
    /// The client's name for itself, cut.
    package let agent: String?
    /// Of the answer.
    package let status: Int
    /// From the request's start until it was noted.
    package let microseconds: Int64
    /// JSON text that was sent, without secrets; `nil` where there was none or it is not kept.
    package let body: String?

    package init(
        method: String,
        path: String,
        address: String? = nil,
        agent: String? = nil,
        status: Int,
        microseconds: Int64,
        body: String? = nil
    ) {
        self.method = method
        self.path = path
        self.address = address
        self.agent = agent
        self.status = status
        self.microseconds = microseconds
        self.body = body
    }
}

/// A request as it goes into the journal, before it is known how long it takes.
package struct SentRequest: Sendable {
    /// What of a body is kept.
    package enum Body: Sendable, Equatable {
        case none
        /// JSON text without secrets.
        case kept(String)
        /// Too long to be kept.
        case tooLong(bytes: Int)
    }

    package let method: String
    package let path: String
    package let address: String?
    package let agent: String?
    package let started: Instant
    /// Microseconds since then, of a clock that is finer than the directory's; `nil` for that.
    package var elapsed: (@Sendable () -> Int64)?
    /// Of the answer, where all goes well.
    package var status: Int
    package var body = Body.none

    /// Bytes of an address, of a path and of a client's name for itself.
    private static let (addressBytes, pathBytes, agentBytes) = (64, 2_048, 200)

    /// - Parameters:
    ///   - method: As sent.
    ///   - path: Behind the base, percent-encoded, without the query.
    ///   - address: Where it came from.
    ///   - agent: The client's name for itself.
    ///   - started: When it came.
    ///   - status: Of the answer, where all goes well.
    package init(
        method: String,
        path: String,
        address: String?,
        agent: String?,
        started: Instant,
        status: Int = 200
    ) {
        self.method = method.cut(toBytes: 32)
        self.path = path.cut(toBytes: Self.pathBytes)
        self.address = address?.cut(toBytes: Self.addressBytes)
        self.agent = agent?.cut(toBytes: Self.agentBytes)
        self.started = started
        self.status = status
    }

    /// `GET /Users 200`, as it is shown with the token.
    package var line: String { "\(method) \(path) \(status)".cut(toBytes: 200) }

    func trace(at now: Instant) -> RequestTrace {
        var text: String?
        if case .kept(let kept) = body { text = kept }
        return RequestTrace(
            method: method,
            path: path,
            address: address,
            agent: agent,
            status: status,
            microseconds: max(elapsed?() ?? now.microseconds - started.microseconds, 0),
            body: text
        )
    }

    /// What an entry's detail says of a body that is not kept for its length.
    var omission: JSON? {
        if case .tooLong(let bytes) = body { .integer(Int64(bytes)) } else { nil }
    }
}

extension String {
    /// The beginning of the text, in whole characters of Unicode.
    package func cut(toBytes bytesMax: Int) -> String {
        if utf8.count <= bytesMax { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: bytesMax)
        while end > utf8.startIndex, utf8[end] & 0xC0 == 0x80 { utf8.formIndex(before: &end) }
        return String(self[..<end])
    }
}
