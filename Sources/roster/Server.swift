import Console
import Directory
import Endpoint
import Gateway
import SCIM
import Secrets
import SQLiteStore

/// Serves requests that a web server hands over, one at a time.
final class Server {
    private let limits = Limits.standard
    private let settings = Settings()
    private let log = RequestLog()
    private let requestIDs = RequestIDs()
    private let database = ServedDatabase()
    private let ledger = AuditLedger()
    private var bootstrapToken = BootstrapToken()

    func serve(_ mode: Gateway.Mode) -> Int32 {
        let endpoint = Endpoint(
            limits: limits,
            now: currentInstant,
            microseconds: monotonicMicroseconds,
            openStore: { request throws(SCIMError) in try self.store(for: request) },
            configuredBase: settings.base,
            budget: { [limits] request in
                .request(cpuMilliseconds: limits.requestCPUMilliseconds) { request.isAbandoned }
            },
            outlet: .init(telephone: telephone, deliver: deliver, retry: retry),
            ledger: ledger
        )
        let console = Console(
            .init(
                version: version,
                now: currentInstant,
                openStore: { request throws(SCIMError) in try self.store(for: request) },
                configuredBase: settings.base,
                budget: { [limits] request in
                    .request(cpuMilliseconds: limits.requestCPUMilliseconds) { request.isAbandoned }
                },
                telephone: telephone,
                deliver: deliver,
                setupKey: settings.setupKey,
                check: check,
                tryWay: tryWay
            )
        )
        let requestLimits = RequestLimits(
            bodyBytes: limits.bodyBytes,
            headerBytes: limits.headerBytes,
            headerCount: limits.headerCount,
            pathBytes: limits.pathBytes,
            queryBytes: limits.queryBytes,
            keptVariables: [Settings.log]
        )
        let idle = Gateway.Idle(afterMilliseconds: Self.idleMilliseconds, rest)
        defer { writeLedger() }
        return Gateway.serve(mode, limits: requestLimits, idle: idle) { incoming in
            let start = monotonicMicroseconds()
            let requestID = requestIDs.next()
            let answer =
                console.answer(incoming, requestID: requestID)
                ?? endpoint.answer(incoming, requestID: requestID)
            log.append(
                incoming,
                answer,
                requestID,
                microseconds: monotonicMicroseconds() - start,
                to: settings.logPath(incoming)
            )
            return answer
        }
    }

    /// Does what can wait until nothing is to be done.
    private func rest() -> Int32 {
        writeLedger()
        let next = database.letGo()
        // What somebody was in the way of.
        return next < 0 && !ledger.isEmpty ? Self.idleMilliseconds : next
    }

    /// Writes down what was asked for in vain, as far as it is not written yet.
    private func writeLedger() {
        guard !ledger.isEmpty, let path = lastPath,
            let store = try? database.store(path: path)
        else { return }
        ledger.write(in: Directory(store))
    }

    /// How often a process that is only read from looks at what is due.
    private static let retryMicroseconds: Int64 = 10_000_000
    private var nextRetry: Int64 = 0

    /// Lets somebody send what has failed before and is due again: where neither cron nor a
    /// supervisor does it, the clients' reading has to be enough.
    private func retry(_ request: Request) {
        let now = monotonicMicroseconds()
        if now < nextRetry { return }
        nextRetry = now + Self.retryMicroseconds
        deliver(request)
    }

    /// Lets somebody send what is due; what hinders it is in the log.
    private func deliver(_ request: Request) {
        do {
            let path = try settings.databasePath(request)
            let directory = Directory(try store(for: request))
            try Dispatcher(directory: directory, path: path).startProcesses()
        } catch {
            let error = SCIMError(any: error)
            complain("changes are not delivered: \(error.cause ?? error.detail)")
        }
    }

    /// Looks at what the console shows beside the directory itself.
    private func check(_ request: Request) -> [Console.Check] {
        guard let path = try? settings.databasePath(request) else { return [] }
        let base = settings.base(request)
        return SurroundingsCheck(path: path, baseURL: base, now: currentInstant()).checks
    }

    /// Tries the endpoint's address, for whoever asks for it in the console.
    private func tryWay(_ url: String, _ request: Request) -> [Console.Check] {
        guard let path = try? settings.databasePath(request) else { return [] }
        return WayCheck(url: url, path: path).checks
    }

    private static let idleMilliseconds: Int32 = 2_000

    /// Of the database that was opened last.
    private var lastPath: String?

    private func store(for request: Request) throws(SCIMError) -> SQLiteStore {
        let path = try settings.databasePath(request)
        lastPath = path
        return try openingDatabase {
            if let token = bootstrapToken {
                bootstrapToken = nil
                try token.take(into: path)
            }
            return try database.store(path: path)
        }
    }
}

/// Names of requests, for log and audit trail.
final class RequestIDs {
    private static let bytes = 8
    /// Drawn for many requests at once: it takes a system call.
    private var random: ArraySlice<UInt8> = []

    /// 16 hexadecimal digits.
    func next() -> String {
        if random.isEmpty { random = Sodium.randomBytes(64 * Self.bytes)[...] }
        defer { random = random.dropFirst(Self.bytes) }
        return Sodium.hexadecimal(random.prefix(Self.bytes))
    }
}
