/// What a request may measure before it is refused; each limit is inclusive.
package struct RequestLimits: Sendable, Equatable {
    /// The body, decoded from any transfer coding; the surplus is read and thrown away.
    package var bodyBytes: Int
    /// All variables together, names, values and one separator each.
    package var headerBytes: Int
    /// How many variables there may be, repeated names counted each time.
    package var headerCount: Int
    /// The path of the request target, still percent-encoded.
    package var pathBytes: Int
    /// The query of the request target, still percent-encoded, without the `?`.
    package var queryBytes: Int
    /// Names of variables that are kept when all together are too many.
    package var keptVariables: [String]

    package init(
        bodyBytes: Int,
        headerBytes: Int,
        headerCount: Int,
        pathBytes: Int,
        queryBytes: Int,
        keptVariables: [String]
    ) {
        self.bodyBytes = bodyBytes
        self.headerBytes = headerBytes
        self.headerCount = headerCount
        self.pathBytes = pathBytes
        self.queryBytes = queryBytes
        self.keptVariables = keptVariables
    }
}
