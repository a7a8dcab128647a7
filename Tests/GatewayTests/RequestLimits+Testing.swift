@testable import Gateway

extension RequestLimits {
    /// Limits of a test that names only those it is about.
    init(
        bodyBytes: Int = 1_048_576,
        headerBytes: Int = 65_536,
        headerCount: Int = 512,
        pathBytes: Int = 2_048,
        queryBytes: Int = 16_384
    ) {
        self.init(
            bodyBytes: bodyBytes,
            headerBytes: headerBytes,
            headerCount: headerCount,
            pathBytes: pathBytes,
            queryBytes: queryBytes,
            keptVariables: []
        )
    }
}
