import ArgumentParser
import Delivery
import Directory
import Glibc
import JSONText
import SCIM

struct PreviewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Show what would change in WordPress, before and after, without doing it."
    )

    @Argument(
        help: "A file with a SCIM user as JSON, - for standard input, or a user's id.",
        completion: .file()
    )
    var subject: String

    @OptionGroup var options: SiteOptions

    private static let bytesMax = 1_048_576

    func run() throws {
        let site = try options.open()
        let preview = WordPressPreview(
            directory: site.directory,
            receiver: site.receiver,
            site: site.site,
            desk: site.desk
        )
        let result = try reportingFailure {
            guard let text = try file() else { return try preview.ofUser(subject) }
            do {
                return try preview.ofResource(try JSON(parsing: text))
            } catch let error as JSONSyntaxError {
                throw CommandError(description: "\(subject): \(error.message)")
            }
        }
        if options.json { show(result, as: .json) } else { Self.explain(result) }
        if result["status"]?.string != "ok" { throw ExitCode.failure }
    }

    private static func explain(_ result: JSONObject) {
        let (before, after) = (result["before"]?.object ?? [:], result["after"]?.object ?? [:])
        var table = Table(columns: ["field", "before", "after"])
        for member in after.members where before[member.name] != member.value {
            table.rows.append([
                .string(member.name), before[member.name] ?? .null, member.value,
            ])
        }
        if let status = result["status"]?.string, status != "ok" {
            print("\(status): \(result["code"]?.string ?? ""): \(result["message"]?.string ?? "")")
        } else if table.rows.isEmpty {
            print("Nothing would change.")
        } else {
            table.show(as: .table)
        }
    }

    /// The file's content; `nil` where there is no such file.
    private func file() throws -> [UInt8]? {
        let file = subject == "-" ? 0 : open(subject, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { if file > 0 { close(file) } }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while content.count <= Self.bytesMax {
            let count = read(file, &buffer, buffer.count)
            guard count > 0 else { return content }
            content += buffer[..<count]
        }
        throw CommandError(description: "\(subject) is longer than \(Self.bytesMax) bytes")
    }
}
