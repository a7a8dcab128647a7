import Gateway
import SCIM

extension SCIMError {
    /// What the client is told of a request that did not arrive whole.
    init(_ fault: RequestFault) {
        switch fault {
        case .bodyTooLarge(let limit):
            self.init(status: 413, detail: "the body is longer than \(limit) bytes")
        case .bodyIncomplete(let expected, let received):
            self = .invalidSyntax(
                "the body is incomplete: \(received) of \(expected) bytes arrived"
            )
        case .bodyUnreadable: self = .invalidSyntax("the body did not arrive whole")
        case .pathTooLong(let limit):
            self.init(status: 414, detail: "the path is longer than \(limit) bytes")
        case .queryTooLong(let limit):
            self.init(status: 414, detail: "the query is longer than \(limit) bytes")
        case .headersTooLarge(let limit):
            self.init(status: 431, detail: "the header is longer than \(limit) bytes")
        case .tooManyHeaders(let limit):
            self.init(status: 431, detail: "the header has more than \(limit) fields")
        case .malformedMethod: self = .invalidSyntax("the method is malformed")
        case .malformedTarget: self = .invalidSyntax("the request's target is malformed")
        }
    }
}
