/// One HTTP response, whole.
package struct Response: Sendable {
    /// 200…599.
    package var status: Int
    /// nil only when there is no body.
    package var contentType: String?
    /// Without Content-Type, Content-Length and Cache-Control, which are written by themselves.
    ///
    /// The web server's own fields and those that steer it must not be here, `Location` only with
    /// 201 and 3xx.
    package var headers: [(name: String, value: String)]
    /// Complete, unless the answer has more to come; for HEAD what GET would send.
    package var body: [UInt8]
    package var caching: Caching

    /// Whether a cache may keep the response.
    package enum Caching: Sendable {
        /// What one client may see is nothing for a cache to give to another.
        case none
        /// The same for everybody, and for ever: its URL changes when it does.
        case immutable
    }

    package init(
        status: Int,
        contentType: String? = nil,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        caching: Caching = .none
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
        self.caching = caching
    }
}

extension Response {
    /// The fields the web server writes itself, or obeys instead of passing them on.
    private static let forbiddenNames = [
        "cache-control", "connection", "content-length", "content-type", "date", "keep-alive",
        "server", "status",
        "trailer", "transfer-encoding", "upgrade", "x-lighttpd-send-file", "x-sendfile",
    ]

    /// Whether a header field may be sent with a status.
    static func isAllowed(header name: String, status: Int) -> Bool {
        let name = name.lowercased()
        // With any other status Apache makes a redirect out of it, within the site or to elsewhere.
        if name == "location" { return status == 201 || (300...399).contains(status) }
        return !name.isEmpty && name.bytesSatisfy(isTokenByte) && !forbiddenNames.contains(name)
            && !name.hasPrefix("x-accel-")
    }

    /// Whether the status forbids a body and a Content-Length (RFC 9110 §8.6, §15.4.5).
    private var isBodiless: Bool { status == 204 || status == 304 }

    /// Status line and header fields in CGI form (RFC 3875 §6.2.1), with the empty line.
    ///
    /// - Parameter length: Bytes of the whole body; `nil` where nobody knows yet.
    /// - Returns: Text, each line with its end.
    func head(bodyBytes length: Int?) -> [UInt8] {
        precondition((200...599).contains(status), "status \(status)")
        precondition(body.isEmpty || contentType != nil, "a body without Content-Type")
        var head: [UInt8] = []
        head.reserveCapacity(256)
        // Without Status Apache answers conditional requests itself; without a reason phrase nginx
        // sends none.
        let reason = Self.reasonPhrase(of: status)
        Self.append("Status", String(status) + " " + reason, to: &head)
        if let contentType, !isBodiless { Self.append("Content-Type", contentType, to: &head) }
        for header in headers {
            precondition(
                Self.isAllowed(header: header.name, status: status),
                "\(header.name) with status \(status)"
            )
            Self.append(header.name, header.value, to: &head)
        }
        switch caching {
        case .none: Self.append("Cache-Control", "no-store", to: &head)
        case .immutable:
            Self.append("Cache-Control", "public, max-age=31536000, immutable", to: &head)
        }
        if let length, !isBodiless { Self.append("Content-Length", String(length), to: &head) }
        Self.endLine(&head)
        return head
    }

    /// The body as it goes out: none for HEAD and where the status forbids it.
    func sentBody(method: String) -> [UInt8] {
        method == "HEAD" || isBodiless ? [] : body
    }

    private static func endLine(_ head: inout [UInt8]) {
        head.append(UInt8(ascii: "\r"))
        head.append(UInt8(ascii: "\n"))
    }

    /// Appends one field; control characters in the value become blanks, so that no value can begin
    /// a line of its own.
    private static func append(_ name: String, _ value: String, to head: inout [UInt8]) {
        head.append(text: name)
        head.append(UInt8(ascii: ":"))
        head.append(UInt8(ascii: " "))
        let start = head.count
        head.append(text: value)
        for index in start..<head.count where head[index] < 0x20 || head[index] == 0x7F {
            head[index] = 0x20
        }
        endLine(&head)
    }
}
