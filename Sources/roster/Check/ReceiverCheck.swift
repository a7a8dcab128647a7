import Delivery
import Directory
import SCIM
import Transport

/// Looks at whether changes arrive where they are to be told; sends nothing.
struct ReceiverCheck {
    let directory: Directory
    let now: Instant

    /// Seconds after which something that is due should have been sent.
    private static let lateSeconds = 300

    var findings: [Finding] {
        do {
            let receivers = try directory.read { store -> [(Receiver, DeliveryCounts)] in
                try store.receivers().map { ($0, try store.deliveryCounts(to: $0.id)) }
            }
            if receivers.isEmpty { return [] }
            return curlFindings + receivers.flatMap { findings($0, $1) }
        } catch {
            return [.error("receivers cannot be read: \(error.cause ?? error.detail)")]
        }
    }

    private var curlFindings: [Finding] {
        if ChildProcess.isThere("curl") { return [] }
        return [
            .warning(
                "there is no curl program: WordPress sites have to ask for what is due",
                cure: "install curl, or define ROSTER_URL and ROSTER_NAME in wp-config.php"
            )
        ]
    }

    private func findings(_ receiver: Receiver, _ counts: DeliveryCounts) -> [Finding] {
        let name = receiver.name
        if receiver.isPaused { return [.note("\(name) is paused; \(counts.waiting) wait")] }
        var findings: [Finding] = []
        if let trouble = receiver.trouble {
            let what =
                "\(name) has not been reached since \(trouble.since.text): "
                + "\(trouble.problem.code): \(trouble.problem.message)"
            let cure = Advice.for(trouble.problem)
            findings.append(
                trouble.retryAt == nil
                    ? .error(what, cure: cure ?? "roster deliver --retry --to \(name)")
                    : .warning(what, cure: cure)
            )
        } else if let oldest = counts.oldestDue, oldest.adding(seconds: Self.lateSeconds) < now {
            findings.append(
                .warning(
                    "\(counts.waiting) deliveries to \(name) wait since \(oldest.text)",
                    cure: "roster deliver --once --to \(name)"
                )
            )
        }
        if counts.parked > 0 {
            findings.append(
                .warning(
                    "\(counts.parked) deliveries to \(name) were refused or failed for too long",
                    cure: "roster deliver --list --to \(name)"
                )
            )
        }
        return findings.isEmpty ? [.ok("\(name): \(counts.done) delivered")] : findings
    }
}
