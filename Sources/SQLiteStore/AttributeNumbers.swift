import SCIM

/// The numbers by which table `value` knows attributes.
final class AttributeNumbers: Sendable {
    private let numbers: [String: Int64]
    private let columns: [String: [ValueColumn]]
    /// Of what users are found by, by words; and of `active`.
    let userWords: (worded: [Int64], active: Int64)

    /// Reads the numbers, and gives numbers to attributes that have none yet.
    init(_ connection: Connection, types: ResourceTypes) throws {
        let names = types.all.flatMap(\.valueNames)
        var known = try Self.read(connection)
        if names.contains(where: { known[$0] == nil }) {
            try connection.transaction("BEGIN IMMEDIATE") {
                for name in names {
                    try connection.execute(
                        "INSERT OR IGNORE INTO attribute (name) VALUES (?)",
                        name
                    )
                }
            }
            known = try Self.read(connection)
        }
        numbers = known
        let users = types.all.first { $0.name == ResourceType.user.name }
        userWords = Self.userWords(
            (users?.valueReferences ?? []).map { ValueColumn($0, numbers: known) }
        )
        columns = Dictionary(
            uniqueKeysWithValues: types.all.map { type in
                (type.name, type.valueReferences.map { ValueColumn($0, numbers: known) })
            }
        )
    }

    private static func userWords(_ columns: [ValueColumn]) -> (worded: [Int64], active: Int64) {
        let names = ["userName", "displayName", "department"]
        let parts = columns.filter { column in
            let name = column.reference.attribute?.name ?? ""
            return names.contains(name) || name == "name" || name == "emails"
        }.flatMap(\.parts).filter { part in
            part.reference.attribute?.name != "emails" || part.definition.name == "value"
        }
        let active = columns.first { $0.reference.attribute?.name == "active" }
        return (parts.map(\.number), active?.parts.first?.number ?? 0)
    }

    /// Everything that table `value` may hold of a resource of the type.
    func columns(of type: ResourceType) -> [ValueColumn] {
        columns[type.name] ?? []
    }

    private static func read(_ connection: Connection) throws -> [String: Int64] {
        var numbers: [String: Int64] = [:]
        let rows = try connection.rows("SELECT name, id FROM attribute")
        while try rows.next() { numbers[rows.text(0)] = rows.integer(1) }
        return numbers
    }

    /// - Precondition: The reference is one of the served resource types'.
    subscript(reference: AttributeReference) -> Int64 {
        guard let number = numbers[reference.name] else {
            preconditionFailure("\(reference.name) has no number")
        }
        return number
    }
}

/// An attribute, or an extension as a whole, and its parts, as table `value` knows them.
struct ValueColumn: Sendable {
    struct Part: Sendable {
        let reference: AttributeReference
        let definition: Attribute
        let number: Int64
        let valueClass: ValueClass
        /// For the message when a unique value is taken.
        let name: String

        init(_ reference: AttributeReference, _ definition: Attribute, _ numbers: [String: Int64]) {
            self.reference = reference
            self.definition = definition
            number = numbers[reference.name] ?? 0
            valueClass = ValueClass(definition)
            name = reference.shortName
        }
    }

    let reference: AttributeReference
    /// The document's member that holds the values.
    let member: String
    /// The number of the rows that stand for complex values as a whole; `nil` of a simple
    /// attribute.
    let marker: Int64?
    /// The attribute itself, or its sub-attributes.
    let parts: [Part]

    init(_ reference: AttributeReference, numbers: [String: Int64]) {
        self.reference = reference
        member = (reference.isExtension ? reference.schema : reference.attribute?.name) ?? ""
        guard let attribute = reference.attribute, !attribute.isComplex else {
            marker = numbers[reference.name]
            let subAttributes = reference.attribute?.subAttributes ?? []
            parts = subAttributes.map { Part(reference.sub($0), $0, numbers) }
            return
        }
        marker = nil
        parts = [Part(reference, attribute, numbers)]
    }
}

extension ResourceType {
    /// The names of all that table `value` may hold of a resource.
    fileprivate var valueNames: [String] {
        valueReferences.flatMap { reference in
            [reference.name]
                + (reference.attribute?.subAttributes.map { reference.sub($0).name } ?? [])
        }
    }

    /// The attributes whose values table `value` holds, and the extensions as a whole.
    var valueReferences: [AttributeReference] {
        var references = [Self.schemasReference]
        for schema in schemas {
            let isExtension = schema.id != self.schema.id
            if isExtension {
                references.append(.init(schema: schema.id, isExtension: true, attribute: nil))
            }
            references += schema.attributes
                .filter { $0.source == .document && $0.returned != .never }
                .map { .init(schema: schema.id, isExtension: isExtension, attribute: $0) }
        }
        return references
    }

    static var schemasReference: AttributeReference {
        .init(
            schema: nil,
            isExtension: false,
            attribute: common.first { $0.name == "schemas" }
        )
    }
}
