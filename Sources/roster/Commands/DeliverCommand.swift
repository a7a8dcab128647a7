import ArgumentParser
import Delivery
import Directory
import Glibc
import SCIM
import Transport

/// Sends to receivers what they are to be told.
struct DeliverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deliver",
        abstract: "Send changes to WordPress sites and webhooks.",
        discussion: """
            The process that has made a change starts it. What failed then is tried again with the \
            next request, or by cron (--once each minute), or by a supervisor (--watch).
            """
    )

    enum Mode: EnumerableFlag {
        case once, drain, watch, list, retry

        static func help(for value: Mode) -> ArgumentHelp? {
            switch value {
            case .once: "Send what is due now, and end."
            case .drain: "Send what is due, wait a few seconds for more, and end."
            case .watch: "Send what becomes due, until it is told to end."
            case .list: "List what is still to be sent, and what failed."
            case .retry: "Try again what failed, and send."
            }
        }
    }

    @Flag(exclusivity: .exclusive)
    var mode: Mode

    @Option(name: [.customLong("to"), .customLong("site")], help: "The receiver. Default: all.")
    var to: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var database: DatabaseOptions

    func run() throws {
        let directory = try database.open(policy: .serve)
        let receivers = try receivers(directory)
        switch mode {
        case .once: try send(directory, receivers, .none)
        case .drain: try send(directory, receivers, .draining)
        case .watch: try watch(directory)
        case .list: try DeliveryList(directory, receivers).show(as: json ? .json : .table)
        case .retry:
            for receiver in receivers {
                _ = try reportingCause { () throws(SCIMError) in
                    try directory.retry(receiver, by: .commandLine)
                }
            }
            try send(directory, receivers, .none)
        }
    }

    private func receivers(_ directory: Directory) throws -> [Receiver] {
        try reportingCause { () throws(SCIMError) in
            if let to { return [try directory.receiver(named: to)] }
            return try directory.read { store -> [Receiver] in try store.receivers() }
        }
    }

    /// Sends to each; several at the same time, lest one that does not answer holds up the others.
    private func send(
        _ directory: Directory,
        _ receivers: [Receiver],
        _ patience: Courier.Patience
    ) throws {
        let stop = StopRequest()
        if let receiver = receivers.first, receivers.count == 1 {
            let end = try Courier(directory, receiver).run(patience: patience) { stop.isMade }
            if end == .closed, mode != .drain { throw Self.closed(directory, receiver) }
            return
        }
        let path = try database.path()
        if mode == .drain {
            return try Dispatcher(directory: directory, path: path).startProcesses()
        }
        let processes = try receivers.map { receiver in
            try ChildProcess.startBeside([
                "/proc/self/exe", "deliver", "--once", "--to", receiver.name, "--database", path,
            ])
        }
        if processes.map({ ChildProcess.wait(for: $0) }).contains(where: { $0 != 0 }) {
            throw ExitCode.failure
        }
    }

    private static func closed(_ directory: Directory, _ receiver: Receiver) -> CommandError {
        let now = try? directory.receiver(named: receiver.name)
        let problem = now?.trouble?.problem
        return CommandError(
            description: problem.map { "\(receiver.name): \($0.code): \($0.message)" }
                ?? "\(receiver.name) is paused"
        )
    }

    private static let watchMilliseconds = 200

    private func watch(_ directory: Directory) throws {
        let stop = StopRequest()
        let dispatcher = Dispatcher(directory: directory, path: try database.path())
        while !stop.isMade {
            do {
                try dispatcher.startProcesses()
            } catch {
                complain("\(SCIMError(any: error).cause ?? SCIMError(any: error).detail)")
                sleepMilliseconds(5_000)
            }
            sleepMilliseconds(Self.watchMilliseconds)
        }
    }
}

/// Whether the process was asked to end.
private struct StopRequest {
    nonisolated(unsafe) private static var made: sig_atomic_t = 0

    init() {
        for number in [SIGTERM, SIGINT, SIGHUP] { signal(number) { _ in StopRequest.made = 1 } }
    }

    var isMade: Bool { Self.made != 0 }
}
