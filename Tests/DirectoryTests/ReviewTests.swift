import Directory
import SCIM
import Secrets
import SQLiteStore
import TestSupport
import Testing

/// Changes that are drafted, looked at and written in three steps.
struct ReviewTests {
    private let test: TestStore
    private let directory: Directory

    init() throws {
        test = try TestStore()
        directory = test.directory()
    }

    private let replaceTitle: JSON = ["op": "replace", "path": "title", "value": "Lead"]

    @Test func seesBeforeAndAfter() throws {
        let user = try directory.create(["userName": "ann", "title": "Clerk"])
        var seen: [JSON?] = []
        _ = try directory.modify(user, [replaceTitle]) { draft throws(SCIMError) in
            seen = [try? draft.before?.record.document.object()["title"]]
            seen.append(try? draft.after?.document.object()["title"])
        }
        #expect(seen == ["Clerk", "Lead"])
    }

    @Test func refusesBeforeAnythingIsWritten() throws {
        let user = try directory.create(["userName": "ann"])
        let refusal = #expect(throws: SCIMError.self) {
            _ = try directory.modify(user, [replaceTitle]) { _ throws(SCIMError) in
                throw .invalidValue("not here")
            }
        }
        #expect(refusal?.detail == "not here")
        #expect(try directory.current(user).tag == user.tag)
        #expect(try directory.journal().count == 1)
    }

    /// Each look at a draft is used by somebody else to change the same user.
    private func modify(_ user: StoredResource, disturbances: Int) throws -> (StoredResource, Int) {
        let other = Directory(
            store: try SQLiteStore(path: test.path),
            links: TestStore.links,
            now: { Instant(milliseconds: 1_709_208_000_000) }
        )
        var looks = 0
        let changed = try directory.modify(user, [replaceTitle]) { _ throws(SCIMError) in
            looks += 1
            if looks > disturbances { return }
            _ = try other.modify(
                user,
                [["op": "replace", "path": "nickName", "value": .string("n\(looks)")]]
            )
        }
        return (changed, looks)
    }

    @Test func isAskedAnewWhenOthersChangeTheResourceMeanwhile() throws {
        let user = try directory.create(["userName": "ann"])
        let (changed, looks) = try modify(user, disturbances: 2)
        #expect(looks == 3)
        let document = try changed.record.document.object()
        #expect(document["title"] == "Lead" && document["nickName"] == "n2")
        #expect(changed.record.version == 4)
    }

    @Test func givesUpWhenOthersNeverCease() throws {
        let user = try directory.create(["userName": "ann"])
        let refusal = #expect(throws: SCIMError.self) { _ = try modify(user, disturbances: 9) }
        #expect(refusal?.status == 503)
        #expect(refusal?.headers.map(\.name) == ["Retry-After"])
        #expect(try directory.current(user).record.document.object()["title"] == nil)
    }

    /// In the ways in which clients set one.
    @Test(
        arguments: [
            ["op": "replace", "path": "password", "value": "correct horse"],
            ["op": "add", "value": ["password": "correct horse"]],
            [
                "op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:password",
                "value": "correct horse",
            ],
        ] as [JSON]
    )
    func passwordsOfAPatchAreKeptAsHashes(operation: JSON) throws {
        let user = try directory.create(["userName": "ann"])
        let changed = try directory.modify(user, [operation])
        #expect(changed.record.version == 2)
        let hashes = try test.database().rows("SELECT hash FROM credential")
        #expect(hashes.count == 1 && Password.matches("correct horse", hash: hashes[0]))
        #expect(try directory.journal().last?.detail["attributes"] == ["password"])
    }
}
