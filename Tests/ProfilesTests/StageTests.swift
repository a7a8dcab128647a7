import Foundation
import JSONText
import SCIM
import Testing

@testable import Profiles

/// Asking several rewrites at once must not change what comes of a request.
struct StageTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/transcripts")

    private static func bodies() throws -> [JSON] {
        let files = try FileManager.default.contentsOfDirectory(
            at: folder,
            includingPropertiesForKeys: nil
        )
        return try files.filter { $0.pathExtension == "jsonl" }.flatMap { file in
            try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap {
                try JSON(parsing: Array($0.utf8)).object?["body"]
            }
        }
    }

    /// The same profile with one rewrite only.
    private static func only(_ rewrite: Rewrite, of profile: Profile) -> Profile {
        Profile(
            name: profile.name,
            title: profile.title,
            rewrites: [rewrite],
            filterValues: profile.filterValues
        )
    }

    @Test func neighboursOfValuesStandTogether() {
        let names = Stage.stages(of: Rewrite.all).map { $0.rewrites.map(\.name) }
        #expect(names.flatMap(\.self) == Rewrite.all.map(\.name))
        #expect(names.contains { $0.count > 1 })
    }

    @Test(arguments: Profile.all.map(\.name))
    func meansTheSameAsOneByOne(name: String) throws {
        let profile = try #require(Profile.named(name))
        for body in try Self.bodies() {
            for type in ResourceType.all {
                let resource = profile.resource(body, type)
                let message = profile.patch(body, type)
                var expected = Rewritten(body)
                var expectedMessage = Rewritten(body)
                for rewrite in profile.rewrites {
                    let one = Self.only(rewrite, of: profile)
                    let next = one.resource(expected.value, type)
                    expected = Rewritten(value: next.value, fired: expected.fired + next.fired)
                    let nextMessage = one.patch(expectedMessage.value, type)
                    expectedMessage = Rewritten(
                        value: nextMessage.value,
                        fired: expectedMessage.fired + nextMessage.fired
                    )
                }
                #expect(resource.value == expected.value && resource.fired == expected.fired)
                #expect(message.value == expectedMessage.value)
                #expect(message.fired == expectedMessage.fired)
            }
        }
    }
}
