import JSONText
import SCIM
import Testing

/// PATCH does what the model does, and refuses what it refuses.
struct PatchModelTests {
    @Test func doesWhatTheModelDoes() throws {
        var random = RandomPatch(SeededGenerator(for: "PatchModelTests.doesWhatTheModelDoes"))
        let patch = Patch(type: .user, unmatchedFilter: .refuse, rigour: .strict)
        var results: [SCIMError.Kind?: Int] = [:]
        var model = PatchModel()
        for step in 0..<20_000 {
            if step.isMultiple(of: 20) { model = random.user() }
            let operations = random.operations()
            let message = RandomPatch.message(operations.map { random.json($0) })
            let before = model.json
            let expected = model.apply(operations)
            let (resource, refusal) = Self.apply(message, to: before, patch)
            results[expected, default: 0] += 1
            if refusal != expected || resource != model.json {
                let sent = String(decoding: message.text, as: UTF8.self)
                let stored = String(decoding: JSON.object(before).text, as: UTF8.self)
                let made = String(decoding: JSON.object(resource).text, as: UTF8.self)
                let right = String(decoding: JSON.object(model.json).text, as: UTF8.self)
                Issue.record(
                    """
                    step \(step) of seed \(random.generator.seed)
                    sent     \(sent)
                    stored   \(stored)
                    made     \(refusal.map(\.rawValue) ?? made)
                    expected \(expected.map(\.rawValue) ?? right)
                    """
                )
                return
            }
        }
        for kind in [nil, .invalidPath, .invalidValue, .mutability, .noTarget, .invalidSyntax]
            as [SCIMError.Kind?]
        {
            #expect(results[kind, default: 0] > 10, "\(kind?.rawValue ?? "done"): \(results)")
        }
        #expect(results[nil, default: 0] > 5_000)
    }

