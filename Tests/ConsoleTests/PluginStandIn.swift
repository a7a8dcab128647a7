import Delivery
import JSONText
import SCIM

/// Answers calls as the plugin of a WordPress site does.
final class PluginStandIn {
    /// What `fields` names.
    var fields: [JSON] = []
    /// What accounts have, as a preview says.
    var before: JSONObject = [:]
    /// What Roster has set, by the names of `unset`: that it clears.
    var given: [String] = []
    /// Roles with whether they may be given.
    var roles: [(name: String, isAllowed: Bool)] = [
        ("administrator", false), ("editor", true), ("author", true), ("subscriber", true),
    ]
    var blogs: [Int] = []
    /// Whether it does not answer.
    var isSilent = false
    /// What it refuses all events with; `nil` where it does not.
    var refusal: String?
    private(set) var calls: [Call] = []

    func answer(_ call: Call) -> CallResult {
        calls.append(call)
        if isSilent { return .unreachable("nobody is there") }
        let name = call.url.split(separator: "=").last.map(String.init) ?? ""
        let body: JSON =
            switch name {
            case "fields": ["fields": .array(fields)]
            case "status": .object(status)
            case "events": ["results": .array(events(call).map { .object(result($0)) })]
            default: []
            }
        return .answered(status: 200, body: body.text)
    }

    private var status: JSONObject {
        let roles = roles.map { role -> JSON in
            [
                "role": .string(role.name), "name": .string(role.name.capitalized),
                "allowed": .bool(role.isAllowed),
            ]
        }
        let sites = blogs.map { id -> JSON in
            ["id": .integer(Int64(id)), "url": .string("https://\(id).test"), "name": "x"]
        }
        return [
            "plugin": "0.2.0", "wordpress": "6.8", "roles": .array(roles), "sites": .array(sites),
            "defaultRole": "subscriber", "adopt": "none",
        ]
    }

    private func events(_ call: Call) -> [JSONObject] {
        let body = (try? JSON(parsing: call.body))?.object
        return (body?["events"]?.array ?? []).compactMap(\.object)
    }

    /// As `user.validate` with `preview` answers: what the event says, after what there is.
    private func result(_ event: JSONObject) -> JSONObject {
        if let refusal {
            return ["status": "refused", "code": "no", "message": .string(refusal)]
        }
        let user = event["user"]?.object ?? [:]
        var (before, after): (JSONObject, JSONObject) = ([:], [:])
        for member in user["meta"]?.object?.members ?? [] {
            after["meta:\(member.name)"] = member.value
            before["meta:\(member.name)"] = self.before["meta:\(member.name)"] ?? .null
        }
        for name in (user["unset"]?.array ?? []).compactMap(\.string) where given.contains(name) {
            before[name] = self.before[name]
            after[name] = .null
        }
        if let roles = user["roles"] {
            before["roles"] = self.before["roles"] ?? .array([])
            after["roles"] = roles
        }
        return ["status": "ok", "before": .object(before), "after": .object(after)]
    }
}

extension String {
    /// With a capital.
    fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}
