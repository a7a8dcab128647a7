/// One HTTP request, whole, as the web server handed it over.
package struct Request: Sendable {
    /// As sent.
    package let method: String
    /// Raw: still percent-encoded, begins with `/`, dot segments and double slashes not resolved.
    package let path: String
    /// Raw, after the first `?`; nil when there is none.
    package let query: String?
    /// Complete: as long as announced.
    package let body: [UInt8]
    package let authorization: Authorization
    private let variables: Variables
    private let peer: Peer?

    init(
        method: String,
        path: String,
        query: String?,
        variables: Variables,
        body: [UInt8],
        peer: Peer? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.variables = variables
        self.peer = peer
        authorization = Authorization(variables: variables)
    }

    /// Makes a request without a web server.
    ///
    /// - Parameters:
    ///   - method: As sent.
    ///   - path: Percent-encoded.
    ///   - query: Percent-encoded, without the `?`.
    ///   - variables: Named as in CGI: `HTTP_IF_MATCH`, `CONTENT_TYPE`, `HTTP_AUTHORIZATION`.
    ///   - body: Complete.
    package init(
        method: String,
        path: String,
        query: String? = nil,
        variables: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        self.init(
            method: method,
            path: path,
            query: query,
            variables: Variables(variables),
            body: body
        )
    }

    /// The value of a header field, by its HTTP name in any case; of a repeated one the last.
    ///
    /// nil when it is absent or empty. Authorization has a property of its own.
    package func header(_ name: String) -> String? {
        switch name.utf8.count {
        // RFC 3875 §4.1.2, §4.1.3: these two have no `HTTP_` in front.
        case 12 where name.lowercased() == "content-type": variables.value(named: "CONTENT_TYPE")
        case 14 where name.lowercased() == "content-length":
            variables.value(named: "CONTENT_LENGTH")
        default: variables.value(ofHeader: name)
        }
    }

    /// A variable that the administrator set in the web server's configuration, also when an
    /// internal redirect renamed it; nil when it is absent or empty.
    ///
    /// The process's own environment is seen here under CGI only.
    ///
    /// - Precondition: `name` does not begin with `HTTP_`: a client can set any such variable.
    package func variable(_ name: String) -> String? {
        variables.configured(name)
    }

    /// The address that the request came from, as the web server says; `nil` where it does not.
    package var clientAddress: String? { variables.value(named: "REMOTE_ADDR") }

    /// Whether nobody waits for the answer any more, as far as the web server says.
    ///
    /// To be asked now and then while work takes long.
    package var isAbandoned: Bool { peer?.hasGone ?? false }

    /// `https://host[:port]` as the client addressed it; nil unless the host is strictly a host
    /// name or an address.
    ///
    /// A client can send any host: prefer a configured base URL.
    package var origin: String? {
        Origin.text(variables: variables)
    }
}
