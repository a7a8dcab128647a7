import Glibc

/// What the operating system says of a file or folder.
struct FileStatus {
    let path: String
    let isFolder: Bool
    /// The nine permission bits, and the sticky bit.
    let mode: UInt32
    let owner: UInt32

    /// - Returns: `nil` when there is nothing at the path that this user can see.
    init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.path = path
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        mode = UInt32(status.st_mode & 0o1777)
        owner = UInt32(status.st_uid)
    }

    /// Permissions and owner: `0640, owner www-data`.
    var summary: String { "\(modeText), owner \(ownerName)" }

    var modeText: String { "0" + String(mode, radix: 8) }

    /// The owner's name, or number where /etc/passwd has none. (A static program has no name
    /// service to ask.)
    var ownerName: String {
        let lines = FileContent.text(path: "/etc/passwd")?.split(separator: "\n") ?? []
        for line in lines {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            if fields.count > 2, fields[2] == String(owner) { return String(fields[0]) }
        }
        return String(owner)
    }

    /// Whether this process may write it; for a folder, make files in it.
    var isWritable: Bool {
        faccessat(AT_FDCWD, path, isFolder ? W_OK | X_OK : W_OK, AT_EACCESS) == 0
    }
}

enum FileContent {
    private static let bytesMax = 1_048_576

    /// A small file's text; `nil` when it cannot be read.
    static func text(path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while content.count < bytesMax {
            let count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { return nil }
            if count == 0 { break }
            content += buffer[..<count]
        }
        return String(decoding: content, as: UTF8.self)
    }
}

/// A path taken apart.
enum FilePath {
    /// The folder that a file lies in.
    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    /// The path without symbolic links, `.` and `..`; `nil` when it leads nowhere.
    static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// The path as seen from anywhere; one that is relative is so to the working folder.
    static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        return (resolved(".") ?? "") + "/" + path
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The path from a folder to something in it, both resolved; `nil` when it is not in it.
    static func relative(_ path: String, to folder: String) -> String? {
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        guard path.hasPrefix(prefix) else { return nil }
        return String(path.dropFirst(prefix.count))
    }
}
