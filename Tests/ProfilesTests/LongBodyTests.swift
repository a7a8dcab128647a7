import SCIM
import Testing

@testable import Profiles

/// Rewriting takes as long as the body is, not as long as its square.
struct LongBodyTests {
    private static let count = 15_000

    /// A name in as many ways of writing its letters as are wanted.
    private static func spellings(of name: String, count: Int) -> [String] {
        (0..<count).map { number in
            String(
                decoding: name.utf8.enumerated().map { index, byte in
                    let isLetter = (0x61...0x7A).contains(byte.asciiLowercased)
                    return isLetter && number >> (index % 24) & 1 == 1
                        ? byte.asciiLowercased & 0xDF : byte.asciiLowercased
                },
                as: UTF8.self
            )
        }
    }

    private static func object(_ names: [String]) -> JSONObject {
        JSONObject(names.map { .init(name: $0, value: "x") })
    }

    private static let names: [[String]] = [
        spellings(of: "urn:scim:schemas:core:1.0:nickname", count: count),
        spellings(of: "name.honorificprefix", count: count),
        spellings(of: "user.preferredlanguage", count: count),
        (0..<count).map { "urn:scim:schemas:core:1.0:x\($0)" },
        (0..<count).map { "x\($0)" } + ["name.givenName"],
    ]

    @Test(arguments: names.indices)
    func namesAreRewritten(index: Int) throws {
        let names = Self.names[index]
        let body = JSON.object(Self.object(names + ["userName"]))
        #expect(throws: Never.self) {
            _ = try Profile.generic.resource(body, .user)
            let message: JSON = [
                "schemas": [patchOp], "Operations": [["op": "add", "value": body]],
            ]
            _ = try? Profile.generic.patch(message, .user)
        }
    }

    @Test func extensionsAreJoined() throws {
        let inner = Self.object((0..<Self.count).map { "x\($0)" })
        let body: JSONObject = [
            enterprise: .object(inner), "urn:scim:schemas:extension:enterprise:1.0": .object(inner),
            Schema.user.id: .object(inner),
        ]
        let result = try Profile.generic.resource(.object(body), .user)
        #expect(result.fired == ["legacyURNs", "dottedKeys"])
        let joined = result.value.object?[enterprise]?.object
        #expect(joined?.members.count == Self.count)
    }

    @Test func namesBecomeOperations() throws {
        let value = JSON.object(Self.object(Self.spellings(of: "name.givenname", count: 8_000)))
        let message: JSON = ["schemas": [patchOp], "Operations": [["op": "add", "value": value]]]
        let request = try Profile.generic.patch(message, .user).value
        #expect(request.operations.count == 8_000)
    }

    @Test func spacesInBareValues() throws {
        let spaces = String(repeating: " ", count: 8_000)
        let operations = (0..<100).map { number -> JSON in
            ["op": "remove", "path": .string("emails[value eq a\(spaces)\(number)]")]
        }
        let message: JSON = ["schemas": [patchOp], "Operations": .array(operations)]
        let request = try Profile.generic.patch(message, .user).value
        #expect(request.operations.allSatisfy { $0.path.attribute?.filter != nil })
    }
}
