import SCIM
import Testing

@testable import Profiles

let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
let patchOp = JSON.string(MessageSchema.patchOp)

extension JSON: ExpressibleByStringInterpolation, CustomTestStringConvertible {
    package var testDescription: String { String(decoding: text, as: UTF8.self) }
}

/// What a client sends, and what is to become of it.
struct Sample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let type: ResourceType
    let sent: JSON
    let expected: JSON
    let fired: [String]

    /// Without `expected`, the request is to stay as it is.
    init(
        _ description: String,
        _ sent: JSON,
        _ expected: JSON? = nil,
        type: ResourceType = .user,
        fired: String...
    ) {
        testDescription = description
        self.type = type
        self.sent = sent
        self.expected = expected ?? sent
        self.fired = fired
    }
}

func checkResource(_ sample: Sample, profile: Profile = .generic) {
    #expect(throws: Never.self) {
        let result = try profile.resource(sample.sent, sample.type)
        #expect(result.value == sample.expected)
        #expect(result.fired == sample.fired)
        let again = try profile.resource(result.value, sample.type)
        #expect(again.fired == [], "rewriting is done in one pass")
    }
}

/// Checks messages as they are before they are read.
func checkMessage(_ sample: Sample, profile: Profile = .generic) {
    var fired: Set<Int> = []
    let result = profile.envelope(sample.sent, sample.type, &fired)
    #expect(result == sample.expected)
    #expect(fired.sorted().map { profile.rewrites[$0].name } == sample.fired)
    var again: Set<Int> = []
    _ = profile.envelope(result, sample.type, &again)
    #expect(again == [], "rewriting is done in one pass")
}

/// Checks lists of operations, each in a message of its own.
func checkOperations(_ sample: Sample, profile: Profile = .generic) {
    let message = { (operations: JSON) -> JSON in
        ["schemas": [patchOp], "Operations": operations]
    }
    #expect(throws: Never.self) {
        let result = try profile.patch(message(sample.sent), sample.type)
        let operations = JSON.array(result.value.operations.map(\.json))
        #expect(operations == sample.expected)
        #expect(result.fired == sample.fired)
        let again = try profile.patch(message(operations), sample.type)
        #expect(again.fired == [], "rewriting is done in one pass")
    }
}

extension PatchOperation {
    /// The operation as a client would have written it; values that a removal lists stand in
    /// `listed`.
    var json: JSON {
        var object: JSONObject = ["op": .string(kind.rawValue)]
        switch path {
        case .none: break
        case .unread: object["path"] = .string(pathText)
        case .attribute(let path):
            let selected = path.filter.map { "\(path.path.text)[\($0.text)]" } ?? path.path.text
            object["path"] = .string(path.subAttribute.map { "\(selected).\($0)" } ?? selected)
        }
        object["value"] = value
        object["listed"] = listed.map(JSON.array)
        return .object(object)
    }
}

/// A filter as text, and as it is to become.
struct FilterSample: Sendable, CustomTestStringConvertible {
    let type: ResourceType
    let sent: String
    let expected: String
    let fired: [String]

    var testDescription: String { sent }

    init(
        _ sent: String,
        _ expected: String? = nil,
        type: ResourceType = .user,
        fired: String...
    ) {
        self.type = type
        self.sent = sent
        self.expected = expected ?? sent
        self.fired = fired
    }

    func check(profile: Profile = .generic) throws {
        let result = try profile.filter(sent, type)
        #expect(result.value.text == expected)
        #expect(result.fired == fired)
        #expect(try profile.filter(result.value.text, type).fired == [])
    }
}
