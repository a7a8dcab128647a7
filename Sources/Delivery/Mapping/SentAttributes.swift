import Directory
import SCIM

/// The attributes that users have, as expressions name them.
package struct SentAttributes {
    package struct Attribute: Sendable {
        /// As an expression has it: `emails[type eq "work"].value`.
        package let path: String
        /// How many of the users have it.
        package fileprivate(set) var count = 0
        /// A value of the first user who has it.
        package let example: String
        /// Whether a mapping makes something of it.
        package let isUsed: Bool
    }

    /// How many users were looked at.
    package let users: Int
    /// What most have first.
    package let attributes: [Attribute]

    /// Names beyond are not looked at, whatever clients send.
    private static let attributesMax = 500

    /// - Parameters:
    ///   - ids: Of the users; whoever stands first gives the examples.
    ///   - site: Whose mapping uses some of them.
    ///   - store: Where the users are.
    /// - Throws: A failure of the store.
    package init(of ids: [String], _ site: WordPressSite, in store: any StoreReading) throws {
        var found: [String: Attribute] = [:]
        var unknown: Set<String> = []
        var users = 0
        for id in ids {
            guard
                let user = try store.fetch(id, type: .user, domain: site.domain, loading: [])
            else { continue }
            users += 1
            for (path, value) in try Self.values(of: user) where !unknown.contains(path) {
                if found[path] == nil, found.count < Self.attributesMax {
                    found[path] = Attribute(path, value, site.mapping)
                    if found[path] == nil { unknown.insert(path) }
                }
                found[path]?.count += 1
            }
        }
        self.users = users
        attributes = found.values.sorted { ($1.count, $0.path) < ($0.count, $1.path) }
    }

    /// Each path once, with its first value.
    private static func values(of user: StoredResource) throws -> [String: String] {
        var values: [String: String] = [:]
        values["externalId"] = user.record.externalId
        for member in try user.record.document.object().members {
            switch member.name {
            case "schemas", "id", "meta", "active": break
            default: collect(member.name, member.value, &values)
            }
        }
        return values
    }

    private static func collect(_ name: String, _ value: JSON, _ values: inout [String: String]) {
        switch value {
        case .object(let object):
            let separator = name.hasPrefix("urn:") && !name.isAttributeOfExtension ? ":" : "."
            for member in object.members where member.name != "$ref" {
                collect(name + separator + member.name, member.value, &values)
            }
        case .array(let elements):
            for element in elements { collect(element: element, of: name, &values) }
        default:
            guard values[name] == nil, let text = value.plainText, text.isValue else { return }
            values[name] = text
        }
    }

    private static func collect(
        element: JSON,
        of name: String,
        _ values: inout [String: String]
    ) {
        guard let object = element.object else { return collect(name, element, &values) }
        let type = object["type"]?.string.map { "[type eq \(Literal.string($0).text)]" } ?? ""
        for member in object.members {
            switch member.name {
            case "type", "primary", "display", "$ref": break
            default: collect("\(name)\(type).\(member.name)", member.value, &values)
            }
        }
    }
}

extension SentAttributes.Attribute {
    /// - Returns: `nil` for what no expression names.
    fileprivate init?(_ path: String, _ example: String, _ mapping: Mapping) {
        guard let expression = try? Expression(path),
            case .attribute(let selection) = expression.root
        else { return nil }
        self.path = expression.text
        self.example = example
        // One that is named without a filter is all of its kind.
        let names = [expression.text, selection.reference.shortName]
        isUsed = mapping.entries.contains { entry in
            entry.expression.selections.contains { names.contains($0.text) }
        }
    }
}

extension String {
    /// Whether a schema's URN is followed by an attribute of it.
    fileprivate var isAttributeOfExtension: Bool {
        ResourceType.user.extensions.contains { hasPrefix($0.schema.id + ":") }
    }
}

extension Expression {
    /// The attributes that it is made of, with their filters.
    var selections: [AttributeSelection] { root.selections }

    /// The values of these attributes, each once.
    func sent(in resource: JSONObject) -> [String] {
        var sent: [String] = []
        for value in selections.flatMap({ $0.values(of: resource) }) where !sent.contains(value) {
            sent.append(value)
        }
        return sent
    }
}

extension Expression.Node {
    fileprivate var selections: [AttributeSelection] {
        switch self {
        case .attribute(let selection): [selection]
        case .constant: []
        case .call(_, let arguments): arguments.flatMap(\.selections)
        }
    }
}

/// What a site's mapping makes of one user.
package struct MappingSample {
    package struct Value: Sendable {
        /// The values of the attributes that it is made of.
        package let sent: [String]
        /// `nil` for nothing.
        package let becomes: String?
    }

    /// By the texts of targets.
    package let values: [String: Value]

    package init(
        of user: StoredResource,
        _ site: WordPressSite,
        in store: any StoreReading
    ) throws {
        let resource = try AccountEvent(site: site).mapped(user, in: store)
        var values: [String: Value] = [:]
        for entry in site.mapping.entries {
            values[entry.target.text] = Value(
                sent: entry.expression.sent(in: resource),
                becomes: entry.expression.value(of: resource)
            )
        }
        self.values = values
    }
}
