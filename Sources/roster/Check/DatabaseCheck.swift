import Directory
import Glibc
import SCIM
import SQLiteStore

/// Looks at the database from outside and inside; changes nothing.
struct DatabaseCheck {
    /// As configured.
    let path: String
    let documentRoots: [String]
    let depth: Inspection.Depth
    let now: Instant
    var observer = Observer.command

    /// Who looks.
    enum Observer {
        /// Somebody at the command line, who may be another user than serves.
        case command
        /// A process that serves: what it may do is what counts.
        case server
    }

    static let unnamed = Finding.error(
        "no database is named",
        cure: "set \(Settings.database)=/path/to/roster.sqlite, or use --database"
    )

    /// Bytes on the disk below which a warning is due, and below which Roster cannot go on.
    private static let scarceBytes: UInt64 = 100_000_000
    private static let exhaustedBytes: UInt64 = 10_000_000

    private var folder: String { FilePath.parent(of: path) }

    /// - Returns: The findings, and the opened store where it can be used.
    func run(_ report: inout Report) -> SQLiteStore? {
        if !path.hasPrefix("/") {
            report.add(
                .error(
                    Settings.relativeDatabase(path),
                    cure: "\(Settings.database)=\(FilePath.resolved(folder) ?? "/…")/"
                        + FilePath.name(of: path)
                )
            )
        }
        guard let folderStatus = FileStatus(path: folder), folderStatus.isFolder else {
            report.add(
                .error(
                    "the database's folder \(folder) does not exist, or this user cannot see it",
                    cure: "mkdir -m 700 \(folder)"
                )
            )
            return nil
        }
        report.add(folderFindings(folderStatus))
        report.add(fileSystemFindings())
        report.add(placeFindings())
        guard let file = FileStatus(path: path) else {
            report.add(
                .warning(
                    "the database \(path) does not exist yet",
                    cure: "roster migrate"
                )
            )
            return nil
        }
        report.add(fileFindings(file))
        guard !file.isFolder, isUsable(&report) else { return nil }
        return open(&report)
    }

    // MARK: From outside

    /// What can be seen without opening the database.
    var placeAndFileFindings: [Finding] {
        guard let folder = FileStatus(path: folder) else { return [] }
        let file = FileStatus(path: path).map(fileFindings) ?? []
        return folderFindings(folder) + fileSystemFindings() + placeFindings() + file
    }

    private func folderFindings(_ folder: FileStatus) -> [Finding] {
        var findings: [Finding] = []
        if !folder.isWritable {
            findings.append(
                .error(
                    "the folder \(folder.path) (\(folder.summary)) is not writable by this user; "
                        + "SQLite needs to make files beside the database",
                    cure: writeCure(folder, ownMode: "700")
                )
            )
        }
        if folder.mode & 0o022 != 0 {
            findings.append(
                .warning(
                    "others can replace files in the folder \(folder.path) (\(folder.summary))",
                    cure: "chmod 700 \(folder.path)"
                )
            )
        }
        return findings.isEmpty
            ? [.ok("the folder \(folder.path) is writable (\(folder.summary))")] : findings
    }

    private func fileFindings(_ file: FileStatus) -> [Finding] {
        guard !file.isFolder else {
            return [
                .error(
                    "the database \(path) is a folder",
                    cure: "\(Settings.database)=\(path)/roster.sqlite"
                )
            ]
        }
        let companions = ["-wal", "-shm"].compactMap { FileStatus(path: path + $0) }
        let files = [file] + companions
        var findings = permissionFindings(file)
        findings += companions.flatMap { companion in
            file.isWritable && !companion.isWritable && isOwn(companion)
                ? [Self.mended(companion)] : permissionFindings(companion)
        }
        if findings.isEmpty {
            findings.append(.ok("the database \(path) is its owner's alone (\(file.summary))"))
        }
        if let stray = files.first(where: { $0.owner != file.owner }) {
            findings.append(
                .warning(
                    "\(stray.path) belongs to \(stray.ownerName), the database to "
                        + file.ownerName,
                    cure: "chown \(file.ownerName) \(stray.path)"
                )
            )
        }
        if geteuid() == 0, observer == .command {
            findings.append(
                file.owner == 0
                    ? .warning(
                        "the database belongs to root; web servers run as another user",
                        cure: "chown -R www-data \(folder), or whatever user runs Roster"
                    )
                    : .note(
                        "root may do everything; `runuser -u \(file.ownerName) -- roster check` "
                            + "shows what \(file.ownerName) may do"
                    )
            )
        }
        return findings
    }

