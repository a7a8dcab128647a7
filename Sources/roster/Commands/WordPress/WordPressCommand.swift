import ArgumentParser
import Delivery
import Directory
import Glibc
import SCIM

struct WordPressCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wordpress",
        abstract: "Carry users into WordPress sites.",
        subcommands: [
            ConnectCommand.self, StatusCommand.self, TestCommand.self, ReconcileCommand.self,
            DetachCommand.self,
            DisconnectCommand.self, ImportCommand.self, MapCommand.self, RoleCommand.self,
            DeprovisionCommand.self, SetCommand.self, PreviewCommand.self,
        ]
    )
}

/// The site that a command is about, and how it says what it found.
struct SiteOptions: ParsableArguments {
    @Option(help: "The site's name. Default: the only one there is.")
    var site: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var database: DatabaseOptions

    var form: OutputForm { json ? .json : .table }

    /// Opens the database and finds the site.
    func open() throws -> ConnectedSite {
        let directory = try database.open(policy: .serve)
        return try reportingCause { () throws(SCIMError) in
            try ConnectedSite(directory, name: site)
        }
    }
}

/// A WordPress site, as a command works with it.
struct ConnectedSite {
    let directory: Directory
    let receiver: Receiver
    let site: WordPressSite

    init(_ directory: Directory, name: String?) throws(SCIMError) {
        let sites = try directory.read { store -> [Receiver] in
            try store.receivers().filter { $0.kind == .wordpress }
        }
        let found =
            name.map { name in sites.filter { $0.name.equalsIgnoringASCIICase(name) } } ?? sites
        guard let receiver = found.first, found.count == 1 else {
            let names = sites.map(\.name).joined(separator: ", ")
            throw .notFound(
                sites.isEmpty
                    ? "no WordPress site is connected; `roster wordpress connect` does it"
                    : found.isEmpty
                        ? "there is no site \(name ?? ""); there are \(names)"
                        : "name one of the sites by --site: \(names)"
            )
        }
        self.directory = directory
        self.receiver = receiver
        site = try WordPressSite(receiver)
    }

    var desk: WordPressDesk { WordPressDesk(site, telephone: telephone, now: currentInstant) }

    /// Changes the site's settings, and sends to it again whoever is another by them.
    ///
    /// - Returns: The number of these.
    func change(
        _ attribute: String,
        isTrial: Bool = false,
        _ change: (inout WordPressSite) throws -> Void
    ) throws -> Int {
        var changed = site
        try change(&changed)
        let (old, new) = (site, changed)
        let mapping = MappingChange(directory: directory, receiver: receiver)
        let affected = try reportingCause { () throws(SCIMError) in
            try mapping.affected(
                from: old,
                to: new,
                progress: Progress("users compared").note
            )
        }
        if isTrial { return affected.ids.count }
        try reportingCause { () throws(SCIMError) in
            try mapping.make(affected, by: .commandLine, attribute: attribute, change)
        }
        return affected.ids.count
    }

    /// Lets somebody send what is due now.
    func deliver(_ database: DatabaseOptions) throws {
        try Dispatcher(directory: directory, path: try database.path()).startProcesses()
    }
}

/// How far long work has come, for somebody who watches it.
final class Progress {
    private let what: String
    private var shown = false
    private let isWatched = isatty(2) == 1

    init(_ what: String) { self.what = what }

    func note(_ count: Int) {
        guard isWatched else { return }
        shown = true
        writeText("\r\(count) \(what)")
    }

    deinit { if shown { writeText("\n") } }

    private func writeText(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(2, bytes, bytes.count)
    }
}

/// The failure of a call, in one line.
func reportingFailure<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let failure as WordPressDesk.Failure {
        throw CommandError(
            description: "\(failure.problem.code): \(failure.problem.message)"
                + (Advice.for(failure.problem).map { "\n\($0)" } ?? "")
        )
    } catch let error as SCIMError {
        throw CommandError(description: error.cause ?? error.detail)
    }
}
