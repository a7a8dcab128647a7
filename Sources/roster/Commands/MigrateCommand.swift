import ArgumentParser

struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database to the schema of this program, or make a new one."
    )

    @OptionGroup var database: DatabaseOptions

    func run() throws {
        let directory = try database.open(policy: .migrate)
        // The first search in the audit trail does not wait for it then.
        directory.keepUp(batchesMax: .max)
        explain("The database is up to date.")
    }
}