    private func permissionFindings(_ file: FileStatus) -> [Finding] {
        var findings: [Finding] = []
        if !file.isWritable {
            findings.append(
                .error(
                    "\(file.path) (\(file.summary)) is not writable by this user",
                    cure: writeCure(file, ownMode: "600")
                )
            )
        }
        // Where nobody can enter the folder, the file's own bits do not matter.
        let isEnterable = (FileStatus(path: folder)?.mode ?? 0) & 0o011 != 0
        if file.mode & 0o066 != 0, isEnterable {
            findings.append(
                .warning(
                    "\(file.path) (\(file.summary)) is open to others than its owner",
                    cure: "chmod 600 \(file.path)"
                )
            )
        }
        return findings
    }

    /// What remains of a time when the database was read-only.
    private static func mended(_ companion: FileStatus) -> Finding {
        .note(
            "\(companion.path) (\(companion.summary)) is read-only and the database is not; "
                + "Roster makes it writable when it opens the database"
        )
    }

    /// What lets this user write a file or folder that it may not write; `ownMode` is for what is
    /// the user's own.
    private func writeCure(_ file: FileStatus, ownMode: String) -> String {
        isOwn(file)
            ? "chmod \(ownMode) \(file.path)"
            : "run Roster as \(file.ownerName), or chown \(userName) \(file.path)"
    }

    private func isOwn(_ file: FileStatus) -> Bool { file.owner == geteuid() }

    private var userName: String {
        FileStatus(path: "/proc/self")?.ownerName ?? String(geteuid())
    }

    private func fileSystemFindings() -> [Finding] {
        guard let system = FilePath.resolved(folder).flatMap(FileSystem.init) else { return [] }
        var findings: [Finding] = []
        if let kind = system.unfitKind {
            findings.append(
                .warning(
                    "the database is on \(kind), where processes of several machines cannot share "
                        + "it and locks may fail",
                    cure: "move it to a disk of this machine"
                )
            )
        }
        if system.isInMemory {
            findings.append(
                .warning(
                    "the database is in memory (tmpfs): it is gone after a restart",
                    cure: "move it to a disk of this machine"
                )
            )
        }
        if system.isReadOnly {
            findings.append(.error("the file system of \(folder) is mounted read-only"))
        }
        findings.append(Self.space(system.freeBytes))
        return findings
    }

    private static func space(_ freeBytes: UInt64) -> Finding {
        let text = "\(freeBytes / 1_000_000) MB are free where the database is"
        if freeBytes < exhaustedBytes { return .error(text, cure: "make room on the disk") }
        if freeBytes < scarceBytes { return .warning(text, cure: "make room on the disk") }
        return .ok(text)
    }

    private func placeFindings() -> [Finding] {
        guard let place = documentRoot else {
            return [.ok("the database is not in a document root, as far as can be seen")]
        }
        let name = FilePath.name(of: path)
        if name.hasPrefix(".ht") {
            return [
                .note(
                    "the database is in the document root \(place.folder); Apache keeps names "
                        + "that begin with .ht to itself, nginx does not"
                )
            ]
        }
        let cure = "move it outside, or where that is impossible name it .ht\(name)"
        switch place.evidence {
        case .named:
            return [.error("the database is in the document root \(place.folder)", cure: cure)]
        case .file(let file):
            return [
                .warning(
                    "the database seems to be in a document root: \(place.folder) has \(file)",
                    cure: cure
                )
            ]
        case .name:
            return [
                .warning(
                    "the database seems to be in a document root: \(place.folder)",
                    cure: cure
                )
            ]
        }
    }

