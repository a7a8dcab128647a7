import CFastCGI
import Glibc

/// Answers the requests that come in on a FastCGI listener, one after the other.
///
/// Any number of processes may share the listener.
final class FastCGIResponder {
    private enum Wake {
        case connection
        case lastConnection
        case stop
        case listenerFailed
        case idle
    }

    /// Ends the loop instead of being tried again: the listener is of no use any more.
    private static let fatalErrors = [EBADF, EINVAL, ENOTSOCK, EOPNOTSUPP]

    /// FCGX_Init, done on first use; 0 when it went well.
    private static let initialization: Int32 = FCGX_Init()

    private let listener: Int32
    private let stop: Int32
    private let limits: RequestLimits
    private let poll: Int32
    private let request: UnsafeMutablePointer<FCGX_Request>
    private let bodyReader = BodyReader()
    /// What the last wait found: the listener, the stop descriptor or both.
    private var events = [epoll_event](repeating: epoll_event(), count: 2)
    /// The accept error that the log named last; it stays quiet while the same one goes on.
    private var reportedError: Int32 = 0

    /// Makes the listener ready to be waited for; nil when the process has no descriptors left or
    /// `listener` is none.
    ///
    /// - Parameters:
    ///   - listener: Becomes non-blocking, for all processes that share it.
    ///   - stop: Readable when the loop is to end.
    ///   - limits: For each request.
    init?(listener: Int32, stop: Int32, limits: RequestLimits) {
        let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        // EPOLLEXCLUSIVE: a connection wakes one of the processes that share the listener, not all.
        let isReady =
            poll >= 0
            && Self.watch(listener, EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue, with: poll)
            && Self.watch(stop, EPOLLIN.rawValue, with: poll)
            && fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK) >= 0
            && Self.initialization == 0
        guard isReady else {
            if poll >= 0 { close(poll) }
            return nil
        }
        self.listener = listener
        self.stop = stop
        self.limits = limits
        self.poll = poll
        request = .allocate(capacity: 1)
        FCGX_InitRequest(request, listener, 0)
    }

    deinit {
        FCGX_Free(request, 1)
        request.deallocate()
        close(poll)
    }

    private static func watch(_ descriptor: Int32, _ events: UInt32, with poll: Int32) -> Bool {
        var event = epoll_event(events: events, data: epoll_data_t(fd: descriptor))
        return epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) == 0
    }

    /// Serves until it is told to stop, and finishes the request in flight.
    ///
    /// - Parameters:
    ///   - idle: What to do when no request has come for a while.
    ///   - handle: Called once a request.
    /// - Returns: false when the listener failed.
    func run(idle: Gateway.Idle = .nothing, handle: (Incoming) -> Answer) -> Bool {
        var timeout = Int32(-1)
        while true {
            let wake = wait(milliseconds: timeout)
            if wake == .stop { return true }
            if wake == .idle {
                timeout = idle.action()
                continue
            }
            timeout = idle.milliseconds
            if wake == .listenerFailed {
                report("the FastCGI listener is not usable any more")
                return false
            }
            let status = FCGX_Accept_r(request)
            if status == 0 {
                reportedError = 0
                answer(handle)
            } else if !mayGoOn(afterError: -status) {
                return false
            }
            if wake == .lastConnection { return true }
        }
    }

    /// Waits for a connection or for the end.
    ///
    /// A connection that is there when the end comes is still served: its arrival may have woken
    /// this process alone, and then no other would see it.
    private func wait(milliseconds: Int32) -> Wake {
        var count: Int32 = 0
        repeat {
            count = epoll_wait(poll, &events, 2, milliseconds)
        } while count < 0 && errno == EINTR
        if count == 0 { return .idle }
        guard count > 0 else { return .listenerFailed }
        let ready = events.prefix(Int(count))
        if ready.contains(where: { $0.data.fd == stop }) {
            return count == 2 ? .lastConnection : .stop
        }
        // accept() has nothing to say about it: it would find no connection for ever.
        let isFailed = ready.contains { $0.events & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 }
        return isFailed ? .listenerFailed : .connection
    }

    /// Whether the loop goes on after a connection could not be taken.
    private func mayGoOn(afterError error: Int32) -> Bool {
        // Another process was faster, or the peer left again.
        if error == EAGAIN || error == EINTR { return true }
        if error != reportedError {
            reportedError = error
            report("cannot accept a FastCGI connection: \(String(cString: strerror(error)))")
        }
        if Self.fatalErrors.contains(error) { return false }
        usleep(50_000)
        return true
    }

    private func answer(_ handle: (Incoming) -> Answer) {
        var answer: Answer?
        if request.pointee.role == FCGI_RESPONDER, let environment = request.pointee.envp {
            let variables = Variables(copying: environment, limits: limits)
            let incoming = Incoming(
                variables: variables,
                body: readBody(variables),
                limits: limits,
                peer: Peer(descriptor: request.pointee.ipcFd, endOfInput: .isGone)
            )
            let made = handle(incoming)
            made.send(method: incoming.method, put)
            answer = made
        }
        // A connection that is kept open would keep this process from all others.
        request.pointee.keepConnection = 0
        // libfcgi would wait up to two seconds for the web server to close first, lest the answer
        // be lost with what it has sent and nobody has read. Here all has been read, and a web
        // server that is stopped must not hold the process.
        request.pointee.detached = 1
        FCGX_Finish_r(request)
        answer?.afterwards?()
    }

    private func readBody(_ variables: Variables) -> Result<[UInt8], RequestFault> {
        let input = request.pointee.in
        return bodyReader.read(
            announced: BodyReader.announcedBytes(variables),
            limitBytes: limits.bodyBytes
        ) { buffer in
            let count = FCGX_GetStr(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(buffer.count),
                input
            )
            if count > 0 { return Int(count) }
            return FCGX_GetError(input) == 0 ? 0 : -1
        }
    }

    /// Writes to libfcgi's buffer, whose content goes out when it is full or the request finished.
    ///
    /// A write error means that the client left; the request is done all the same.
    ///
    /// - Returns: Whether anybody still reads.
    private func put(_ bytes: [UInt8]) -> Bool {
        let output = request.pointee.out
        return bytes.withUnsafeBytes { buffer in
            FCGX_PutStr(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(buffer.count),
                output
            ) >= 0
        }
    }
}
