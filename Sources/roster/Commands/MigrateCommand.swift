import ArgumentParser

struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database to the schema of this program, or make a new one."
    )

    @OptionGroup var database: DatabaseOptions

    func run() throws {
        _ = try database.open(policy: .migrate)
        explain("The database is up to date.")
    }
}
