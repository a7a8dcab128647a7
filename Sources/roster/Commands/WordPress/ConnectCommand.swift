import ArgumentParser
import Delivery
import Directory
import SCIM
import Transport

struct ConnectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "Connect a WordPress site, or change its address.",
        discussion: """
            Prints the lines for the site's wp-config.php on standard output; nothing else is \
            there. Run again for a site that is connected, it keeps the secret and what is not \
            named again.
            """
    )

    @Argument(help: "The site's address, such as https://www.example.com.")
    var url: String

    @Option(help: "A name for the site, if there are several.")
    var name = "wordpress"

    @Option(
        help: """
            HOST:PORT to connect to instead, where the address leads elsewhere from here; none to \
            connect to the address again.
            """
    )
    var connectTo: String?

    @Option(
        help: """
            A field for each call, 'Name: value', such as a staging site's password; none for no \
            fields any more.
            """
    )
    var header: [String] = []

    @Flag(
        help: """
            Make a new secret. The one before stays valid until `wordpress test` finds that the \
            site knows the new one.
            """
    )
    var newSecret = false

    @Option(
        help: "The SCIM base URL, for sites that ask by themselves. Default: \(Settings.baseURL)."
    )
    var baseURL: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var database: DatabaseOptions

    func validate() throws {
        guard URL(url) != nil else {
            throw ValidationError("\(url) is no address such as https://www.example.com")
        }
        if let baseURL, URL(baseURL) == nil {
            throw ValidationError("\(baseURL) is no address such as https://example.com/scim/v2")
        }
        if let connectTo, connectTo != Self.none, !connectTo.isPlace {
            throw ValidationError("--connect-to is HOST:PORT, such as 127.0.0.1:443")
        }
        for header in header where header != Self.none && !header.isHeaderField {
            throw ValidationError("--header is 'Name: value'")
        }
    }

    private static let none = "none"

    func run() throws {
        guard let url = URL(url) else { return }
        let directory = try database.open(policy: .make)
        let site = try connected(directory, url.text)
        let base = baseURL ?? Settings.fixed(Settings.baseURL)
        let defines = site.definitions(name, base: base)
        if json {
            show(
                ["name": .string(name), "url": .string(url.text), "defines": .object(defines)],
                as: .json
            )
        } else {
            for member in defines.members {
                print(WordPressSite.definition(member.name, member.value.string ?? ""))
            }
        }
        explain("Put these lines into wp-config.php of \(url.text), and roster.php into")
        explain("wp-content/mu-plugins; then `roster wordpress test` says whether it works.")
        try greet(site)
    }

    /// Makes the receiver, or brings that of the name up to date.
    private func connected(_ directory: Directory, _ url: String) throws -> WordPressSite {
        try reportingCause { () throws(SCIMError) in
            let known = try directory.read { store -> Receiver? in
                try store.receiver(named: name)
            }
            let connection = WordPressConnection(directory, by: .commandLine)
            guard let known else {
                return try connection.connect(name, url: url, at: currentInstant()) {
                    set(&$0, url)
                }
            }
            return try connection.change(known) { site in
                set(&site, url)
                if newSecret { site.exchangeSecret() }
            }
        }
    }

    private func set(_ site: inout WordPressSite, _ url: String) {
        site.url = url
        if let connectTo { site.connectTo = connectTo == Self.none ? nil : connectTo }
        if !header.isEmpty { site.headers = header.filter { $0 != Self.none } }
    }

    /// Says whether the site answers already: as a rule it does not know the secret yet.
    private func greet(_ site: WordPressSite) throws {
        do {
            _ = try WordPressDesk(site, telephone: telephone, now: currentInstant).status()
            explain("The site answers.")
        } catch {
            explain("The site does not answer yet: \(error.problem.code).")
        }
    }
}
