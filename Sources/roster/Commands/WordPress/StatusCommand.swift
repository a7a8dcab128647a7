import ArgumentParser
import Delivery
import Directory
import SCIM

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say how a site stands: what waits, what failed, what the site says of itself."
    )

    @OptionGroup var options: SiteOptions

    func run() throws {
        let site = try options.open()
        let (counts, receiver) = (
            try site.directory.read { store -> DeliveryCounts in
                try store.deliveryCounts(to: site.receiver.id)
            }, site.receiver
        )
        var status: JSONObject = [
            "name": .string(receiver.name), "url": .string(site.site.url),
            "paused": .bool(receiver.isPaused),
            "done": .integer(Int64(counts.done)), "waiting": .integer(Int64(counts.waiting)),
            "parked": .integer(Int64(counts.parked)),
            "oldestDue": counts.oldestDue.map { .string($0.text) } ?? .null,
        ]
        if let trouble = receiver.trouble {
            status["trouble"] = .string("\(trouble.problem.code): \(trouble.problem.message)")
            status["retryAt"] = trouble.retryAt.map { .string($0.text) } ?? .null
        }
        var isHeard = true
        do {
            status["site"] = .object(try site.desk.status())
        } catch {
            isHeard = false
            status["site"] = .string("\(error.problem.code): \(error.problem.message)")
        }
        show(status, as: options.form)
        if !isHeard || counts.parked > 0 || receiver.trouble != nil { throw ExitCode.failure }
    }
}

struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Ask a site whether it knows the secret; then what waits for that is sent."
    )

    @OptionGroup var options: SiteOptions

    func run() throws {
        let site = try options.open()
        let status = try reportingFailure {
            try WordPressConnection(site.directory, by: .commandLine)
                .confirm(site.receiver, telephone: telephone, now: currentInstant)
        }
        try site.deliver(options.database)
        if options.json {
            show(["name": .string(site.receiver.name), "site": .object(status)], as: .json)
        } else {
            print("\(site.site.url) answers, and knows the secret.")
        }
    }
}

struct DisconnectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disconnect",
        abstract: "Forget a site. Its accounts stay as they are."
    )

    @OptionGroup var options: SiteOptions

    func run() throws {
        let site = try options.open()
        try reportingCause { () throws(SCIMError) in
            try site.directory.remove(site.receiver, by: .commandLine)
        }
        if options.json {
            show(["name": .string(site.receiver.name), "disconnected": true], as: .json)
        } else {
            print("\(site.receiver.name) is disconnected.")
        }
    }
}

struct ReconcileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Compare with a site, and send again what it does not have."
    )

    @Flag(help: "Send everybody again, whatever the site has.")
    var all = false

    @OptionGroup var options: SiteOptions

    func run() throws {
        let site = try options.open()
        let report = try reportingFailure {
            if all {
                try site.directory.resendAll(to: site.receiver, by: .commandLine)
            }
            return try WordPressReconciliation(
                directory: site.directory,
                receiver: site.receiver,
                desk: site.desk,
                caller: .commandLine
            ).run(progress: Progress("users compared").note)
        }
        let end = try Courier(site.directory, site.receiver).run()
        show(
            [
                "compared": .integer(Int64(report.compared)),
                "sentAgain": .integer(Int64(report.resent.count)),
                "unknown": .array(report.unknown.map(JSON.string)),
            ],
            as: options.form
        )
        if end == .closed { throw ExitCode.failure }
    }
}
