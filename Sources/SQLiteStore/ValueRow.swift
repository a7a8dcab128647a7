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

extension ValueColumn {
    /// The rows of a document in canonical form.
    func rows(of document: JSONObject) -> [ValueRow] {
        rows(of: document.elements(of: reference))
    }

    /// The rows that a change takes away and brings.
    func change(
        from old: JSONObject,
        to new: JSONObject
    ) -> (removed: [ValueRow], added: [ValueRow]) {
        let before = old.elements(of: reference)
        let after = new.elements(of: reference)
        if before == after { return ([], []) }
        let oldRows = rows(of: before)
        let newRows = rows(of: after)
        return (
            oldRows.filter { !newRows.contains($0) }, newRows.filter { !oldRows.contains($0) }
        )
    }

    private func rows(of elements: [JSON]) -> [ValueRow] {
        var rows: [ValueRow] = []
        for (index, element) in elements.enumerated() {
            if let marker {
                // Its key says whether anything is in the value.
                rows.append(
                    ValueRow(
                        attribute: marker,
                        element: index,
                        valueClass: .plain,
                        key: element.isPresent ? .integer(1) : nil,
                        name: ""
                    )
                )
            }
            for part in parts {
                guard let value = part.reference.value(in: element),
                    let key = part.definition.key(of: value)
                else { continue }
                rows.append(
                    ValueRow(
                        attribute: part.number,
                        element: index,
                        valueClass: part.valueClass,
                        key: key,
                        name: part.name
                    )
                )
            }
        }
        return rows
    }
}

extension Key: SQLValueConvertible {
    var sqlValue: SQLValue {
        switch self {
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        case .text(let text): .text(text)
        }
    }
}
