import ArgumentParser
import Delivery
import Directory
import SCIM

struct DetachCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detach",
        abstract: "Part a user from the account, which stays and becomes an ordinary one.",
        discussion: """
            Changes do not reach the account any more: if the user leaves, nobody locks it. With \
            --undo the account is provisioned again.
            """
    )

    @Argument(help: "The user's id.")
    var user: String

    @Flag(help: "Provision the account again.")
    var undo = false

    @OptionGroup var options: SiteOptions

    func run() throws {
        let site = try options.open()
        let detachment = WordPressDetachment(
            directory: site.directory,
            receiver: site.receiver,
            desk: site.desk,
            caller: .commandLine
        )
        try reportingFailure {
            if undo {
                try detachment.attach(user)
            } else {
                try detachment.detach(user)
            }
        }
        if undo { try site.deliver(options.database) }
        if options.json {
            show(["user": .string(user), "detached": .bool(!undo)], as: .json)
        } else {
            print(undo ? "The account is provisioned again." : "The account is an ordinary one.")
        }
    }
}
