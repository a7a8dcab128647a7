import ArgumentParser
import Delivery
import Directory
import SCIM

struct DeprovisionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deprovision",
        abstract: "Say what becomes of the accounts of those who leave."
    )

    @Option(
        help: """
            What a DELETE does: delete, reassign:LOGIN, deactivate, or keep-content, which deletes \
            accounts that have written nothing and deactivates the others.
            """
    )
    var onDelete: WordPressSite.Deletion?

    @Option(help: "What active: false does: deactivate or delete.")
    var onInactive: WordPressSite.Deactivation?

    @OptionGroup var options: SiteOptions

    func run() throws {
        let site = try options.open()
        if onDelete != nil || onInactive != nil {
            _ = try reportingFailure {
                try site.change("deprovisioning") { site in
                    site.onDelete = onDelete ?? site.onDelete
                    site.onInactive = onInactive ?? site.onInactive
                }
            }
            try site.deliver(options.database)
        }
        show(
            [
                "onDelete": .string((onDelete ?? site.site.onDelete).text),
                "onInactive": .string((onInactive ?? site.site.onInactive).rawValue),
            ],
            as: options.form
        )
    }
}

struct SetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set how a site is spoken to; without options, say how it is."
    )

    @Option(
        help: """
            Whether the site is asked before a user is stored: off, queue (where it does not \
            answer, the user is stored), strict (then the client gets 503).
            """
    )
    var validation: WordPressSite.Validation?

    @Option(help: "Whether passwords that clients send are handed on, as hashes: on or off.")
    var passwords: Switch?

    @Option(
        help: """
            What to do with a userName that WordPress does not take as it is: sanitise or refuse.
            """
    )
    var unfitLogins: WordPressSite.UnfitLogin?

    @Option(help: "The provisioning domain whose externalIds the site gets.")
    var domain: String?

    @Option(help: "Whether nothing is sent for now: on or off.")
    var paused: Switch?

    @OptionGroup var options: SiteOptions

    enum Switch: String, ExpressibleByArgument, CaseIterable {
        case on, off
    }

    func run() throws {
        let site = try options.open()
        var changed = site.site
        set(&changed)
        if changed.settings != site.site.settings {
            _ = try reportingFailure { try site.change("settings", set) }
        }
        let isPaused = paused.map { $0 == .on } ?? site.receiver.isPaused
        if isPaused != site.receiver.isPaused {
            _ = try reportingCause { () throws(SCIMError) in
                try site.directory.update(
                    site.receiver,
                    by: .commandLine,
                    attributes: ["paused"]
                ) { $0.isPaused = isPaused }
            }
        }
        try site.deliver(options.database)
        show(
            [
                "validation": .string(changed.validation.rawValue),
                "passwords": .string(changed.sendsPasswords ? "on" : "off"),
                "unfitLogins": .string(changed.unfitLogins.rawValue),
                "domain": .string(changed.domain), "paused": .string(isPaused ? "on" : "off"),
            ],
            as: options.form
        )
    }

    private func set(_ site: inout WordPressSite) {
        site.validation = validation ?? site.validation
        site.sendsPasswords = passwords.map { $0 == .on } ?? site.sendsPasswords
        site.unfitLogins = unfitLogins ?? site.unfitLogins
        site.domain = domain ?? site.domain
    }
}

extension WordPressSite.Deletion: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension WordPressSite.Deactivation: ExpressibleByArgument {}
extension WordPressSite.Validation: ExpressibleByArgument {}
extension WordPressSite.UnfitLogin: ExpressibleByArgument {}
