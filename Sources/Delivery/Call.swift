/// An HTTP POST to a receiver.
package struct Call: Sendable {
    package let url: String
    /// Each as `Name: value`.
    package let headers: [String]
    package let body: [UInt8]
    /// Where to connect instead of the URL's host, as `HOST:PORT`; its name stays in the request
    /// and in the certificate check.
    package let connectTo: String?
    /// How long it may take.
    package let milliseconds: Int

    package init(
        url: String,
        headers: [String],
        body: [UInt8],
        connectTo: String?,
        milliseconds: Int
    ) {
        self.url = url
        self.headers = headers
        self.body = body
        self.connectTo = connectTo
        self.milliseconds = milliseconds
    }
}

/// What came of a call.
package enum CallResult: Sendable {
    case answered(status: Int, body: [UInt8])
    /// Nothing of use came; the reason is for people.
    case unreachable(String)
    /// It took longer than it may.
    case late
    /// Calls cannot be made on this machine at all; the reason is for people.
    case impossible(String)

    /// Whether there was no answer, and none is to be expected at once.
    var isOutage: Bool {
        switch self {
        case .late, .unreachable: true
        case .answered, .impossible: false
        }
    }
}

/// Makes a call.
package typealias Telephone = (Call) -> CallResult
