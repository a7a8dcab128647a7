import Delivery
import Transport

/// Makes calls by the machine's `curl`.
@Sendable func telephone(_ call: Call) -> CallResult {
    var request = Curl.Request(
        url: call.url,
        headers: call.headers,
        bytes: call.body,
        userAgent: "roster/\(version)"
    )
    request.connectTo = call.connectTo
    request.millisecondsMax = call.milliseconds
    do throws(Curl.Failure) {
        let answer = try Curl.send(request)
        return .answered(status: answer.status, body: answer.body)
    } catch {
        switch error {
        case .missing: return .impossible("there is no curl program on this machine")
        case .late: return .late
        case .untrusted(let reason), .failed(let reason): return .unreachable(reason)
        }
    }
}
