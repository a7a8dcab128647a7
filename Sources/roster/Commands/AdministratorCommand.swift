import ArgumentParser
import Directory
import Glibc
import SCIM

struct AdministratorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "administrator",
        abstract: "Say who may sign in to the console.",
        discussion: """
            Who administers a connected WordPress site signs in from there, and is in the list from \
            then on.
            """,
        subcommands: [
            Create.self, List.self, ChangePassword.self, ChangeRole.self, SignOut.self, Remove.self,
        ]
    )

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let somebody sign in with a password."
        )

        @Argument(help: "An e-mail address.")
        var name: String

        @Option(help: "What they may do: administrator, or auditor, who changes nothing.")
        var role = Administrator.Role.administrator

        @OptionGroup var password: PasswordOptions
        @OptionGroup var database: DatabaseOptions

        func run() throws {
            let directory = try database.open(policy: .make)
            let password = try password.read()
            _ = try reportingCause { () throws(SCIMError) in
                try directory.createAdministrator(name, role, password: password, by: .commandLine)
            }
            explain("\(name) may sign in as \(role.rawValue).")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List who may sign in.")

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var database: DatabaseOptions

        func run() throws {
            let directory = try database.open(policy: .serve)
            var table = Table(columns: ["name", "role", "way", "created", "signedIn"])
            let administrators = try reportingCause { () throws(SCIMError) in
                try directory.administrators()
            }
            table.rows = administrators.map { administrator in
                [
                    .string(administrator.name), .string(administrator.role.rawValue),
                    administrator.receiver == nil ? "password" : "wordpress",
                    .string(administrator.created.text),
                    administrator.signedIn.map { .string($0.text) } ?? .null,
                ]
            }
            table.show(as: json ? .json : .table)
        }
    }

    struct ChangePassword: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "password",
            abstract: "Give somebody a new password; their sessions end."
        )

        @OptionGroup var administrator: AdministratorOptions
        @OptionGroup var password: PasswordOptions

        func run() throws {
            let (directory, administrator) = try administrator.open()
            let password = try password.read()
            try reportingCause { () throws(SCIMError) in
                try directory.change(administrator, password: password, by: .commandLine)
            }
        }
    }

    struct ChangeRole: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role",
            abstract: "Give somebody another role; their sessions end."
        )

        @OptionGroup var administrator: AdministratorOptions

        @Argument(help: "administrator or auditor.")
        var role: Administrator.Role

        func run() throws {
            let (directory, administrator) = try administrator.open()
            try reportingCause { () throws(SCIMError) in
                try directory.change(administrator, role: role, by: .commandLine)
            }
        }
    }

    struct SignOut: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End all sessions of somebody."
        )

        @OptionGroup var administrator: AdministratorOptions

        func run() throws {
            let (directory, administrator) = try administrator.open()
            try reportingCause { () throws(SCIMError) in
                try directory.signOut(administrator, by: .commandLine)
            }
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let somebody sign in no more."
        )

        @OptionGroup var administrator: AdministratorOptions

        func run() throws {
            let (directory, administrator) = try administrator.open()
            try reportingCause { () throws(SCIMError) in
                try directory.remove(administrator, by: .commandLine)
            }
        }
    }
}

extension Administrator.Role: ExpressibleByArgument {}

/// Whom a command is about.
struct AdministratorOptions: ParsableArguments {
    @Argument(help: "The name, as in `administrator list`.")
    var name: String

    @OptionGroup var database: DatabaseOptions

    func open() throws -> (Directory, Administrator) {
        let directory = try database.open(policy: .serve)
        let found = try reportingCause { () throws(SCIMError) in
            try directory.read { store -> Administrator? in try store.administrator(named: name) }
        }
        guard let found else {
            throw CommandError(description: "there is no administrator \(name)")
        }
        return (directory, found)
    }
}

/// A password that is asked for: in an argument everybody on the machine could read it.
struct PasswordOptions: ParsableArguments {
    @Flag(help: "Take the first line of standard input for the password.")
    var passwordStdin = false

    func read() throws -> String {
        if passwordStdin {
            guard let line = readLine() else {
                throw CommandError(description: "standard input has no password")
            }
            return line
        }
        guard isatty(0) == 1 else {
            throw CommandError(description: "there is no terminal; use --password-stdin")
        }
        let password = try Terminal.secret("Password: ")
        guard try Terminal.secret("Again: ") == password else {
            throw CommandError(description: "the two are not the same")
        }
        return password
    }
}

/// Asks at a terminal.
private enum Terminal {
    /// Reads a line that is not shown.
    static func secret(_ question: String) throws -> String {
        var shown = termios()
        guard tcgetattr(0, &shown) == 0 else {
            throw CommandError(description: "the terminal cannot be asked")
        }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(0, TCSAFLUSH, &hidden)
        // What waits in the terminal stays there for whoever reads next.
        defer { tcsetattr(0, TCSADRAIN, &shown) }
        let bytes = Array(question.utf8)
        _ = write(2, bytes, bytes.count)
        let line = readLine()
        _ = write(2, "\n", 1)
        guard let line else { throw CommandError(description: "nothing was typed") }
        return line
    }
}
