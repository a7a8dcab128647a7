import ArgumentParser
import Directory
import Glibc
import Profiles
import SCIM

struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make, list and revoke the tokens of clients.",
        subcommands: [Create.self, List.self, Revoke.self]
    )

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token. It is printed once and kept nowhere."
        )

        @Argument(help: "The client's name: letters, digits, '.', '_' and '-'.")
        var name: String

        @Option(
            help: "What the client is: \(Profile.all.map(\.name).joined(separator: ", ")).",
            completion: .list(Profile.all.map(\.name))
        )
        var profile = Profile.generic.name

        @Option(help: "How long it is valid, such as 365d or 12h. Default: until revoked.")
        var expires: Duration?

        @Option(help: "What the client may do: read or write.")
        var rights = Token.Rights.write

        @Option(help: "Clients of one provisioning domain share their externalIds.")
        var domain = "default"

        @OptionGroup var database: DatabaseOptions

        private var wanted: Token {
            Token(
                name: name,
                profile: profile.lowercased(),
                rights: rights,
                domain: domain,
                expires: expires.map { $0.added(to: currentInstant()) }
            )
        }

        func validate() throws {
            do {
                try wanted.check()
            } catch {
                throw ValidationError(error.detail)
            }
            guard Profile.named(profile) != nil else {
                let names = Profile.all.map(\.name).joined(separator: ", ")
                throw ValidationError("there is no profile \(profile); there are \(names)")
            }
        }

        func run() throws {
            let directory = try database.open(policy: .make)
            let (token, secret) = try reportingCause { () throws(SCIMError) in
                try directory.create(wanted, by: .commandLine)
            }
            // A secret that nobody has read is of no use: then there is no token.
            guard writeLine(secret.text, to: 1) else {
                _ = try reportingCause { () throws(SCIMError) in
                    try directory.revoke(by: .commandLine) { $0.id == token.id }
                }
                throw CommandError(description: "standard output cannot be written")
            }
            explain(
                "Token \(token.id) of \(name) (profile \(token.profile), \(rights.rawValue)"
                    + "\(token.expires.map { ", until \($0.text)" } ?? "")). "
                    + "Copy it now: it is not shown again."
            )
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the tokens, without their secrets."
        )

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var database: DatabaseOptions

        func run() throws {
            let directory = try database.open(policy: .serve)
            let tokens = try reportingCause { () throws(SCIMError) in
                try directory.read { store -> [Token] in try store.tokens() }
            }
            let now = currentInstant()
            if json { return Self.json(tokens, now).show(as: .json) }
            print("ID\tNAME\tPROFILE\tRIGHTS\tDOMAIN\tCREATED\tLAST USED\tSTATE")
            for token in tokens {
                let fields = [
                    String(token.id), token.name, token.profile, token.rights.rawValue,
                    token.domain, token.created.text, token.used?.text ?? "never",
                    token.state(at: now),
                ]
                print(fields.joined(separator: "\t"))
            }
        }

        private static func json(_ tokens: [Token], _ now: Instant) -> Table {
            var table = Table(
                columns: [
                    "id", "name", "profile", "rights", "domain", "created", "expires", "lastUsed",
                    "state",
                ]
            )
            table.rows = tokens.map { token in
                [
                    .integer(token.id), .string(token.name), .string(token.profile),
                    .string(token.rights.rawValue), .string(token.domain),
                    .string(token.created.text), token.expires.map { .string($0.text) } ?? .null,
                    token.used.map { .string($0.text) } ?? .null, .string(token.state(at: now)),
                ]
            }
            return table
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a token, or all tokens of a name."
        )

        @Argument(help: "The token's number, or the client's name.")
        var token: String

        @OptionGroup var database: DatabaseOptions

        func run() throws {
            let directory = try database.open(policy: .serve)
            let revoked = try reportingCause { () throws(SCIMError) in
                try directory.revoke(by: .commandLine) {
                    $0.name == token || String($0.id) == token
                }
            }
            guard !revoked.isEmpty else {
                throw CommandError(description: "there is no such token, or it is revoked already")
            }
            for token in revoked { explain("Revoked token \(token.id) of \(token.name).") }
        }
    }
}

/// A time such as `365d`, `12h` or `30m`.
struct Duration: ExpressibleByArgument {
    let microseconds: Int64

    init?(argument: String) {
        let units: [Character: Int64] = ["m": 60, "h": 3_600, "d": 86_400]
        guard let last = argument.last, let seconds = units[last],
            let number = Int64(argument.dropLast()), (1...100_000).contains(number)
        else { return nil }
        microseconds = number * seconds * 1_000_000
    }

    func added(to instant: Instant) -> Instant {
        Instant(microseconds: instant.microseconds + microseconds)
    }
}

extension Token.Rights: ExpressibleByArgument {}

extension Token {
    fileprivate func state(at now: Instant) -> String {
        if let revoked { return "revoked \(revoked.text)" }
        guard let expires else { return "valid" }
        return isValid(at: now) ? "valid until \(expires.text)" : "expired \(expires.text)"
    }
}

/// Writes a line for people, apart from what scripts read.
func explain(_ line: String) {
    _ = writeLine(line, to: 2)
}

/// - Returns: Whether the line was written whole.
private func writeLine(_ line: String, to descriptor: Int32) -> Bool {
    let bytes = Array("\(line)\n".utf8)
    return write(descriptor, bytes, bytes.count) == bytes.count
}
