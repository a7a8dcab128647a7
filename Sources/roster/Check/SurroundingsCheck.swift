import Console
import Directory
import Gateway
import SCIM

/// Looks at what a page of the console can look at: the program, the database's place, the disk.
///
/// What takes calls, opens the database anew or reads all of it is for `roster check`.
struct SurroundingsCheck {
    /// The database's file.
    let path: String
    /// What ROSTER_BASE_URL says.
    let baseURL: String?
    let now: Instant

    var checks: [Console.Check] {
        let database = DatabaseCheck(
            path: path,
            documentRoots: [],
            depth: .header,
            now: now,
            observer: .server
        )
        let findings =
            ProgramCheck(baseURL: baseURL).findings + database.placeAndFileFindings
        return findings.compactMap(Console.Check.init)
    }
}

extension Console.Check {
    /// A finding as a sentence; `nil` for what is neither good nor bad.
    init?(_ finding: Finding) {
        let level: Level
        switch finding.level {
        case .ok: level = .good
        case .note: return nil
        case .warning: level = .warning
        case .error: level = .bad
        }
        self.init(
            level,
            finding.what.hasPrefix("http")
                ? finding.what : finding.what.prefix(1).uppercased() + finding.what.dropFirst(),
            cure: finding.cure
        )
    }
}
