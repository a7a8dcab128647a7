import SCIM

/// An operation of a PATCH request, taken apart.
struct ModelOperation {
    enum Target {
        case resource
        case `extension`
        case schemas
        case attribute(String, Condition? = nil, sub: String? = nil)
        /// Text that is no path.
        case unreadable(String)
    }

    /// A value filter.
    indirect enum Condition {
        case compare(String, ComparisonOperator, JSON)
        case present(String)
        case and([Condition])
        case or([Condition])
        case not(Condition)
    }

    let kind: PatchOperation.Kind
    let target: Target
    /// `nil` where a removal has none.
    let value: JSON?
}

struct Refusal: Error {
    let kind: SCIMError.Kind

    init(_ kind: SCIMError.Kind) { self.kind = kind }
}

/// A user, and what PATCH operations do to it by RFC 7644 §3.5.2.
///
/// Slow, plain, and with nothing of what it is compared with. Knows some attributes of users.
struct PatchModel {
    typealias Fields = [String: JSON]

    enum Shape {
        case text, flag
        case complex([String])
        case list([String])
    }

    struct Definition {
        let name: String
        let shape: Shape
        var isOfExtension = false
        var isReadOnly = false
        var isRequired = false

        var subs: [String] {
            switch shape {
            case .text, .flag: []
            case .complex(let subs), .list(let subs): subs
            }
        }

        var isList: Bool {
            if case .list = shape { true } else { false }
        }

        /// The name of a sub-attribute as the schema writes it.
        func sub(_ name: String) -> String? { subs.first { $0.lowercased() == name.lowercased() } }
    }

    enum Value {
        case single(JSON)
        case complex(Fields)
        case list([Fields])
    }

    static let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    static let coreURN = "urn:ietf:params:scim:schemas:core:2.0:User"

    static let definitions = [
        Definition(name: "userName", shape: .text, isRequired: true),
        Definition(name: "externalId", shape: .text),
        Definition(name: "title", shape: .text),
        Definition(name: "nickName", shape: .text),
        Definition(name: "active", shape: .flag),
        Definition(name: "name", shape: .complex(["familyName", "givenName", "middleName"])),
        Definition(name: "emails", shape: .list(["value", "display", "type", "primary"])),
        Definition(name: "phoneNumbers", shape: .list(["value", "display", "type", "primary"])),
        Definition(
            name: "addresses",
            shape: .list(["streetAddress", "locality", "type", "primary"])
        ),
        Definition(name: "department", shape: .text, isOfExtension: true),
        Definition(name: "costCenter", shape: .text, isOfExtension: true),
        Definition(
            name: "manager",
            shape: .complex(["value", "$ref", "displayName"]),
            isOfExtension: true
        ),
        Definition(name: "id", shape: .text, isReadOnly: true),
        Definition(name: "meta", shape: .complex(["version"]), isReadOnly: true),
        Definition(name: "groups", shape: .list(["value", "display"]), isReadOnly: true),
    ]

    static func definition(_ name: String) -> Definition? {
        definitions.first { $0.name.lowercased() == name.lowercased() }
    }

    var values: [String: Value] = [:]

    /// The user in canonical form.
    var json: JSONObject {
        var user = JSONObject()
        var enterprise = JSONObject()
        for definition in Self.definitions {
            let value: JSON? =
                switch values[definition.name] {
                case .single(let value): value
                case .complex(let fields): Self.object(fields, definition)
                case .list(let elements): .array(elements.map { Self.object($0, definition) })
                case nil: nil
                }
            if definition.isOfExtension {
                enterprise[definition.name] = value
            } else {
                user[definition.name] = value
            }
        }
        if !enterprise.isEmpty { user[Self.urn] = .object(enterprise) }
        return user
    }

    private static func object(_ fields: Fields, _ definition: Definition) -> JSON {
        .object(
            JSONObject(
                definition.subs.compactMap { sub in
                    fields[sub].map { .init(name: sub, value: $0) }
                }
            )
        )
    }

    // MARK: Operations

