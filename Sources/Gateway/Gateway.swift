import CFastCGI
import Glibc

/// Where the web server meets the program: CGI (RFC 3875) and FastCGI, told apart and served.
package enum Gateway {
    /// How the process was started.
    package enum Mode: Sendable, Equatable {
        /// By a person or a script: argv holds a command.
        case commandLine
        /// By a web server, for the one request in the environment and on standard input.
        case cgi
        /// With a listening socket, for any number of requests.
        case fastCGI(listener: Int32)
    }

    /// Tells how the process was started.
    ///
    /// Decide by it before looking at argv: under CGI a client can write argv.
    package static func mode() -> Mode {
        mode(
            processID: getpid(),
            isListening: isListening,
            environment: { name in getenv(name).map { String(cString: $0) } }
        )
    }

    static func mode(
        processID: Int32,
        isListening: (Int32) -> Bool,
        environment: (String) -> String?
    ) -> Mode {
        if isListening(0) { return .fastCGI(listener: 0) }
        if environment("GATEWAY_INTERFACE") != nil { return .cgi }
        // The socket activation protocol of systemd: descriptors from 3 on, for this process only.
        let isActivated =
            environment("LISTEN_PID") == String(processID)
            && (environment("LISTEN_FDS").flatMap { Int($0) } ?? 0) > 0
        return isActivated && isListening(3) ? .fastCGI(listener: 3) : .commandLine
    }

    private static func isListening(_ descriptor: Int32) -> Bool {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) == 0 && value != 0
    }

    /// Makes the files that the process creates from here on its user's alone: web servers start
    /// programs with a mask that leaves database and log readable to all.
    package static func restrictFileModes() {
        umask(0o077)
    }

    /// What a process does when it has nothing to do.
    package struct Idle {
        /// Since the last request; -1 for never.
        package let milliseconds: Int32
        /// Returns the milliseconds after which it is to be done again, unless a request comes
        /// before; -1 for not again.
        package let action: () -> Int32

        package init(afterMilliseconds milliseconds: Int32, _ action: @escaping () -> Int32) {
            self.milliseconds = milliseconds
            self.action = action
        }

        package static var nothing: Idle { Idle(afterMilliseconds: -1) { -1 } }
    }

    /// Serves one request (CGI), or all until SIGTERM, SIGINT or SIGUSR1 comes (FastCGI).
    ///
    /// The request in flight is finished then. Call it before the process has threads.
    ///
    /// - Parameters:
    ///   - mode: Not `.commandLine`.
    ///   - limits: For each request.
    ///   - idle: For processes that outlive a request.
    ///   - handle: Called once a request, never at the same time; what its answer leaves to be done
    ///     is done when the answer has gone out.
    /// - Returns: The process's exit status: 0, or 1 after a line on standard error.
    package static func serve(
        _ mode: Mode,
        limits: RequestLimits,
        idle: Idle = .nothing,
        handle: (Incoming) -> Answer
    ) -> Int32 {
        restrictFileModes()
        // A client that left, and a file that may not grow, show as errors of the write.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        switch mode {
        case .commandLine: preconditionFailure("no web server to serve")
        case .cgi: return serveCGI(limits: limits, handle: handle)
        case .fastCGI(let listener):
            return serveFastCGI(listener: listener, limits: limits, idle: idle, handle: handle)
        }
    }

    private static func serveCGI(limits: RequestLimits, handle: (Incoming) -> Answer) -> Int32 {
        guard let environment = gateway_environment() else {
            report("there is no environment")
            return 1
        }
        // The end comes by itself, with the answer.
        for stop in StopSignals.all { signal(stop, SIG_IGN) }
        return CGIResponder(limits: limits).run(environment: environment, handle: handle) ? 0 : 1
    }

    private static func serveFastCGI(
        listener: Int32,
        limits: RequestLimits,
        idle: Idle,
        handle: (Incoming) -> Answer
    ) -> Int32 {
        // A program started by the handler has no use for the listener.
        _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
        guard let signals = StopSignals(),
            let responder = FastCGIResponder(
                listener: listener,
                stop: signals.descriptor,
                limits: limits
            )
        else {
            report("cannot serve: \(String(cString: strerror(errno)))")
            return 1
        }
        return responder.run(idle: idle, handle: handle) ? 0 : 1
    }
}

/// Writes one line to standard error, which web servers put into their log.
func report(_ message: String) {
    let line = Array("roster: \(message)\n".utf8)
    _ = write(2, line, line.count)
}
