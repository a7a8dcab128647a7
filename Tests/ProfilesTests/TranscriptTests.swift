import Foundation
import JSONText
import SCIM
import Testing

@testable import Profiles

/// The bodies and filters that identity providers send, each through its own profile and through
/// the generic one: what is answered with success has to be understood.
struct TranscriptTests {
    struct Step: Sendable, CustomTestStringConvertible {
        let profile: String
        let name: String
        let method: String
        let path: String
        let body: JSON?
        let succeeds: Bool

        var testDescription: String { "\(profile): \(name)" }

        var type: ResourceType { path.contains("/Groups") ? .group : .user }

        var filter: String? {
            let query = path.split(separator: "?", maxSplits: 1).last ?? ""
            let field = query.split(separator: "&").first { $0.hasPrefix("filter=") }
            return field?.dropFirst("filter=".count).replacing("+", with: " ")
                .removingPercentEncoding
        }
    }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/transcripts")

    private static func steps() throws -> [Step] {
        let files = try FileManager.default.contentsOfDirectory(
            at: folder,
            includingPropertiesForKeys: nil
        )
        return try files.filter { $0.pathExtension == "jsonl" }.flatMap { file -> [Step] in
            // `okta-aiw.jsonl` is another of Okta's.
            let name = file.deletingPathExtension().lastPathComponent.prefix { $0 != "-" }
            let profile = Profile.named(String(name)) ?? .strict
            return try text(of: file).split(separator: "\n").compactMap {
                step(try JSON(parsing: Array($0.utf8)), profile.name)
            }
        }
    }

    /// A transcript with an id for everything that an earlier step would have given a name to.
    private static func text(of file: URL) throws -> String {
        try String(contentsOf: file, encoding: .utf8)
            .replacing(/\{\{[A-Za-z0-9]+\}\}/, with: "018df4bc-5600-7512-9557-112c75bc4dec")
    }

    private static func step(_ json: JSON, _ profile: String) -> Step? {
        guard let object = json.object, let path = object["path"]?.string,
            let method = object["method"]?.string, let name = object["step"]?.string,
            let statuses = object["expect"]?.object?["status"]?.array
        else { return nil }
        return Step(
            profile: profile,
            name: name,
            method: method,
            path: path,
            body: object["body"],
            succeeds: statuses.allSatisfy { ($0.integer ?? 0) < 300 }
        )
    }

    @Test func thereAreTranscripts() throws {
        #expect(try Self.steps().count > 200)
    }

    @Test func bodiesAreUnderstood() throws {
        for step in try Self.steps() where step.succeeds {
            for profile in [Profile.named(step.profile), .generic].compactMap(\.self) {
                #expect(throws: Never.self, "\(step.testDescription), \(profile.name)") {
                    let isChange = try Self.changes(step, profile)
                    #expect(
                        isChange || Self.mayChangeNothing.contains(step.testDescription),
                        "\(step.testDescription), \(profile.name)"
                    )
                }
            }
        }
    }

    /// The steps whose PATCH changes nothing: all that they set is unknown here, or what they
    /// remove is not there.
    private static let mayChangeNothing: Set = [
        "gluu: PATCH: the client's own extension without a path and as a path",
        "strict: 3.5.2.2: remove by a longer filter",
    ]

    /// Without a profile much of it is refused, or else these tests would show nothing.
    @Test func theStrictProfileUnderstandsLess() throws {
        let steps = try Self.steps().filter { $0.succeeds && $0.body != nil }
        let refused = steps.filter { (try? Self.changes($0, .strict)) == nil }
        #expect(refused.count > 40)
    }

    /// Applies what a step sends to a resource of little more than its name.
    ///
    /// - Returns: `false` when a PATCH changes nothing.
    private static func changes(_ step: Step, _ profile: Profile) throws -> Bool {
        if let text = step.filter {
            _ = try profile.filter(text, step.type).value.bound(to: step.type)
        }
        guard let body = step.body else { return true }
        guard step.method == "PATCH" else {
            let resource = try profile.resource(body, step.type).value
            _ = try step.type.completed(step.type.canonical(resource), for: .creation)
            return true
        }
        let request = try profile.patch(body, step.type).value
        let patch = profile.patch(of: step.type, links: nil, limits: .standard)
        let resource: JSONObject = [
            "userName": "jensen", "displayName": "Jensen",
            enterprise: ["manager": ["value": "26"]],
        ]
        let outcome: Patch.Outcome
        do {
            outcome = try patch.apply(request.operations, to: resource)
        } catch {
            // Understood; the value that it selects came by an earlier step.
            if error.scimType == .noTarget { return true }
            throw error
        }
        return outcome.resource != resource || !outcome.memberChanges.isEmpty
    }
}
