import Directory
import SCIM

/// What each part of a WordPress account is made of.
package struct Mapping: Sendable {
    /// One target and what it is made of.
    package struct Entry: Sendable {
        package let target: WordPressTarget
        package let expression: Expression
    }

    /// A column of the site's Users list.
    package struct Column: Sendable, Equatable {
        /// A key in usermeta.
        package let key: String
        package let label: String

        package init(key: String, label: String) {
            self.key = key
            self.label = label
        }
    }

    /// Why rows make no mapping, for whoever wrote them.
    package struct Refusal: Error, Sendable, Equatable {
        package let message: String
    }

    /// Fields in WordPress' order, then usermeta and profile fields by their names.
    package let entries: [Entry]
    package let columns: [Column]

    /// The standard mapping with what a site has otherwise.
    ///
    /// - Parameters:
    ///   - rows: Expressions by target; `nil` where a target is not to be mapped.
    ///   - columns: Of usermeta that is mapped.
    /// - Throws: `Refusal` for a target or an expression that cannot be, and for a column of what
    ///   is not mapped.
    package init(
        rows: [String: String?] = [:],
        columns: [Column] = []
    ) throws(Refusal) {
        var expressions = Self.standard
        for (target, text) in rows.sorted(by: { $0.key < $1.key }) {
            let (target, expression) = try Self.row(target, text)
            expressions[target] = expression
        }
        for column in columns where expressions[.meta(column.key)] == nil {
            throw Refusal(message: "the column \(column.key) needs a mapping of meta:\(column.key)")
        }
        entries = expressions.map(Entry.init).sorted { $0.target.order < $1.target.order }
        self.columns = columns
    }

    /// Reads one row.
    ///
    /// - Parameters:
    ///   - target: The text of a target.
    ///   - expression: The text of an expression; `nil` where the target is not to be mapped.
    /// - Returns: Both as values.
    /// - Throws: `Refusal` where one of them cannot be.
    package static func row(
        _ target: String,
        _ expression: String?
    ) throws(Refusal) -> (WordPressTarget, Expression?) {
        do {
            return (try WordPressTarget(target), try expression.map { try Expression($0) })
        } catch let refusal as WordPressTarget.Refusal {
            throw Refusal(message: refusal.message)
        } catch let error as ExpressionError {
            throw Refusal(message: "\(target), \(error.text)")
        } catch {
            throw Refusal(message: "\(target) cannot be read")
        }
    }

    /// What a target is made of; `nil` where it is not mapped.
    package subscript(target: WordPressTarget) -> Expression? {
        entries.first { $0.target == target }?.expression
    }

    /// Whether something is made of the name of a user's manager, which is not kept with the user.
    package var readsManagerName: Bool {
        entries.contains { entry in
            entry.expression.references.contains { reference in
                reference.attribute?.isReference == true
                    && reference.subAttribute?.name == "displayName"
            }
        }
    }

    /// Whether something is made of the groups that a user is in.
    package var readsGroups: Bool {
        entries.contains { entry in
            entry.expression.references.contains { $0.attribute?.name == "groups" }
        }
    }

    /// What the site's own pages show of it: `settings` of an event.
    package var settings: JSONObject {
        let managed = entries.map(\.target).filter { $0 != .field(.login) }
        return [
            "columns": .array(
                columns.map { ["key": .string($0.key), "label": .string($0.label)] }
            ),
            "managed": .array(managed.map { .string($0.member) }),
        ]
    }
}

extension WordPressTarget {
    /// Fields in WordPress' order, then usermeta and profile fields by their names.
    fileprivate var order: (Int, String) {
        switch self {
        case .field(let field): (Field.allCases.firstIndex(of: field) ?? 0, "")
        case .meta(let key): (Field.allCases.count, key)
        case .xprofile(let name): (Field.allCases.count + 1, name)
        }
    }
}
