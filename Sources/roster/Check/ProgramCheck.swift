import Glibc
import Transport

/// Looks at the program's own file and at the settings around it.
struct ProgramCheck {
    /// What ROSTER_BASE_URL says.
    let baseURL: String?

    var findings: [Finding] { fileFindings + baseURLFindings }

    private var fileFindings: [Finding] {
        guard let path = FilePath.resolved("/proc/self/exe"), let file = FileStatus(path: path)
        else { return [] }
        var findings: [Finding] = []
        if file.mode & 0o022 != 0 {
            findings.append(
                .warning(
                    "others can change the program \(path) (\(file.summary)); suexec refuses it",
                    cure: "chmod 755 \(path)"
                )
            )
        } else if file.mode & 0o001 == 0 {
            findings.append(
                .warning(
                    "only some users can run the program \(path) (\(file.summary)), which does "
                        + "where the web server runs it as its owner",
                    cure: "chmod 755 \(path)"
                )
            )
        }
        if let folder = FileStatus(path: FilePath.parent(of: path)), folder.mode & 0o022 != 0 {
            findings.append(
                .warning(
                    "others can replace the program in \(folder.path) (\(folder.summary)); "
                        + "suexec refuses it",
                    cure: "chmod 755 \(folder.path)"
                )
            )
        }
        return findings.isEmpty
            ? [.ok("the program \(path) can be run and not changed (\(file.summary))")] : findings
    }

    private var baseURLFindings: [Finding] {
        guard let baseURL else { return [] }
        let example = "\(Settings.baseURL)=https://www.example.com/scim/v2"
        guard let url = URL(baseURL) else {
            return [.error("\(Settings.baseURL) is no URL: \(baseURL)", cure: example)]
        }
        guard url.scheme == "https" || url.isLoopback else {
            return [
                .warning("\(Settings.baseURL) is not https: \(baseURL)", cure: example)
            ]
        }
        return [.ok("\(Settings.baseURL) is \(baseURL)")]
    }
}
