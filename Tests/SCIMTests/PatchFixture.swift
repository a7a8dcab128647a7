import Foundation
import JSONText
import SCIM
import Testing

/// A PATCH request of RFC 7644 §3.5.2 with the resource before and after it.
struct PatchFixture: Sendable, CustomTestStringConvertible {
    let name: String
    let type: ResourceType
    let stored: JSONObject
    let patch: JSON
    /// `nil` where an error is expected.
    let result: JSONObject?
    let memberChanges: [String]
    let error: SCIMError.Kind?

    var testDescription: String { name }

    private static let directory = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/rfc")

    /// The names of all fixtures, sorted.
    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path)
            .filter { $0.hasSuffix(".json") && $0.contains("-patch-") }.sorted()
    }

    init(named name: String) throws {
        let text = try Data(contentsOf: Self.directory.appending(path: name))
        let object = try #require(try JSON(parsing: text).object)
        let typeName = try #require(object["type"]?.string)
        self.name = name
        type = try #require(ResourceTypes.standard.named(typeName))
        stored = try #require(object["stored"]?.object)
        patch = try #require(object["patch"])
        result = object["result"]?.object
        memberChanges = object["memberChanges"]?.array?.compactMap(\.string) ?? []
        error = object["error"]?.string.flatMap(SCIMError.Kind.init)
        try #require((result == nil) == (error != nil))
    }
}

extension MemberChange {
    /// The change as the fixtures write it: `add a b`, `removeAll`.
    var text: String {
        switch self {
        case .add(let ids): (["add"] + ids).joined(separator: " ")
        case .remove(let ids): (["remove"] + ids).joined(separator: " ")
        case .removeAll: "removeAll"
        case .removeMatching: "removeMatching"
        case .replace(let ids): (["replace"] + ids).joined(separator: " ")
        }
    }
}

extension Patch {
    /// Applies operations that are written as the elements of `Operations`.
    @discardableResult
    static func apply(
        _ operations: String,
        to stored: String,
        _ type: ResourceType,
        _ unmatched: Patch.UnmatchedFilter
    ) throws -> Outcome {
        let message = message("{\"schemas\": [\"PATCHOP\"], \"Operations\": [\(operations)]}")
        let request = try PatchRequest(JSON(parsing: message.utf8))
        let resource = try #require(JSON(parsing: stored.utf8).object)
        return try Patch(type: type, unmatchedFilter: unmatched)
            .apply(request.operations, to: resource)
    }

    /// The message with the URN in place of `PATCHOP`.
    static func message(_ text: String) -> String {
        text.replacing("\"PATCHOP\"", with: "\"\(MessageSchema.patchOp)\"")
    }
}
