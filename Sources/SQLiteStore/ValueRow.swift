import GRDB
import SCIM

/// A row of table `value`, without its resource.
struct ValueRow: Hashable {
    let attribute: Int64
    /// Place among the attribute's values, from 0.
    let element: Int
    let valueClass: ValueClass
    let key: Key?
    /// For the message when a unique value is taken.
    let name: String
}

/// How values are looked up: column `class`, which the partial indexes select by.
enum ValueClass: Int, Hashable {
    case plain = 0
    case indexed = 1
    case unique = 2

    init(_ definition: Attribute) {
        self =
            definition.uniqueness == .server
            ? .unique : definition.indexed ? .indexed : .plain
    }
}

extension ResourceType {
    /// The rows of a document in canonical form.
    func valueRows(of document: JSONObject, _ numbers: AttributeNumbers) -> [ValueRow] {
        var rows: [ValueRow] = []
        rows.reserveCapacity(32)
        for reference in valueReferences {
            let elements = document.elements(of: reference)
            guard let attribute = reference.attribute, !attribute.isComplex else {
                rows += elements.enumerated().map { index, element in
                    marker(reference, index, element, numbers)
                }
                for sub in reference.attribute?.subAttributes ?? [] {
                    rows += Self.rows(reference.sub(sub), sub, elements, numbers)
                }
                continue
            }
            rows += Self.rows(reference, attribute, elements, numbers)
        }
        return rows
    }

    private static func rows(
        _ reference: AttributeReference, _ definition: Attribute, _ elements: [JSON],
        _ numbers: AttributeNumbers
    ) -> [ValueRow] {
        elements.enumerated().compactMap { index, element in
            guard let value = reference.value(in: element), let key = definition.key(of: value)
            else { return nil }
            return ValueRow(
                attribute: numbers[reference], element: index,
                valueClass: ValueClass(definition), key: key, name: reference.shortName)
        }
    }

    /// Stands for a complex value as a whole; its key says whether anything is in it.
    private func marker(
        _ reference: AttributeReference, _ index: Int, _ element: JSON,
        _ numbers: AttributeNumbers
    ) -> ValueRow {
        ValueRow(
            attribute: numbers[reference], element: index, valueClass: .plain,
            key: element.hasContent ? .integer(1) : nil, name: reference.shortName)
    }
}

extension JSON {
    /// Whether `pr` holds of the value.
    fileprivate var hasContent: Bool {
        switch self {
        case .null: false
        case .string(let text): !text.isEmpty
        case .array(let elements): elements.contains(where: \.hasContent)
        case .object(let object): object.members.contains { $0.value.hasContent }
        case .bool, .integer, .number: true
        }
    }
}

extension Key {
    var databaseValue: DatabaseValue {
        switch self {
        case .integer(let number): number.databaseValue
        case .real(let number): number.databaseValue
        case .text(let text): text.databaseValue
        }
    }
}
