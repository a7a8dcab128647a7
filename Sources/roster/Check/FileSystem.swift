import Glibc

/// The file system that a folder is on.
struct FileSystem {
    let freeBytes: UInt64
    let isReadOnly: Bool
    /// As the kernel calls it, such as `ext4` or `nfs4`; `nil` when it does not say.
    private let kind: String?

    /// Asks the kernel, which may not say.
    ///
    /// - Parameter folder: Resolved.
    init?(folder: String) {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        freeBytes = UInt64(status.f_bavail) * UInt64(status.f_frsize)
        isReadOnly = status.f_flag & UInt(ST_RDONLY) != 0
        kind = Self.kind(of: folder, mounts: FileContent.text(path: "/proc/self/mountinfo") ?? "")
    }

    /// The kind of a file system whose locks or shared memory do not reach all its users, so that
    /// several processes cannot rely on them; `nil` for a disk of this machine.
    var unfitKind: String? {
        guard let kind else { return nil }
        let isUnfit =
            Self.unfitKinds.contains(kind) || kind.hasPrefix("nfs") || kind.hasPrefix("fuse.")
        return isUnfit ? kind : nil
    }

    /// Whether it is gone when the machine starts again.
    var isInMemory: Bool { kind == "tmpfs" || kind == "ramfs" }

    private static let unfitKinds: Set<String> = [
        "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gfs2", "ocfs2", "ncpfs", "coda",
        "vboxsf", "virtiofs", "beegfs", "glusterfs", "fuse",
    ]

    /// The kind of the mount with the longest path above a folder (proc(5), mountinfo); the last
    /// one mounted there covers the others.
    private static func kind(of folder: String, mounts: String) -> String? {
        var longest: (length: Int, kind: String)?
        for line in mounts.split(separator: "\n") {
            let halves = line.split(separator: " - ", maxSplits: 1)
            guard halves.count == 2 else { continue }
            let fields = halves[0].split(separator: " ")
            guard fields.count > 4, let kind = halves[1].split(separator: " ").first else {
                continue
            }
            let point = String(fields[4]).replacingOctalBlank()
            let covers = point == folder || FilePath.relative(folder, to: point) != nil
            if covers, point.utf8.count >= longest?.length ?? 0 {
                longest = (point.utf8.count, String(kind))
            }
        }
        return longest?.kind
    }
}

extension String {
    /// Mount points have their blanks written as `\040`.
    fileprivate func replacingOctalBlank() -> String {
        split(separator: "\\040", omittingEmptySubsequences: false).joined(separator: " ")
    }
}
