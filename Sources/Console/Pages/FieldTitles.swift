import Delivery
import SCIM

/// What the fields of accounts are called.
struct FieldTitles {
    private let fields: [WordPressField]

    /// - Parameter fields: As far as the site names them.
    init(_ fields: [WordPressField] = []) {
        self.fields = fields
    }

    private static let common: [String: HTML] = [
        "user_login": "Login", "user_email": "E-mail address", "first_name": "First name",
        "last_name": "Last name", "display_name": "Display name", "nickname": "Nickname",
        "user_url": "Website", "description": "Biography", "locale": "Language",
        "roles": "Role", "active": "May sign in", "account": "Account", "password": "Password",
        "externalId": "External ID",
    ]

    private static let sources: [String: HTML] = [
        "acf": "ACF", "buddypress": "BuddyPress", "woocommerce": "WooCommerce",
    ]

    /// What a field is called that the site has under the name.
    func title(_ name: String) -> HTML {
        if let common = Self.common[name] { return common }
        if let field = fields.first(where: { $0.target == name }) { return "\(field.label)" }
        if name.hasPrefix("roles:") { return "Role on site \(String(name.dropFirst(6)))" }
        if name.hasPrefix("xprofile:") { return "\(String(name.dropFirst(9)))" }
        return "\(name.hasPrefix("meta:") ? String(name.dropFirst(5)) : name)"
    }

    /// Where a field is from; nothing for those that all sites have.
    func origin(_ name: String) -> HTML? {
        if Self.common[name] != nil { return nil }
        if let field = fields.first(where: { $0.target == name }), let group = Self.group(field) {
            return group
        }
        return name.hasPrefix("xprofile:") ? "profile field" : "user meta"
    }

    /// `ACF, Staff`; `nil` for usermeta.
    static func group(_ field: WordPressField) -> HTML? {
        guard let source = sources[field.source] else { return nil }
        return field.group.isEmpty ? source : "\(source), \(field.group)"
    }

    /// A value as people read it.
    static func value(_ value: JSON?) -> HTML {
        switch value {
        case nil, .null: "<span class=\"soft\">Empty</span>"
        case .bool(let flag): flag ? "Yes" : "No"
        case .array(let elements): elements.map { Self.value($0) }.joined(", ")
        case let value?: "\(Person.plain(value))"
        }
    }
}
