/// A request as it came in, whole or faulty; a faulty one can still be logged and answered.
package struct Incoming: Sendable {
    /// As sent; `""` when it is absent or not a token.
    package let method: String
    /// Raw and printable, cut at `RequestLimits.pathBytes`; nil when the target is malformed.
    package let path: String?
    package let request: Result<Request, RequestFault>
    private let variables: Variables

    /// Makes one without a web server.
    package init(method: String, path: String?, request: Result<Request, RequestFault>) {
        self.method = method
        self.path = path
        self.request = request
        variables = Variables([])
    }

    /// Judges what was read; when several things are wrong, the request line is named first.
    init(
        variables: Variables,
        body: Result<[UInt8], RequestFault>,
        limits: RequestLimits,
        peer: Peer? = nil
    ) {
        let method = variables.value(named: "REQUEST_METHOD") ?? ""
        let target = Result { () throws(RequestFault) in
            try RequestTarget(variables: variables, limits: limits)
        }
        self.variables = variables
        let isMethod = !method.isEmpty && method.bytesSatisfy(isTokenByte)
        self.method = isMethod ? method : ""
        path = RequestTarget.loggedPath(of: target, variables: variables, limits: limits)
        request = Result { () throws(RequestFault) in
            guard isMethod else { throw .malformedMethod }
            if let fault = variables.fault { throw fault }
            let target = try target.get()
            return Request(
                method: method,
                path: target.path,
                query: target.query,
                variables: variables,
                body: try body.get(),
                peer: peer
            )
        }
    }

    /// A variable that the administrator set in the web server's configuration, as
    /// `Request.variable(_:)` has it; of a request with too many variables only those that
    /// `RequestLimits.keptVariables` names.
    package func variable(_ name: String) -> String? {
        variables.configured(name)
    }
}
