import ArgumentParser
import Directory
import SCIM
import SQLiteStore

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the database while it is in use, whole and of one moment.",
        discussion: """
            To restore it, put the copy in the database's place while nothing serves.
            """
    )

    @Argument(help: "The copy. There must be no such file yet.", completion: .file())
    var file: String

    @OptionGroup var database: DatabaseOptions

    func run() throws {
        let (from, copy) = (try database.path(), FilePath.absolute(file))
        if FileStatus(path: copy) != nil {
            throw CommandError(description: "the file \(copy) exists already")
        }
        _ = try database.open(policy: .serve)
        try reportingCause { () throws(SCIMError) in
            try openingDatabase { try SQLiteStore(path: from).copy(to: copy) }
        }
    }
}
