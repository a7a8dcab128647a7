import Glibc

/// A program that is started, fed and listened to until it ends.
package enum ChildProcess {
    package struct Result {
        /// The exit status; 128 and the signal's number where a signal ended it.
        package let status: Int32
        package let output: [UInt8]
        package let errors: [UInt8]
    }

    package enum Failure: Error {
        /// There is no such program in PATH.
        case missing
        /// It did not end in time, and was ended.
        case late
        /// Another reason, as an `errno`.
        case system(Int32)
    }

    /// Runs a program found in PATH.
    ///
    /// - Parameters:
    ///   - arguments: The program's name first. Everybody on the machine can read them.
    ///   - input: What its standard input holds.
    ///   - outputBytesMax: Where it says more, it is ended.
    ///   - secondsMax: Where it takes longer, it is ended.
    /// - Returns: What it said, and how it ended.
    /// - Throws: `missing` or `system` where it cannot be started; `late`.
    package static func run(
        _ arguments: [String],
        input: [UInt8],
        outputBytesMax: Int,
        secondsMax: Int
    ) throws(Failure) -> Result {
        // A program that stops reading shows as an error of the write.
        signal(SIGPIPE, SIG_IGN)
        let feed = try Pipe()
        let output = try Pipe()
        let errors = try Pipe()
        let process = try spawn(arguments, feed.reader, output.writer, errors.writer)
        for pipe in [feed.reader, output.writer, errors.writer] { pipe.close() }
        let deadline = Deadline(seconds: secondsMax)
        var exchange = Exchange(input: input, outputBytesMax: outputBytesMax)
        exchange.run(feed.writer, output.reader, errors.reader, until: deadline)
        let ended = exchange.isCut ? nil : status(of: process, before: deadline)
        let status = ended ?? end(process)
        if ended == nil, !exchange.isCut { throw .late }
        return Result(status: status, output: exchange.output, errors: exchange.errors)
    }

    /// The variables that a program needs to find others, proxies and certificates.
    ///
    /// What else the environment holds is none of its business.
    private static let inherited = [
        "PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "http_proxy", "https_proxy",
        "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "SSL_CERT_FILE",
        "SSL_CERT_DIR", "CURL_CA_BUNDLE",
    ]

    private static func spawn(
        _ arguments: [String],
        _ input: Descriptor,
        _ output: Descriptor,
        _ errors: Descriptor
    ) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (standard, descriptor) in [input, output, errors].enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor.number, Int32(standard))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        setSignals(of: &attributes)
        let words = CStrings(arguments)
        let variables = CStrings(
            inherited.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
        )
        var process = pid_t()
        let code = withExtendedLifetime((words, variables)) {
            posix_spawnp(
                &process,
                arguments[0],
                &actions,
                &attributes,
                words.pointers,
                variables.pointers
            )
        }
        guard code != ENOENT else { throw .missing }
        guard code == 0 else { throw .system(code) }
        return process
    }

    /// Signals as a program expects them: a serving process blocks those that stop it, and ignores
    /// SIGPIPE, and a child inherits both.
    private static func setSignals(of attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    /// How long a program has to end when it is asked to, in seconds.
    private static let graceSeconds = 1

    /// Ends a program: by force where it does not do so itself.
    private static func end(_ process: pid_t) -> Int32 {
        for signal in [SIGTERM, SIGKILL] {
            kill(process, signal)
            let deadline = Deadline(seconds: graceSeconds)
            if let status = status(of: process, before: deadline) { return status }
        }
        // It hangs in the system, and is gone as soon as it does not.
        return 128 + SIGKILL
    }

    /// Waits for a program's end.
    ///
    /// - Returns: Its status as `Result` has it; `nil` when it has not ended.
    private static func status(of process: pid_t, before deadline: Deadline) -> Int32? {
        while true {
            var status: Int32 = 0
            let found = waitpid(process, &status, WNOHANG)
            if found == process || found < 0 && errno != EINTR {
                let signal = status & 0x7F
                return signal == 0 ? status >> 8 & 0xFF : 128 + signal
            }
            if deadline.millisecondsLeft == 0 { return nil }
            // Its output has ended before, as a rule, so that this is a moment only.
            usleep(2_000)
        }
    }

    /// A point in time, by a clock that is never set.
    private struct Deadline {
        private let milliseconds: Int

        init(seconds: Int) { milliseconds = Self.now + 1_000 * seconds }

        var millisecondsLeft: Int32 { Int32(clamping: max(milliseconds - Self.now, 0)) }

        private static var now: Int {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
        }
    }

    /// Texts as `execve` wants them, freed with the object.
    private final class CStrings {
        let pointers: [UnsafeMutablePointer<CChar>?]

        init(_ texts: [String]) { pointers = texts.map { strdup($0) } + [nil] }

        deinit { for pointer in pointers { free(pointer) } }
    }

    /// A file descriptor that is closed once.
    private final class Descriptor {
        private(set) var number: Int32

        init(_ number: Int32) { self.number = number }

        func close() {
            if number >= 0 { _ = Glibc.close(number) }
            number = -1
        }

        deinit { close() }
    }

    private struct Pipe {
        let reader: Descriptor
        let writer: Descriptor

        init() throws(Failure) {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw .system(errno) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            reader = Descriptor(ends[0])
            writer = Descriptor(ends[1])
        }
    }

    /// Writing and reading at the same time, so that neither side waits for the other for ever.
    private struct Exchange {
        let input: [UInt8]
        let outputBytesMax: Int
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var isCut = false
        private var written = 0

        init(input: [UInt8], outputBytesMax: Int) {
            self.input = input
            self.outputBytesMax = outputBytesMax
        }

        mutating func run(
            _ writer: Descriptor,
            _ reader: Descriptor,
            _ errorReader: Descriptor,
            until deadline: Deadline
        ) {
            _ = fcntl(writer.number, F_SETFL, O_NONBLOCK)
            while !isCut, reader.number >= 0 || errorReader.number >= 0 {
                var waiting = [
                    pollfd(fd: writer.number, events: Int16(POLLOUT), revents: 0),
                    pollfd(fd: reader.number, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: errorReader.number, events: Int16(POLLIN), revents: 0),
                ]
                let left = deadline.millisecondsLeft
                guard left > 0, poll(&waiting, 3, left) >= 0 || errno == EINTR else { return }
                if waiting[0].revents != 0 { write(to: writer) }
                if waiting[1].revents != 0 { Self.read(from: reader, into: &output) }
                if waiting[2].revents != 0 { Self.read(from: errorReader, into: &errors) }
                isCut = output.count > outputBytesMax || errors.count > outputBytesMax
            }
        }

        private mutating func write(to writer: Descriptor) {
            let count = input[written...].withUnsafeBytes {
                Glibc.write(writer.number, $0.baseAddress, $0.count)
            }
            if count > 0 { written += count }
            if written == input.count || count < 0 && errno != EAGAIN && errno != EINTR {
                writer.close()
            }
        }

        private static func read(from reader: Descriptor, into bytes: inout [UInt8]) {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = Glibc.read(reader.number, &buffer, buffer.count)
            if count > 0 {
                bytes += buffer[..<count]
            } else if count == 0 || errno != EINTR {
                reader.close()
            }
        }
    }
}
