import Directory
import SCIM

/// A user as people see one.
struct Person {
    let stored: StoredResource
    let document: JSONObject

    init(_ stored: StoredResource) throws {
        self.stored = stored
        document = try stored.record.document.object()
    }

    var id: String { stored.id }
    var userName: String { document["userName"]?.string ?? "" }
    /// Whether the user may get in: without the attribute, yes.
    var isActive: Bool { document["active"] != false }

    /// By which people call them; the user name where nothing else is known.
    var name: String {
        let name = document["name"]?.object
        let parts = [name?["givenName"]?.string, name?["familyName"]?.string].compactMap(\.self)
        let candidates = [
            document["displayName"]?.string ?? "", name?["formatted"]?.string ?? "",
            parts.joined(separator: " "),
        ]
        return candidates.first { !$0.isEmpty } ?? userName
    }

    // MARK: Attributes

    /// Names with values, in the document's order; every value as text.
    func attributes() -> [(name: HTML, value: HTML)] {
        document.members.flatMap { member -> [(name: HTML, value: HTML)] in
            switch member.name {
            case "schemas", "id", "meta", "active": []
            default: Self.attributes(member.name, member.value)
            }
        }
    }

    private static func attributes(_ name: String, _ value: JSON) -> [(name: HTML, value: HTML)] {
        switch value {
        case .object(let object):
            return object.members.flatMap { member in
                // An extension's attributes are told apart by their own names.
                attributes(
                    name.hasPrefix("urn:") ? member.name : "\(name).\(member.name)",
                    member.value
                )
            }
        case .array(let elements):
            let items: [HTML] = elements.map(element)
            return [(label(name), items.joined("<br>"))]
        default: return [(label(name), HTML(plain(value)))]
        }
    }

    /// An element of a multi-valued attribute: its value, and what it is.
    private static func element(_ element: JSON) -> HTML {
        guard let object = element.object else { return HTML(plain(element)) }
        let value = ["value", "formatted", "display"].compactMap { object[$0].map(plain) }.first
        var notes = object["type"]?.string.map { [$0] } ?? []
        if object["primary"] == true { notes.append("primary") }
        let shown =
            value
            ?? object.members.filter { $0.name != "type" && $0.name != "primary" }
            .map { plain($0.value) }.joined(separator: ", ")
        return notes.isEmpty
            ? "\(shown)" : "\(shown) <small>\(notes.joined(separator: ", "))</small>"
    }

    static func plain(_ value: JSON) -> String {
        value.string ?? String(decoding: value.text, as: UTF8.self)
    }

    private static let labels: [String: HTML] = [
        "userName": "User name", "displayName": "Display name", "name.givenName": "First name",
        "name.familyName": "Last name", "name.formatted": "Full name",
        "name.middleName": "Middle name", "emails": "E-mail addresses",
        "phoneNumbers": "Phone numbers", "addresses": "Addresses", "title": "Title",
        "nickName": "Nickname", "profileUrl": "Web page", "userType": "Kind of user",
        "preferredLanguage": "Language", "locale": "Region", "timezone": "Time zone",
        "employeeNumber": "Employee number", "costCenter": "Cost centre",
        "organization": "Organization", "division": "Division", "department": "Department",
        "manager.displayName": "Manager", "roles": "Roles sent", "entitlements": "Entitlements",
    ]

    /// What an attribute is called; its own name where nobody has another for it.
    static func label(_ name: String) -> HTML { labels[name] ?? "<code>\(name)</code>" }
}

/// How far a receiver knows of somebody, in a word.
struct DeliveryState {
    let mood: Mood
    let word: HTML

    init(_ mood: Mood, _ word: HTML) {
        (self.mood, self.word) = (mood, word)
    }

    init(_ record: DeliveryRecord) {
        switch record.state {
        case .done: (mood, word) = (.good, "Up to date")
        case .waiting where record.attempts > 0: (mood, word) = (.warn, "Trying again")
        case .waiting: (mood, word) = (.wait, "On its way")
        case .parked: (mood, word) = (.bad, "Stuck")
        case .detached: (mood, word) = (.off, "Detached")
        }
    }
}
