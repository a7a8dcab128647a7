import Delivery
import Directory
import SCIM
import Transport

/// Sees to it that somebody sends to each receiver what is due to it.
struct Dispatcher {
    let directory: Directory
    /// The database's path, for the processes that are started.
    let path: String

    /// Starts a process for each receiver to which something is due and nobody sends.
    ///
    /// It goes on by itself, so that neither the client nor the web server waits for it.
    func startProcesses() throws {
        for receiver in try receiversInNeed() {
            try ChildProcess.startDetached(
                [
                    "/proc/self/exe", "deliver", "--drain", "--to", receiver.name, "--database",
                    path,
                ]
            )
        }
    }

    /// Those to which something may be sent soon, is due, and is sent by nobody.
    func receiversInNeed() throws -> [Receiver] {
        let now = currentInstant()
        let soon = now.adding(seconds: Courier.Patience.draining.forRetries)
        return try directory.read { store -> [Receiver] in
            try store.receivers().filter { receiver in
                // One that has just not answered is tried again by a process that waits: nobody
                // may come for a long time who would start another.
                guard receiver.isOpen(at: soon) else { return false }
                if let lease = receiver.lease, lease.until > now,
                    !ProcessName.isGone(lease.holder)
                {
                    return false
                }
                return try store.nextDue(to: receiver.id).map { $0 <= now } ?? false
            }
        }
    }
}

extension Courier {
    /// The courier of a receiver in this process.
    init(_ directory: Directory, _ receiver: Receiver) {
        self.init(
            directory: directory,
            receiver: receiver.id,
            carrier: { try $0.carrier },
            telephone: telephone,
            now: currentInstant,
            holder: ProcessName.current.text,
            isGone: ProcessName.isGone,
            sleep: sleepMilliseconds
        )
    }
}

extension Receiver {
    /// How it is spoken to.
    var carrier: any Carrier {
        get throws {
            switch kind {
            case .wordpress: WordPressCarrier(try WordPressSite(self))
            case .webhook: WebhookCarrier(try Webhook(self), types: .standard)
            }
        }
    }
}
