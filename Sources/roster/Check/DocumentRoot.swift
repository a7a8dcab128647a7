/// Finds out whether a file lies where a web server serves files from.
struct DocumentRoot {
    /// Document roots that the administrator named; resolved.
    let named: [String]

    /// How sure it is that a folder is a document root.
    enum Evidence: Equatable {
        case named
        /// A file of a web site lies in it.
        case file(String)
        /// It bears a name that document roots usually have.
        case name
    }

    /// The folder names that hosts give to document roots.
    private static let usualNames: Set<Substring> = [
        "public_html", "htdocs", "httpdocs", "www", "html", "wwwroot", "webroot", "web", "docroot",
    ]
    /// Not wp-config.php, which may stand one folder above the document root.
    private static let siteFiles = ["wp-load.php", "index.php", "index.html"]

    /// The outermost folder above a file that is, or seems to be, a document root.
    ///
    /// - Parameter path: Resolved.
    /// - Returns: `nil` when there is no sign of one.
    func enclosing(_ path: String) -> (folder: String, evidence: Evidence)? {
        if let folder = named.first(where: { FilePath.relative(path, to: $0) != nil }) {
            return (folder, .named)
        }
        let folders = Self.foldersAbove(path)
        for folder in folders {
            if let file = Self.siteFiles.first(where: { FilePath.exists("\(folder)/\($0)") }) {
                return (folder, .file(file))
            }
        }
        return folders.first { Self.usualNames.contains(FilePath.name(of: $0)[...]) }
            .map { ($0, .name) }
    }

    /// From the outermost to the one that the file is in, without the file system's root.
    private static func foldersAbove(_ path: String) -> [String] {
        var folders: [String] = []
        var folder = FilePath.parent(of: path)
        while folder != "/", folder != "." {
            folders.insert(folder, at: 0)
            folder = FilePath.parent(of: folder)
        }
        return folders
    }
}