    mutating func apply(_ operation: ModelOperation) throws(Refusal) {
        let isNull = operation.value.map { $0 == .null } ?? true
        switch operation.target {
        case .unreadable: throw Refusal(.invalidPath)
        case .resource:
            if operation.kind == .remove { throw Refusal(.noTarget) }
            if isNull, operation.kind == .add { return }
            try merge(operation.value ?? .null, operation.kind)
        case .extension:
            if isNull, operation.kind == .add { return }
            if isNull || operation.kind == .remove { return clearExtension() }
            try mergeExtension(operation.value ?? .null, operation.kind)
        case .schemas:
            if operation.kind == .add { return }
            let urns = operation.value?.array ?? []
            if operation.kind == .remove || !urns.contains(.string(Self.coreURN)) {
                throw Refusal(.mutability)
            }
        case .attribute(let name, let filter, let sub):
            try apply(operation, isNull, name, filter, sub)
        }
    }

    private mutating func apply(
        _ operation: ModelOperation,
        _ isNull: Bool,
        _ name: String,
        _ filter: ModelOperation.Condition?,
        _ subName: String?
    ) throws(Refusal) {
        guard let definition = Self.definition(name) else { throw Refusal(.invalidPath) }
        let sub = subName.flatMap(definition.sub)
        if sub == nil, subName != nil { throw Refusal(.invalidPath) }
        if let filter, !filter.isValid(definition) { throw Refusal(.invalidPath) }
        if definition.isReadOnly || Self.isReadOnly(sub, definition) { throw Refusal(.mutability) }
        let isWhole = filter == nil && sub == nil
        if operation.kind == .remove {
            if isWhole, definition.isList, !isNull { throw Refusal(.invalidSyntax) }
            return try clear(definition, filter, sub)
        }
        guard let value = operation.value, !isNull else {
            if operation.kind == .replace { return try clear(definition, filter, sub) }
            if definition.name == "active" { throw Refusal(.invalidValue) }
            return
        }
        if isWhole { return try set(definition, value, operation.kind) }
        if let sub, filter == nil, !definition.isList {
            return try set(definition, .object([sub: value]), operation.kind)
        }
        try setPart(definition, filter, sub, value, operation.kind)
    }

    private static func isReadOnly(_ sub: String?, _ definition: Definition) -> Bool {
        definition.name == "manager" && sub == "displayName"
    }

    private mutating func merge(
        _ value: JSON,
        _ kind: PatchOperation.Kind
    ) throws(Refusal) {
        guard let object = value.object else { throw Refusal(.invalidValue) }
        for member in object.members {
            if member.name.lowercased() == Self.urn.lowercased() {
                if member.value != .null {
                    try mergeExtension(member.value, kind)
                } else if kind == .replace {
                    clearExtension()
                }
                continue
            }
            if member.name.lowercased() == "schemas" { continue }
            try set(member, isOfExtension: false, kind)
        }
    }

    private mutating func mergeExtension(
        _ value: JSON,
        _ kind: PatchOperation.Kind
    ) throws(Refusal) {
        guard let object = value.object else { throw Refusal(.invalidValue) }
        for member in object.members { try set(member, isOfExtension: true, kind) }
    }

    private mutating func set(
        _ member: JSONObject.Member,
        isOfExtension: Bool,
        _ kind: PatchOperation.Kind
    ) throws(Refusal) {
        guard let definition = Self.definition(member.name),
            definition.isOfExtension == isOfExtension
        else { throw Refusal(.invalidPath) }
        if definition.isReadOnly { throw Refusal(.mutability) }
        if member.value != .null {
            try set(definition, member.value, kind)
        } else if kind == .replace {
            try clear(definition, nil, nil)
        }
    }

    private mutating func clearExtension() {
        for definition in Self.definitions where definition.isOfExtension {
            values[definition.name] = nil
        }
    }

    // MARK: Whole attributes

