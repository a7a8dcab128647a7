import ArgumentParser
import Directory
import Gateway
import SCIM
import SQLiteStore
import Transport

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Find what keeps Roster from working, and say what cures it.",
        discussion: """
            One line a finding: ok, note, warning or error. It fails when there is an error. \
            Nothing is changed, but for a token of five minutes that --url needs.
            """
    )

    @OptionGroup var database: DatabaseOptions

    @Option(help: "The SCIM base URL to try, such as https://www.example.com/scim/v2.")
    var url: String?

    @Option(
        name: .customLong("document-root"),
        help: "A folder that the web server serves files from; may be given several times.",
        completion: .directory
    )
    var documentRoots: [String] = []

    @Option(
        help: "A file that holds a token to try --url with, instead of one made for it.",
        completion: .file()
    )
    var tokenFile: String?

    @Flag(help: "Read every page of the database in search of damage.")
    var thorough = false

    func validate() throws {
        if tokenFile != nil, url == nil {
            throw ValidationError("--token-file goes with --url")
        }
    }

    func run() throws {
        Gateway.restrictFileModes()
        var report = Report()
        report.add(ProgramCheck(baseURL: Settings.fixed(Settings.baseURL)).findings)
        let path = database.database.map(FilePath.absolute) ?? Settings.fixed(Settings.database)
        let check = path.map { path in
            DatabaseCheck(
                path: path,
                documentRoots: documentRoots,
                depth: thorough ? .pages : .header,
                now: currentInstant()
            )
        }
        var store: SQLiteStore?
        if let check {
            store = check.run(&report)
            if let store {
                let directory = Directory(store)
                report.add(ReceiverCheck(directory: directory, now: currentInstant()).findings)
            }
        } else if tokenFile == nil {
            report.add(DatabaseCheck.unnamed)
        } else {
            // Somebody elsewhere tries the URL with a token.
            report.add(.note("no database is named: nothing but the URL is tried"))
        }
        if let url { try tryURL(url, check, store, &report) }
        if report.hasErrors { throw ExitCode.failure }
    }

    private func tryURL(
        _ text: String,
        _ database: DatabaseCheck?,
        _ store: SQLiteStore?,
        _ report: inout Report
    ) throws {
        guard let url = URL(text) else {
            report.add(
                .error(
                    "--url is no base URL: \(text)",
                    cure: "--url https://www.example.com/scim/v2"
                )
            )
            return
        }
        let credential = try credential(store, &report)
        SiteCheck(
            url: url,
            credential: credential,
            database: database?.path,
            pathInDocumentRoot: database?.pathInDocumentRoot
        ).run(&report)
        guard case .temporary(let token) = credential, let store else { return }
        do throws(SCIMError) {
            try token.revoke(in: Directory(store))
        } catch {
            report.add(.note("the token of this check could not be revoked; it ends by itself"))
        }
    }

    private func credential(
        _ store: SQLiteStore?,
        _ report: inout Report
    ) throws -> Credential {
        if let tokenFile {
            guard let text = FileContent.text(path: tokenFile) else {
                throw ValidationError("the file \(tokenFile) cannot be read")
            }
            return .given(String(text.filter { !$0.isWhitespace }))
        }
        guard let store else { return .invalid(ProbeToken.unknownSecret) }
        do throws(SCIMError) {
            return .temporary(try ProbeToken(in: Directory(store), now: currentInstant()))
        } catch {
            report.add(
                .error(
                    "the database cannot be written: \(error.cause ?? error.detail)",
                    cure: "run this as the user who runs Roster"
                )
            )
            return .invalid(ProbeToken.unknownSecret)
        }
    }
}
