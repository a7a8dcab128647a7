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
        /// Another reason, as an `errno`.
        case system(Int32)
    }

    /// Runs a program found in PATH.
    ///
    /// - Parameters:
    ///   - arguments: The program's name first. Everybody on the machine can read them.
    ///   - input: What its standard input holds.
    ///   - outputBytesMax: Where it says more, it is ended.
    /// - Returns: What it said, and how it ended.
    /// - Throws: `missing` or `system` where it cannot be started.
    package static func run(
        _ arguments: [String],
        input: [UInt8],
        outputBytesMax: Int
    ) throws(Failure) -> Result {
        // A program that stops reading shows as an error of the write.
        signal(SIGPIPE, SIG_IGN)
        let feed = try Pipe()
        let output = try Pipe()
        let errors = try Pipe()
        let process = try spawn(arguments, feed.reader, output.writer, errors.writer)
        for pipe in [feed.reader, output.writer, errors.writer] { pipe.close() }
        var exchange = Exchange(input: input, outputBytesMax: outputBytesMax)
        exchange.run(feed.writer, output.reader, errors.reader)
        if exchange.isCut { kill(process, SIGTERM) }
        return Result(
            status: wait(for: process),
            output: exchange.output,
            errors: exchange.errors
        )
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

    private static func wait(for process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
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

        mutating func run(_ writer: Descriptor, _ reader: Descriptor, _ errorReader: Descriptor) {
            _ = fcntl(writer.number, F_SETFL, O_NONBLOCK)
            while !isCut, reader.number >= 0 || errorReader.number >= 0 {
                var waiting = [
                    pollfd(fd: writer.number, events: Int16(POLLOUT), revents: 0),
                    pollfd(fd: reader.number, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: errorReader.number, events: Int16(POLLIN), revents: 0),
                ]
                guard poll(&waiting, 3, -1) >= 0 || errno == EINTR else { return }
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