    private mutating func set(
        _ definition: Definition,
        _ value: JSON,
        _ kind: PatchOperation.Kind
    ) throws(Refusal) {
        switch definition.shape {
        case .text, .flag:
            try Self.check(value, isFlag: definition.name == "active")
            values[definition.name] = .single(value)
        case .complex:
            guard let sent = value.object else { throw Refusal(.invalidValue) }
            var fields = elements(definition).first ?? [:]
            let new = try Self.fields(value, definition)
            for member in sent.members {
                guard let sub = definition.sub(member.name), !Self.isReadOnly(sub, definition)
                else { continue }
                if member.value != .null || kind == .replace { fields[sub] = new[sub] }
            }
            store([fields], definition)
        case .list:
            let new = try Self.list(value, definition)
            store(kind == .add ? Self.adding(new, to: elements(definition)) : new, definition)
        }
    }

    private static func list(
        _ value: JSON,
        _ definition: Definition
    ) throws(Refusal) -> [Fields] {
        var new: [Fields] = []
        for element in value.array ?? [value] where element != .null {
            let fields = try fields(element, definition)
            if !fields.isEmpty { new.append(fields) }
        }
        new = distinct(new)
        if new.count(where: isPrimary) > 1 { throw Refusal(.invalidValue) }
        return new
    }

    /// Of those that are primary the new one stays so.
    private static func adding(_ new: [Fields], to old: [Fields]) -> [Fields] {
        var all = distinct(old + new)
        guard let primary = new.first(where: isPrimary) else { return all }
        for index in all.indices where isPrimary(all[index]) && !isSame(all[index], primary) {
            all[index]["primary"] = false
        }
        return distinct(all)
    }

    // MARK: Parts

    private mutating func setPart(
        _ definition: Definition,
        _ filter: ModelOperation.Condition?,
        _ sub: String?,
        _ value: JSON,
        _ kind: PatchOperation.Kind
    ) throws(Refusal) {
        var all = elements(definition)
        var changed = all.indices.filter { filter?.holds(all[$0]) ?? true }
        if changed.isEmpty {
            if filter != nil { throw Refusal(.noTarget) }
            changed = [all.count]
            all.append([:])
        }
        for index in changed {
            guard let sub else {
                let new = try Self.fields(value, definition)
                if new.isEmpty { throw Refusal(.invalidValue) }
                // What selected an element stays true of it.
                let kept = kind == .add ? all[index] : filter?.equalities(all[index]) ?? [:]
                all[index] = kept.merging(new) { $1 }
                continue
            }
            try Self.check(value, isFlag: sub == "primary")
            all[index][sub] = value
        }
        if changed.contains(where: { Self.isPrimary(all[$0]) }) {
            for index in all.indices where Self.isPrimary(all[index]) && !changed.contains(index) {
                all[index]["primary"] = false
            }
        }
        if all.count(where: Self.isPrimary) > 1 { throw Refusal(.invalidValue) }
        store(Self.distinct(all), definition)
    }

    private mutating func clear(
        _ definition: Definition,
        _ filter: ModelOperation.Condition?,
        _ sub: String?
    ) throws(Refusal) {
        if filter == nil, sub == nil {
            if definition.isRequired { throw Refusal(.mutability) }
            values[definition.name] = nil
            return
        }
        let all = elements(definition)
        let selected = all.indices.filter { filter?.holds(all[$0]) ?? true }
        if filter != nil, selected.isEmpty { throw Refusal(.noTarget) }
        let kept = all.indices.map { index -> Fields in
            guard selected.contains(index) else { return all[index] }
            guard let sub else { return [:] }
            return all[index].filter { $0.key != sub }
        }
        store(Self.distinct(kept.filter { !$0.isEmpty }), definition)
    }

    // MARK: Elements

    private func elements(_ definition: Definition) -> [Fields] {
        switch values[definition.name] {
        case .list(let elements): elements
        case .complex(let fields): [fields]
        case .single, nil: []
        }
    }

    private mutating func store(_ elements: [Fields], _ definition: Definition) {
        let assigned = elements.filter { !$0.isEmpty }
        if definition.isList {
            values[definition.name] = assigned.isEmpty ? nil : .list(assigned)
        } else {
            values[definition.name] = assigned.first.map(Value.complex)
        }
    }