    /// The document root that the database is in, or seems to be in.
    private var documentRoot: (folder: String, evidence: DocumentRoot.Evidence)? {
        let roots = documentRoots.compactMap(FilePath.resolved)
        return resolvedPath.flatMap { DocumentRoot(named: roots).enclosing($0) }
    }

    private var resolvedPath: String? {
        FilePath.resolved(path)
            ?? FilePath.resolved(folder).map { "\($0)/\(FilePath.name(of: path))" }
    }

    /// The database's path below what is or seems to be a document root, to try it from outside.
    var pathInDocumentRoot: String? {
        guard let place = documentRoot, let resolvedPath else { return nil }
        return FilePath.relative(resolvedPath, to: place.folder)
    }

    // MARK: From inside

    /// Whether the file is a database that this program serves; says why not.
    private func isUsable(_ report: inout Report) -> Bool {
        let inspection: Inspection
        do throws(SCIMError) {
            inspection = try openingDatabase { try Inspection(path: path, depth: depth) }
        } catch {
            report.add(
                .error(
                    "the database cannot be opened: \(error.cause ?? error.detail)",
                    cure: "see that \(Settings.database) names Roster's file, or restore a backup"
                )
            )
            return false
        }
        report.add(Self.finding(inspection.content))
        guard case .current = inspection.content else { return false }
        if inspection.journalMode == "wal" {
            report.add(.ok("the journal mode is WAL"))
        } else {
            report.add(
                .warning(
                    "the journal mode is \(inspection.journalMode) instead of wal: readers and "
                        + "writers wait for each other",
                    cure: "sqlite3 \(path) 'PRAGMA journal_mode = WAL', on a local disk"
                )
            )
        }
        guard let damages = inspection.damages else { return true }
        report.add(
            damages.isEmpty
                ? .ok("no page of the database is damaged")
                : .error(
                    "the database is damaged: \(damages.prefix(3).joined(separator: "; "))",
                    cure: "restore a backup"
                )
        )
        return damages.isEmpty
    }

    private static func finding(_ content: Inspection.Content) -> Finding {
        switch content {
        case .empty:
            .warning(
                "the database is empty",
                cure: "roster migrate"
            )
        case .foreign:
            .error(
                "the file is a database, but not Roster's",
                cure: "give \(Settings.database) a file name that is not taken"
            )
        case .current(let schema): .ok("the database is Roster's, schema \(schema)")
        case .older(let found, let known):
            .error(
                "the database has schema \(found), this program needs \(known)",
                cure: "roster migrate"
            )
        case .newer(let found, let known):
            .error(
                "the database has schema \(found), this program knows \(known)",
                cure: "install the newer program again"
            )
        }
    }

    private func open(_ report: inout Report) -> SQLiteStore? {
        do throws(SCIMError) {
            let store = try openingDatabase { try SQLiteStore(path: path) }
            let tokens = try Directory(store).read { store -> [Token] in try store.tokens() }
            report.add(TokenCheck(tokens: tokens, now: now).findings)
            return store
        } catch {
            report.add(.error("the database cannot be used: \(error.cause ?? error.detail)"))
            return nil
        }
    }
}

/// Looks at the tokens' validity.
struct TokenCheck {
    let tokens: [Token]
    let now: Instant

    private static let warningDays: Int64 = 30

    var findings: [Finding] {
        let valid = tokens.filter { $0.isValid(at: now) && $0.name != ProbeToken.name }
        guard !valid.isEmpty else {
            return [.warning("no token is valid", cure: "roster token create NAME")]
        }
        let limit = now.microseconds + Self.warningDays * 86_400_000_000
        let expiring = valid.filter { token in
            guard let expires = token.expires, expires.microseconds < limit else { return false }
            // A client that has a younger one already is looked after.
            return !valid.contains {
                $0.name == token.name && ($0.expires?.microseconds ?? .max) >= limit
            }
        }
        return [.ok("\(valid.count) valid token\(valid.count == 1 ? "" : "s")")]
            + expiring.map { token in
                .warning(
                    "token \(token.id) of \(token.name) expires \(token.expires?.text ?? "")",
                    cure: "roster token create \(token.name) --profile \(token.profile), "
                        + "and give it to the client"
                )
            }
    }
}
