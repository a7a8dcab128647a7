import Directory
import Endpoint
import Gateway
import SCIM
import SQLiteStore

/// Serves requests that a web server hands over, one at a time.
final class Server {
    private let limits = Limits.standard
    private let log = RequestLog()
    private var opened: (path: String, identity: FileIdentity?, store: SQLiteStore)?

    func serve(_ mode: Gateway.Mode) -> Int32 {
        let endpoint = Endpoint(
            limits: limits, now: currentInstant,
            openStore: { request throws(SCIMError) in try self.store(for: request) },
            configuredBase: Settings.base)
        let requestLimits = RequestLimits(
            bodyBytes: limits.bodyBytes, headerBytes: limits.headerBytes,
            pathBytes: limits.pathBytes, queryBytes: limits.queryBytes)
        return Gateway.serve(mode, limits: requestLimits) { incoming in
            let start = monotonicMicroseconds()
            let requestID = RequestID.new()
            let answer = endpoint.answer(incoming, requestID: requestID)
            log.append(
                incoming, answer, requestID, microseconds: monotonicMicroseconds() - start)
            return answer.response
        }
    }

    /// The store is opened once, and again when another file has taken the database's place.
    private func store(for request: Request) throws(SCIMError) -> SQLiteStore {
        let path = try Settings.databasePath(request)
        if let opened, opened.path == path, opened.identity == FileIdentity(path: path) {
            return opened.store
        }
        opened = nil
        let store = try SQLiteStore(path: path)
        opened = (path, FileIdentity(path: path), store)
        return store
    }
}

/// Names of requests, for log and audit trail.
enum RequestID {
    static func new() -> String {
        Secrets.randomBytes(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