    private static func fields(
        _ value: JSON,
        _ definition: Definition
    ) throws(Refusal) -> Fields {
        guard let object = value.object else { throw Refusal(.invalidValue) }
        var fields: Fields = [:]
        for member in object.members where member.value != .null {
            guard let sub = definition.sub(member.name), !isReadOnly(sub, definition) else {
                continue
            }
            try check(member.value, isFlag: sub == "primary")
            fields[sub] = member.value
        }
        return fields
    }

    private static func check(_ value: JSON, isFlag: Bool) throws(Refusal) {
        if isFlag ? value.bool == nil : value.string == nil { throw Refusal(.invalidValue) }
    }

    private static func isPrimary(_ fields: Fields) -> Bool { fields["primary"] == true }

    /// Whether two elements are one: of one value and type, else the same in everything
    /// (RFC 7643 §2.4).
    private static func isSame(_ one: Fields, _ other: Fields) -> Bool {
        guard let value = one["value"] else { return one == other }
        let (type, otherType) = (one["type"]?.string ?? "", other["type"]?.string ?? "")
        return value == other["value"] && type.lowercased() == otherType.lowercased()
    }

    private static func distinct(_ elements: [Fields]) -> [Fields] {
        elements.reduce(into: []) { distinct, element in
            if let place = distinct.firstIndex(where: { isSame($0, element) }) {
                distinct[place].merge(element) { $1 }
            } else {
                distinct.append(element)
            }
        }
    }
}

/// Value filters (RFC 7644 §3.4.2.2) on ASCII text and flags.
extension ModelOperation.Condition {
    func isValid(_ definition: PatchModel.Definition) -> Bool {
        switch self {
        case .compare(let name, let comparison, let literal):
            guard let sub = definition.sub(name) else { return false }
            return sub == "primary"
                ? literal.bool != nil && (comparison == .eq || comparison == .ne)
                : literal.string != nil
        case .present(let name): return definition.sub(name) != nil
        case .and(let terms), .or(let terms): return terms.allSatisfy { $0.isValid(definition) }
        case .not(let inner): return inner.isValid(definition)
        }
    }

    func holds(_ fields: PatchModel.Fields) -> Bool {
        switch self {
        case .and(let terms): terms.allSatisfy { $0.holds(fields) }
        case .or(let terms): terms.contains { $0.holds(fields) }
        case .not(let inner): !inner.holds(fields)
        case .present(let name): Self.field(name, fields).map { $0 != "" } ?? false
        case .compare("primary", let comparison, let literal):
            (fields["primary"] ?? false == literal) == (comparison == .eq)
        case .compare(let name, let comparison, let literal):
            Self.holds(Self.field(name, fields)?.string, comparison, literal.string ?? "")
        }
    }

    private static func holds(
        _ text: String?,
        _ comparison: ComparisonOperator,
        _ literal: String
    ) -> Bool {
        guard let text = text?.lowercased() else { return comparison == .ne }
        let literal = literal.lowercased()
        return switch comparison {
        case .eq: text == literal
        case .ne: text != literal
        case .co: literal.isEmpty || text.contains(literal)
        case .sw: text.hasPrefix(literal)
        case .ew: text.hasSuffix(literal)
        case .gt: text > literal
        case .ge: text >= literal
        case .lt: text < literal
        case .le: text <= literal
        }
    }

    private static func field(_ name: String, _ fields: PatchModel.Fields) -> JSON? {
        fields.first { $0.key.lowercased() == name.lowercased() }?.value
    }

    /// What an element that the filter selects goes on having when it is replaced; `nil` where the
    /// filter is more than equalities joined by `and`.
    func equalities(_ fields: PatchModel.Fields) -> PatchModel.Fields? {
        switch self {
        case .compare(let name, .eq, let literal): return [name: fields[name] ?? literal]
        case .and(let terms):
            var all: PatchModel.Fields = [:]
            for term in terms {
                guard let more = term.equalities(fields) else { return nil }
                all.merge(more) { $1 }
            }
            return all
        case .compare, .present, .or, .not: return nil
        }
    }
}
