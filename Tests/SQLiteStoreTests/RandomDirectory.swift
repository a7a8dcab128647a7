import Foundation
import SCIM

/// Random numbers that a seed determines (SplitMix64), so that a failure can be run again with
/// `ROSTER_TEST_SEED`.
struct SeededGenerator: RandomNumberGenerator {
    let seed: UInt64
    private var state: UInt64

    /// Takes the seed from the environment, else a random one, and prints it.
    ///
    /// - Parameters:
    ///   - test: Its name.
    ///   - run: Sets several runs from one seed apart.
    init(for test: String, run: Int) {
        let chosen = ProcessInfo.processInfo.environment["ROSTER_TEST_SEED"].flatMap(UInt64.init)
        seed = chosen ?? UInt64.random(in: 0...UInt64.max)
        state = seed &+ UInt64(run)
        print("\(test)(\(run)): ROSTER_TEST_SEED=\(seed)")
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Random resources and filters, from few enough values that filters often match.
struct RandomDirectory {
    var generator: SeededGenerator

    static let instants = [
        "2024-02-29T12:00:00Z", "2024-02-29T13:00:00+01:00", "1999-12-31T23:59:59.999999Z",
        "1999-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.5Z", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z", "2024-02-29T12:00:00.000001Z", "2024-02-29T12:00:00",
    ]
    /// Numbers that a conversion between integer and real would change stand beside each other.
    static let numbers: [JSON] = [
        0, 1, -1, 2, 9_007_199_254_740_992, 9_007_199_254_740_993, .integer(.max), .integer(.min),
        .number(0), .number(-0.0), .number(0.1), .number(-1.5), .number(2), .number(1e300),
        .number(9_007_199_254_740_992), .number(0x1p63), .number(-0x1p63),
    ]
    static let numberTexts = [
        "0", "-0", "1", "-1.5", "2e0", "0.1", "9007199254740993", "9007199254740993.0",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e300", "1e400",
    ]
    static let texts = [
        "a", "A", "ab", "abc", "b", "", "Straße", "STRASSE", "é", "e\u{301}", "É", "ﬁ", "%", "_",
        "a%c", "x' or '1'='1", "we\"ird\\name", "ｆｕｌｌ", "full", "σς", "ΣΣ", "🌿", "🌿🌿", "zz",
        "true", "10", "9", " a", "İ", "i̇",
    ]

    init(for test: String, run: Int) {
        generator = SeededGenerator(for: test, run: run)
    }

    var seed: UInt64 { generator.seed }

    mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &generator) < percent
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &generator)]
    }

    mutating func text() -> String { pick(Self.texts) }

    // MARK: Resources

    mutating func user(_ number: Int) -> JSON {
        var user = attributes(Schema.user.attributes.filter { $0.name != "password" })
        user["userName"] = .string(chance(50) ? "u\(number)" : "\(text())\(number)")
        if chance(60) { user["externalId"] = .string(text()) }
        if chance(60) {
            user[Schema.enterpriseUser.id] = .object(attributes(Schema.enterpriseUser.attributes))
        }
        return .object(user)
    }

    mutating func group(_ number: Int, members: [String]) -> JSON {
        var group: JSONObject = ["displayName": .string("\(text())\(number)")]
        let chosen = members.filter { _ in chance(20) }
        group["members"] = .array(chosen.map { ["value": .string($0)] })
        if chance(30) { group["externalId"] = .string(text()) }
        return .object(group)
    }

    /// A resource of any type, with a name that no other has.
    mutating func resource(_ type: ResourceType, _ number: Int) -> JSON {
        var resource = attributes(type.schema.attributes)
        if let naming = type.naming { resource[naming.name] = .string("\(text())\(number)") }
        if chance(60) { resource["externalId"] = .string(text()) }
        for `extension` in type.extensions where chance(60) {
            resource[`extension`.schema.id] = .object(attributes(`extension`.schema.attributes))
        }
        return .object(resource)
    }

    private mutating func attributes(_ attributes: [Attribute]) -> JSONObject {
        var object = JSONObject()
        for attribute in attributes where attribute.mutability != .readOnly && chance(45) {
            object[attribute.name] = value(attribute)
        }
        return object
    }

    private mutating func value(_ attribute: Attribute) -> JSON {
        guard attribute.multiValued else { return single(attribute) }
        var elements = (0..<Int.random(in: 0...3, using: &generator)).map { _ in single(attribute) }
        if chance(50), let last = elements.popLast(), case .object(var object) = last,
            attribute.subAttribute(named: "primary") != nil
        {
            object["primary"] = true
            elements.append(.object(object))
        }
        return .array(elements)
    }

    private mutating func single(_ attribute: Attribute) -> JSON {
        switch attribute.type {
        case .complex:
            var object = JSONObject()
            let percent = pick([20, 60])
            for sub in attribute.subAttributes where chance(percent) {
                object[sub.name] = sub.name == "primary" ? false : single(sub)
            }
            return .object(object)
        case .boolean: return .bool(chance(50))
        case .binary: return .string(pick(["QQ==", "qq==", "QUJD"]))
        case .dateTime: return .string(pick(Self.instants))
        case .integer: return pick(Self.numbers.filter { $0.integer != nil })
        case .decimal: return pick(Self.numbers)
        case .string, .reference: return .string(text())
        }
    }

    // MARK: Schemas

    /// A resource type with attributes of every type, with one value and with several, and an
    /// extension with as many; which are indexed and where case matters is random.
    mutating func type() -> ResourceType {
        ResourceType(
            name: "Thing",
            endpoint: "/Things",
            description: "",
            schema: Schema(
                id: "urn:example:schemas:Thing",
                name: "Thing",
                description: "",
                attributes: [
                    Attribute(name: "label", caseExact: chance(50), uniqueness: .server)
                ] + attributes()
            ),
            extensions: [
                .init(
                    schema: Schema(
                        id: "urn:example:schemas:2.0:Thing",
                        name: "More",
                        description: "",
                        attributes: attributes()
                    ),
                    required: false
                )
            ]
        )
    }

    private static let simpleTypes: [Attribute.ValueType] = [
        .string, .boolean, .decimal, .integer, .dateTime, .reference, .binary,
    ]

    private mutating func attributes() -> [Attribute] {
        [false, true].flatMap { multiValued -> [Attribute] in
            let suffix = multiValued ? "s" : ""
            let simple = Self.simpleTypes.map { type in
                attribute("\(type.rawValue)\(suffix)", type, multiValued: multiValued)
            }
            return simple + [
                Attribute(
                    name: "complex\(suffix)",
                    type: .complex,
                    multiValued: multiValued,
                    subAttributes: parts() + [Attribute(name: "primary", type: .boolean)]
                )
            ]
        }
    }

    private mutating func parts() -> [Attribute] {
        let value = attribute("value", pick(Self.simpleTypes), multiValued: false)
        return [value]
            + Self.simpleTypes.map { attribute($0.rawValue, $0, multiValued: false) }
    }

    private mutating func attribute(
        _ name: String,
        _ type: Attribute.ValueType,
        multiValued: Bool
    ) -> Attribute {
        Attribute(
            name: name,
            type: type,
            multiValued: multiValued,
            caseExact: chance(50),
            indexed: chance(50)
        )
    }

    // MARK: Filters

    /// A filter that binds to the type.
    ///
    /// `known` has values of attributes in the directory, for comparisons that match.
    mutating func filter(_ type: ResourceType, known: [JSONObject], depth: Int = 3) -> Filter {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0...1 where depth > 0:
            return .and(
                (0..<Int.random(in: 2...3, using: &generator)).map { _ in
                    filter(type, known: known, depth: depth - 1)
                }
            )
        case 2...3 where depth > 0:
            return .or(
                (0..<Int.random(in: 2...3, using: &generator)).map { _ in
                    filter(type, known: known, depth: depth - 1)
                }
            )
        case 4 where depth > 0:
            return .not(filter(type, known: known, depth: depth - 1))
        case 5...6:
            let reference = pick(
                references(type).filter { $0.attribute != nil && $0.subAttribute == nil }
            )
            return .valuePath(
                Self.path(reference),
                elementFilter(reference, known: known, depth: 2)
            )
        default: return comparison(pick(references(type)), known: known)
        }
    }

    private mutating func elementFilter(
        _ reference: AttributeReference,
        known: [JSONObject],
        depth: Int
    ) -> Filter {
        switch Int.random(in: 0..<6, using: &generator) {
        case 0 where depth > 0:
            return .and(
                (0..<2).map { _ in elementFilter(reference, known: known, depth: depth - 1) }
            )
        case 1 where depth > 0:
            return .or(
                (0..<2).map { _ in elementFilter(reference, known: known, depth: depth - 1) }
            )
        case 2 where depth > 0:
            return .not(elementFilter(reference, known: known, depth: depth - 1))
        default:
            let subs = reference.attribute?.subAttributes ?? []
            let part = subs.isEmpty ? reference : reference.sub(pick(subs))
            return comparison(
                part,
                path: AttributePath(attribute: part.subAttribute?.name ?? "value"),
                known: known
            )
        }
    }

    private mutating func comparison(
        _ reference: AttributeReference,
        path: AttributePath? = nil,
        known: [JSONObject]
    ) -> Filter {
        let path = path ?? Self.path(reference)
        guard let definition = reference.definition, !definition.isComplex, !chance(15) else {
            return .present(path)
        }
        if chance(5) { return .comparison(path, chance(50) ? .eq : .ne, .null) }
        let operators: [ComparisonOperator] =
            switch definition.type {
            case .string, .reference: [.eq, .eq, .ne, .co, .sw, .ew, .gt, .ge, .lt, .le]
            case .boolean, .binary: [.eq, .ne]
            default: [.eq, .ne, .gt, .ge, .lt, .le]
            }
        return .comparison(path, pick(operators), literal(reference, definition, known: known))
    }

    private mutating func literal(
        _ reference: AttributeReference,
        _ definition: Attribute,
        known: [JSONObject]
    ) -> Literal {
        if chance(60), let value = pick(known).values(of: reference).first {
            switch value {
            case .string(let text):
                let isCut = definition.type == .string && chance(30)
                return .string(isCut ? String(text.prefix(2)) : text)
            case .bool(let flag): return .boolean(flag)
            case .integer(let number): return .number(String(number))
            case .number(let number): return .number(String(number))
            default: break
            }
        }
        return switch definition.type {
        case .boolean: .boolean(chance(50))
        case .dateTime: .string(pick(Self.instants))
        case .integer, .decimal: .number(pick(Self.numberTexts))
        default: .string(text())
        }
    }

    static func path(_ reference: AttributeReference) -> AttributePath {
        AttributePath(
            urn: reference.isExtension ? reference.schema : nil,
            attribute: reference.attribute?.name ?? "",
            subAttribute: reference.subAttribute?.name
        )
    }

    /// Everything that a filter on the type may name.
    func references(_ type: ResourceType) -> [AttributeReference] {
        let common = ResourceType.common.map {
            AttributeReference(schema: nil, isExtension: false, attribute: $0)
        }
        let own = type.schemas.flatMap { schema in
            schema.attributes.filter { $0.returned != .never }.map {
                AttributeReference(
                    schema: schema.id,
                    isExtension: schema.id != type.schema.id,
                    attribute: $0
                )
            }
        }
        let whole = type.extensions.map {
            AttributeReference(schema: $0.schema.id, isExtension: true, attribute: nil)
        }
        return (common + own).flatMap { reference in
            [reference] + (reference.attribute?.subAttributes.map { reference.sub($0) } ?? [])
        } + whole
    }
}
