import Directory
import Glibc
import SCIM
import SQLiteStore

/// A database in a folder of its own, which goes when the test ends.
package final class TestStore {
    package let folder: String
    package let path: String
    package let store: SQLiteStore

    package let links: Links

    package init(types: ResourceTypes = .standard) throws {
        folder = try Self.makeFolder()
        path = folder + "/roster.sqlite"
        store = try SQLiteStore(path: path, types: types, policy: .make)
        links = Links(base: Self.links.base, types: types)
    }

    /// A folder with a name that no other has.
    package static func makeFolder() throws -> String {
        var template = Array("/tmp/roster-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestError("mkdtemp: \(errno)") }
        return String(
            decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
            as: UTF8.self
        )
    }

    deinit {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
        rmdir(folder)
    }

    package static let links = Links(base: "https://example.org/scim/v2", types: .standard)

    /// The use cases, with a clock that moves by a millisecond with each look.
    package func directory(budget: Budget = .unlimited) -> Directory {
        Directory(store: store, links: links, budget: budget, now: Clock().next)
    }

    package static func caller(domain: String = "default") -> Caller {
        Caller(actor: .token(id: 1, name: "test"), domain: domain, requestID: "request")
    }

    /// Statements on a connection of their own, apart from what is tested.
    package func database() throws -> TestDatabase { try TestDatabase(path: path) }
}

package struct TestError: Error {
    package let what: String

    package init(_ what: String) { self.what = what }
}

private final class Clock: @unchecked Sendable {
    private var milliseconds: Int64 = 1_709_208_000_000

    @Sendable func next() -> Instant {
        milliseconds += 1
        return Instant(milliseconds: milliseconds)
    }
}

extension Directory {
    /// Creates a resource from the body of a POST.
    package func create(
        _ body: JSON,
        _ type: ResourceType = .user,
        domain: String = "default",
        restoring: Restoring = .nothing
    ) throws(SCIMError) -> StoredResource {
        try perform(
            .create(try SentResource(body, type: type), restoring: restoring),
            by: TestStore.caller(domain: domain),
            loading: [.memberships, .members]
        )
    }

    /// Replaces a resource by the body of a PUT.
    package func replace(
        _ resource: StoredResource,
        with body: JSON,
        ifMatch: String? = nil
    ) throws(SCIMError) -> StoredResource {
        try perform(
            .replace(
                id: resource.id,
                with: try SentResource(body, type: resource.type),
                Preconditions(ifMatch: ifMatch)
            ),
            by: TestStore.caller(),
            loading: [.memberships, .members]
        )
    }

    /// Applies the operations of a PATCH, under the strict rules.
    package func modify(
        _ resource: StoredResource,
        _ operations: [JSON],
        ifMatch: String? = nil,
        review: Review? = nil
    ) throws(SCIMError) -> StoredResource {
        let message: JSON = [
            "schemas": [.string(MessageSchema.patchOp)], "Operations": .array(operations),
        ]
        return try perform(
            .modify(
                id: resource.id,
                by: try PatchRequest(message).operations,
                Patch(type: resource.type, unmatchedFilter: .refuse),
                Preconditions(ifMatch: ifMatch)
            ),
            by: TestStore.caller(),
            loading: [.memberships, .members],
            review: review
        )
    }

    package func delete(_ resource: StoredResource) throws(SCIMError) {
        _ = try perform(.delete(id: resource.id, resource.type), by: TestStore.caller())
    }

    /// The resource as it is stored now.
    package func current(
        _ resource: StoredResource,
        domain: String = "default"
    ) throws -> StoredResource {
        let found = try read { store in
            try store.fetch(
                resource.id,
                type: resource.type,
                domain: domain,
                loading: [.memberships, .members]
            )
        }
        guard let found else { throw TestError("\(resource.id) is gone") }
        return found
    }

    /// The whole journal.
    package func journal() throws(SCIMError) -> [JournalEntry] {
        try read { try $0.journal(after: 0, limit: .max) }
    }

    package func search(_ query: Query) throws(SCIMError) -> Page {
        try read { try $0.search(query) }
    }
}
