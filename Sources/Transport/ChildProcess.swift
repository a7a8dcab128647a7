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

    /// Runs a program, by its path or found in PATH.
    ///
    /// - Parameters:
    ///   - arguments: The program's name first. Everybody on the machine can read them.
    ///   - input: What its standard input holds.
    ///   - more: What it can read besides, from its descriptor 3.
    ///   - outputBytesMax: Where it says more, it is ended, and what is more is left out.
    ///   - millisecondsMax: Where it takes longer, it is ended.
    /// - Returns: What it said, and how it ended.
    /// - Throws: `missing` or `system` where it cannot be started; `late`.
    package static func run(
        _ arguments: [String],
        input: [UInt8],
        more: [UInt8] = [],
        outputBytesMax: Int,
        millisecondsMax: Int
    ) throws(Failure) -> Result {
        // A program that stops reading shows as an error of the write.
        signal(SIGPIPE, SIG_IGN)
        let (feed, output, errors, side) = (try Pipe(), try Pipe(), try Pipe(), try Pipe())
        let theirs = [feed.reader, output.writer, errors.writer, side.reader]
        let process = try start(arguments, .connected(theirs))
        for descriptor in theirs { descriptor.close() }
        let deadline = Deadline(milliseconds: millisecondsMax)
        var exchange = Exchange(
            feeds: [Feed(to: feed.writer, bytes: input), Feed(to: side.writer, bytes: more)],
            outputBytesMax: outputBytesMax
        )
        exchange.run(output.reader, errors.reader, until: deadline)
        let ended = exchange.isCut ? nil : status(of: process, before: deadline)
        let status = ended ?? end(process)
        if ended == nil, !exchange.isCut { throw .late }
        return Result(
            status: status,
            output: Array(exchange.output.prefix(outputBytesMax)),
            errors: Array(exchange.errors.prefix(outputBytesMax))
        )
    }

    /// Whether there is a program of a name in PATH.
    package static func isThere(_ name: String) -> Bool {
        let folders = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return folders.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
    }

    /// How long a program has to end when it is asked to.
    private static let graceMilliseconds = 1_000

    /// Ends a program: by force where it does not do so itself.
    private static func end(_ process: pid_t) -> Int32 {
        for signal in [SIGTERM, SIGKILL] {
            kill(process, signal)
            let deadline = Deadline(milliseconds: graceMilliseconds)
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
                return Self.status(of: status)
            }
            if deadline.millisecondsLeft == 0 { return nil }
            // Its output has ended before, as a rule, so that this is a moment only.
            usleep(2_000)
        }
    }

    /// A status as `Result` has it, of one as `waitpid` has it.
    static func status(of wait: Int32) -> Int32 {
        let signal = wait & 0x7F
        return signal == 0 ? wait >> 8 & 0xFF : 128 + signal
    }

    /// A point in time, by a clock that is never set.
    private struct Deadline {
        private let milliseconds: Int

        init(milliseconds: Int) { self.milliseconds = Self.now + milliseconds }

        var millisecondsLeft: Int32 { Int32(clamping: max(milliseconds - Self.now, 0)) }

        private static var now: Int {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
        }
    }

    /// What is still to be written to a program.
    private final class Feed {
        let writer: Descriptor
        private let bytes: [UInt8]
        private var written = 0

        init(to writer: Descriptor, bytes: [UInt8]) {
            self.writer = writer
            self.bytes = bytes
            _ = fcntl(writer.number, F_SETFL, O_NONBLOCK)
        }

        /// Writes as much as there is room for.
        func write() {
            let count = bytes[written...].withUnsafeBytes {
                Glibc.write(writer.number, $0.baseAddress, $0.count)
            }
            if count > 0 { written += count }
            if written == bytes.count || count < 0 && errno != EAGAIN && errno != EINTR {
                writer.close()
            }
        }
    }

    /// Writing and reading at the same time, so that neither side waits for the other for ever.
    private struct Exchange {
        let feeds: [Feed]
        let outputBytesMax: Int
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var isCut = false

        init(feeds: [Feed], outputBytesMax: Int) {
            self.feeds = feeds
            self.outputBytesMax = outputBytesMax
        }

        mutating func run(
            _ reader: Descriptor,
            _ errorReader: Descriptor,
            until deadline: Deadline
        ) {
            while !isCut, reader.number >= 0 || errorReader.number >= 0 {
                // Descriptors that are closed are negative, and poll passes them over.
                var waiting = feeds.map {
                    pollfd(fd: $0.writer.number, events: Int16(POLLOUT), revents: 0)
                }
                waiting += [reader, errorReader].map {
                    pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0)
                }
                let left = deadline.millisecondsLeft
                let found = left > 0 ? poll(&waiting, nfds_t(waiting.count), left) : 0
                if found < 0, errno == EINTR { continue }
                guard found > 0 else { return }
                for (feed, state) in zip(feeds, waiting) where state.revents != 0 { feed.write() }
                if waiting[feeds.count].revents != 0 { Self.read(from: reader, into: &output) }
                if waiting[feeds.count + 1].revents != 0 {
                    Self.read(from: errorReader, into: &errors)
                }
                isCut = output.count > outputBytesMax || errors.count > outputBytesMax
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
