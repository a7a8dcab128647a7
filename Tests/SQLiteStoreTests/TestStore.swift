import Directory
import Glibc
import SCIM
import SQLiteStore

/// A database in a folder of its own, which goes when the test ends.
final class TestStore {
    let folder: String
    let path: String
    let store: SQLiteStore

    init() throws {
        var template = Array("/tmp/roster-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestError(what: "mkdtemp") }
        folder = String(
            decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
            as: UTF8.self
        )
        path = folder + "/roster.sqlite"
        store = try SQLiteStore(path: path)
    }

    deinit {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
        rmdir(folder)
    }

    /// A clock that moves by a millisecond with each look.
    func directory() -> Directory {
        let clock = Clock()
        return Directory(store: store, now: { clock.next() })
    }

    static let caller = Caller(
        token: Token(
            id: 1,
            name: "test",
            profile: "generic",
            rights: .write,
            domain: "default",
            created: Instant(milliseconds: 0),
            hash: []
        ),
        requestID: "request"
    )
}

struct TestError: Error {
    let what: String
}

private final class Clock: @unchecked Sendable {
    private var milliseconds: Int64 = 1_709_208_000_000

    func next() -> Instant {
        milliseconds += 1
        return Instant(milliseconds: milliseconds)
    }
}
