/// A request as it came in, whole or faulty; a faulty one can still be logged and answered.
package struct Incoming: Sendable {
    /// As sent; `""` when it is absent or not a token.
    package let method: String
    /// Raw and printable, cut at `RequestLimits.pathBytes`; nil when the target is malformed.
    package let path: String?
    package let request: Result<Request, RequestFault>

    package init(method: String, path: String?, request: Result<Request, RequestFault>) {
        self.method = method
        self.path = path
        self.request = request
    }

    /// Judges what was read; when several things are wrong, the request line is named first.
    init(variables: Variables, body: Result<[UInt8], RequestFault>, limits: RequestLimits) {
        let method = variables.value(named: "REQUEST_METHOD") ?? ""
        let target = Result { () throws(RequestFault) in
            try RequestTarget(variables: variables, limits: limits)
        }
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
                body: try body.get()
            )
        }
    }
}