    /// What is left of elements, or is said of them anew, may make them one (RFC 7643 §2.4).
    @Test(arguments: [
        (
            #"{"op": "remove", "path": "emails.type"}"#,
            #"[{"value": "a"}, {"value": "b", "primary": true}]"#
        ),
        (
            #"{"op": "replace", "path": "emails[value eq \"a\"].type", "value": null}"#,
            #"[{"value": "a"}, {"value": "b", "type": "work", "primary": true}]"#
        ),
        (
            #"{"op": "add", "path": "emails", "value": [{"value": "b", "type": "work", "display": "x"}, {"value": "c", "primary": true}]}"#,
            #"""
            [{"value": "a", "type": "work"}, {"value": "a", "type": "home"},
             {"value": "b", "type": "work", "display": "x", "primary": false},
             {"value": "c", "primary": true}]
            """#
        ),
    ])
    func keepsElementsApart(_ operation: String, _ emails: String) throws {
        let stored = #"""
            {"emails": [{"value": "a", "type": "work"}, {"value": "a", "type": "home"},
                        {"value": "b", "type": "work", "primary": true}]}
            """#
        let outcome = try Patch.apply(operation, to: stored, .user, .refuse)
        #expect(outcome.resource["emails"] == (try JSON(parsing: emails.utf8)))
    }

    @Test func whatIsNoLongerPrimaryMayBeAnotherAddress() throws {
        let stored = #"""
            {"addresses": [{"locality": "a", "primary": false}, {"locality": "a", "primary": true}]}
            """#
        let outcome = try Patch.apply(
            #"{"op": "add", "path": "addresses", "value": {"locality": "b", "primary": true}}"#,
            to: stored,
            .user,
            .refuse
        )
        #expect(
            outcome.resource["addresses"] == [
                ["locality": "a", "primary": false], ["locality": "b", "primary": true],
            ]
        )
    }

    /// - Returns: The resource after the operations, which is the one before them when they are
    ///   refused.
    private static func apply(
        _ message: JSON,
        to resource: JSONObject,
        _ patch: Patch
    ) -> (JSONObject, SCIMError.Kind?) {
        do {
            let operations = try PatchRequest(message).operations
            return (try patch.apply(operations, to: resource).resource, nil)
        } catch {
            return (resource, error.scimType)
        }
    }
}

extension PatchModel {
    /// Applies operations in order, all or nothing.
    ///
    /// - Returns: Why they are refused; `nil` when they are not.
    fileprivate mutating func apply(_ operations: [ModelOperation]) -> SCIMError.Kind? {
        var changed = self
        do {
            for operation in operations { try changed.apply(operation) }
        } catch {
            return error.kind
        }
        self = changed
        return nil
    }
}

/// Random users and operations, from few enough values that filters often match.
private struct RandomPatch {
    private(set) var generator: SeededGenerator

    init(_ generator: SeededGenerator) { self.generator = generator }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &generator) < percent
    }

    private mutating func count(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    // MARK: Users

    mutating func user() -> PatchModel {
        var user = PatchModel()
        for definition in PatchModel.definitions
        where !definition.isReadOnly && (definition.isRequired || chance(60)) {
            let value = validValue(definition)
            _ = user.apply([
                ModelOperation(kind: .add, target: .attribute(definition.name), value: value)
            ])
        }
        return user
    }

    // MARK: Values

    private mutating func text(_ name: String) -> JSON {
        .string(
            name == "type"
                ? generator.pick(["work", "Work", "home", "other"])
                : generator.pick(["a", "A", "ab", "b", "c", ""])
        )
    }

    private mutating func fieldValue(_ sub: String) -> JSON {
        sub == "primary" ? .bool(chance(40)) : text(sub)
    }

    private mutating func fields(_ definition: PatchModel.Definition) -> JSON {
        var object = JSONObject()
        for sub in definition.subs where chance(50) {
            object[cased(sub)] = chance(5) ? .null : fieldValue(sub)
        }
        if chance(3) { object["unknown"] = 1 }
        return .object(object)
    }

    private mutating func validValue(_ definition: PatchModel.Definition) -> JSON {
        switch definition.shape {
        case .text: return text(definition.name)
        case .flag: return .bool(chance(50))
        case .complex: return fields(definition)
        case .list:
            if chance(20) { return fields(definition) }
            return .array((0..<count(0...2)).map { _ in chance(3) ? .null : fields(definition) })
        }
    }

    private mutating func value(_ definition: PatchModel.Definition) -> JSON {
        if chance(4) { return .null }
        return chance(4) ? wrongValue() : validValue(definition)
    }

    private mutating func wrongValue() -> JSON {
        generator.pick([
            1, "x", true, .number(0.5), ["x"], [["value": 1]], ["value": 2], ["type": ["work"]],
            [["primary": true, "value": "a"], ["primary": true, "value": "b"]], [:], [],
            [[["value": "a"]]], ["givenName": false],
        ])
    }

    // MARK: Operations

    mutating func operations() -> [ModelOperation] {
        (0..<count(1...4)).map { _ in operation() }
    }

    private mutating func operation() -> ModelOperation {
        let kind = generator.pick([PatchOperation.Kind.add, .remove, .replace])
        switch count(0...99) {
        case 0..<12:
            // A removal without a path is always refused.
            let kind = kind == .remove && !chance(10) ? .add : kind
            return ModelOperation(kind: kind, target: .resource, value: resourceValue())
        case 12..<18:
            return ModelOperation(kind: kind, target: .extension, value: extensionValue())
        case 18:
            let urns: [JSON] = chance(50) ? [.string(PatchModel.coreURN)] : ["urn:other"]
            return ModelOperation(kind: kind, target: .schemas, value: .array(urns))
        case 19: return ModelOperation(kind: kind, target: .unreadable(badPath()), value: "x")
        default: return attributeOperation(kind)
        }
    }

    private mutating func badPath() -> String {
        generator.pick([
            "emails[", "emails[]", "emails[type eq]", "emails[type eq \"a\"", "emails..value",
            "emails[type eq \"a\"]value", "[type eq \"a\"]", "name.", " title", "title ",
            "emails[type eq 'a']", "emails[type zz \"a\"]", "emails[type[value pr]]", "a b",
        ])
    }

    private mutating func resourceValue() -> JSON {
        if chance(5) { return generator.pick([.null, 7, "x", []]) }
        var object = JSONObject()
        for _ in 0..<count(1...3) {
            let definition = definition()
            if definition.isOfExtension || !isNew(definition.name, object) { continue }
            object[cased(definition.name)] = value(definition)
        }
        if chance(25) { object[cased(PatchModel.urn)] = extensionValue() }
        if chance(5) { object["schemas"] = ["urn:other"] }
        if chance(3) { object[generator.pick(["unknown", "name.givenName", "emails.x"])] = "x" }
        return .object(object)
    }

    private mutating func extensionValue() -> JSON {
        if chance(8) { return generator.pick([.null, "x", []]) }
        var object = JSONObject()
        for definition in PatchModel.definitions where definition.isOfExtension && chance(50) {
            object[cased(definition.name)] = value(definition)
        }
        if chance(3) { object["title"] = "x" }
        return .object(object)
    }

    private func isNew(_ name: String, _ object: JSONObject) -> Bool {
        object.value(named: name) == nil
    }

    /// Mostly one that can be written, and mostly one with parts.
    private mutating func definition() -> PatchModel.Definition {
        let all = PatchModel.definitions
        if chance(3) { return generator.pick(all.filter(\.isReadOnly)) }
        let writable = all.filter { !$0.isReadOnly }
        return generator.pick(chance(50) ? writable.filter(\.isList) : writable)
    }

    private mutating func attributeOperation(_ kind: PatchOperation.Kind) -> ModelOperation {
        let definition = definition()
        let name = chance(2) ? "unknown" : definition.name
        var filter: ModelOperation.Condition?
        var sub: String?
        // Of a manager, case matters to filters.
        let isFiltered = !definition.subs.isEmpty && definition.name != "manager"
        if isFiltered, chance(definition.isList ? 60 : 20) {
            filter = condition(definition, levels: 2)
        }
        if !definition.subs.isEmpty, chance(60) { sub = generator.pick(definition.subs) }
        if chance(2) { sub = "unknown" }
        return ModelOperation(
            kind: kind,
            target: .attribute(name, filter, sub: sub),
            value: kind == .remove && !chance(5) ? nil : partValue(definition, filter, sub)
        )
    }

    private mutating func partValue(
        _ definition: PatchModel.Definition,
        _ filter: ModelOperation.Condition?,
        _ sub: String?
    ) -> JSON {
        if chance(4) { return .null }
        if chance(4) { return wrongValue() }
        if let sub { return fieldValue(sub) }
        return filter == nil ? validValue(definition) : fields(definition)
    }

    private mutating func condition(
        _ definition: PatchModel.Definition,
        levels: Int
    ) -> ModelOperation.Condition {
        switch count(0...11) {
        case 0 where levels > 0: return .not(condition(definition, levels: levels - 1))
        case 1 where levels > 0:
            return .or((0..<2).map { _ in condition(definition, levels: levels - 1) })
        case 2 where levels > 0, 3 where levels > 0:
            return .and((0..<2).map { _ in condition(definition, levels: levels - 1) })
        case 4: return .present(generator.pick(definition.subs))
        default: return comparison(definition)
        }
    }

    private mutating func comparison(
        _ definition: PatchModel.Definition
    ) -> ModelOperation.Condition {
        let sub = chance(1) ? "unknown" : generator.pick(definition.subs)
        if chance(1) { return .compare(sub, .co, generator.pick([1, true, "x"])) }
        if sub == "primary" {
            return .compare(sub, generator.pick([.eq, .eq, .ne]), .bool(chance(60)))
        }
        let all = ComparisonOperator.allCases
        return .compare(sub, chance(60) ? .eq : generator.pick(all), text(sub))
    }

    // MARK: Text

    /// A name in some other case, now and then.
    private mutating func cased(_ name: String) -> String {
        chance(85) ? name : chance(50) ? name.uppercased() : name.lowercased()
    }

    static func message(_ operations: [JSON]) -> JSON {
        ["schemas": [.string(MessageSchema.patchOp)], "Operations": .array(operations)]
    }

    /// An element of `Operations`.
    mutating func json(_ operation: ModelOperation) -> JSON {
        var object: JSONObject = ["op": .string(operation.kind.rawValue)]
        object["path"] = path(operation.target).map(JSON.string)
        object["value"] = operation.value
        return .object(object)
    }

    private mutating func path(_ target: ModelOperation.Target) -> String? {
        switch target {
        case .resource: return nil
        case .extension: return cased(PatchModel.urn)
        case .schemas: return cased("schemas")
        case .unreadable(let text): return text
        case .attribute(let name, let filter, let sub):
            return qualifier(of: name) + cased(name) + (filter.map { "[\(text($0))]" } ?? "")
                + (sub.map { ".\(cased($0))" } ?? "")
        }
    }

    private mutating func qualifier(of name: String) -> String {
        guard let definition = PatchModel.definition(name) else { return "" }
        if definition.isOfExtension { return "\(cased(PatchModel.urn)):" }
        return chance(20) ? "\(cased(PatchModel.coreURN)):" : ""
    }

    private mutating func text(_ condition: ModelOperation.Condition) -> String {
        switch condition {
        case .compare(let sub, let comparison, let literal):
            let value = String(decoding: literal.text, as: UTF8.self)
            return "\(cased(sub)) \(comparison.rawValue) \(value)"
        case .present(let sub): return "\(cased(sub)) pr"
        case .not(let inner): return "not (\(text(inner)))"
        case .and(let terms): return terms.map { "(\(text($0)))" }.joined(separator: " and ")
        case .or(let terms): return terms.map { "(\(text($0)))" }.joined(separator: " or ")
        }
    }
}
