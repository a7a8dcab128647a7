import SCIM

/// What differs between two states of a resource, with the values: `{path, before, after}` each,
/// as people read it, for the journal's `changes`.
///
/// Values are bounded, one by one and all together; what is cut says so. Secrets are named only.
struct AttributeChanges {
    private let type: ResourceType
    private let limits: Limits
    private var changes: [JSON] = []
    private var bytes = 0
    /// Changes that are not listed, because the list is long enough.
    private var omitted = 0

    /// Ids of members that are listed.
    private static let idsMax = 20

    init(of type: ResourceType, limits: Limits) {
        self.type = type
        self.limits = limits
    }

    /// The journal's detail with what was noted.
    func added(to detail: JSONObject) -> JSONObject {
        var detail = detail
        if !changes.isEmpty { detail["changes"] = .array(changes) }
        if omitted > 0 { detail["changesOmitted"] = .integer(Int64(omitted)) }
        return detail
    }

    /// Notes what differs between two documents.
    mutating func note(_ before: JSONObject, _ after: JSONObject) {
        for name in after.changedNames(from: before) where name != "schemas" && name != "id" {
            if let schema = type.extension(name) {
                note(schema, before[name]?.object ?? [:], after[name]?.object ?? [:])
            } else {
                note(name, type.coreAttribute(named: name), before[name], after[name])
            }
        }
    }

    private mutating func note(_ schema: Schema, _ before: JSONObject, _ after: JSONObject) {
        let prefix = Self.shortName(of: schema.id)
        for name in after.changedNames(from: before) {
            let attribute = schema.attribute(named: name)
            note("\(prefix):\(name)", attribute, before[name], after[name])
        }
    }

    /// `enterprise` of the enterprise user's URN, else the URN.
    private static func shortName(of urn: String) -> String {
        urn == Schema.enterpriseUser.id ? "enterprise" : urn
    }

    private mutating func note(
        _ path: String,
        _ attribute: Attribute?,
        _ before: JSON?,
        _ after: JSON?
    ) {
        if attribute?.isSecret == true { return note(secret: path, before != nil, after != nil) }
        if attribute?.isComplex == true, attribute?.multiValued == false {
            return note(path, attribute, before?.object ?? [:], after?.object ?? [:], [])
        }
        guard attribute?.multiValued == true, let old = before?.array ?? (before == nil ? [] : nil),
            let new = after?.array ?? (after == nil ? [] : nil)
        else { return add(path, before, after) }
        note(path, attribute, old, new)
    }

    /// Sub-attributes of one value.
    private mutating func note(
        _ path: String,
        _ attribute: Attribute?,
        _ before: JSONObject,
        _ after: JSONObject,
        _ passedOver: [String]
    ) {
        for name in after.changedNames(from: before) where !passedOver.contains(name) {
            note("\(path).\(name)", attribute?.subAttribute(named: name), before[name], after[name])
        }
    }

    /// Several values: by their types where these tell them apart, else what came and went.
    private mutating func note(
        _ path: String,
        _ attribute: Attribute?,
        _ before: [JSON],
        _ after: [JSON]
    ) {
        if attribute?.subAttributes.contains(where: \.isSecret) == true {
            return note(secret: path, !before.isEmpty, !after.isEmpty)
        }
        if let old = Self.byType(before), let new = Self.byType(after) {
            let types = new.members.map(\.name) + old.members.map(\.name).filter { new[$0] == nil }
            for type in types where old[type] != new[type] {
                let (was, now) = (old[type]?.object ?? [:], new[type]?.object ?? [:])
                note("\(path)[\(type)]", attribute, was, now, ["type"])
            }
            return
        }
        let (gone, come) = (
            before.filter { !after.contains($0) }, after.filter { !before.contains($0) }
        )
        let isOrder = gone.isEmpty && come.isEmpty
        let (was, now) = isOrder ? (before, after) : (gone, come)
        add(path, Self.list(was), Self.list(now))
    }

    private static func list(_ values: [JSON]) -> JSON? {
        if values.isEmpty { return nil }
        return .array(values)
    }

    /// Values by their `type`; `nil` where one has none, or two have the same.
    private static func byType(_ values: [JSON]) -> JSONObject? {
        var sorted = JSONObject()
        for value in values {
            guard let type = value.object?["type"]?.string, sorted[type] == nil else { return nil }
            sorted[type] = value
        }
        return sorted
    }

    // MARK: What is in no document

    mutating func note(externalId before: String?, _ after: String?) {
        if before != after { add("externalId", before.map(JSON.string), after.map(JSON.string)) }
    }

    mutating func note(secret path: String, _ wasThere: Bool, _ isThere: Bool) {
        // Optional by its type: JSON has a `nil` of its own.
        let mark: JSON? = .string(Redaction.mark)
        add(path, wasThere ? mark : nil, isThere ? mark : nil)
    }

    mutating func note(members path: String, _ membership: MembershipDifference) {
        if membership.isEmpty { return }
        var change: JSONObject = ["path": .string(path)]
        for (name, ids) in [("added", membership.added), ("removed", membership.removed)]
        where !ids.isEmpty {
            change[name] = [
                "count": .integer(Int64(ids.count)),
                "ids": .array(ids.prefix(Self.idsMax).map(JSON.string)),
            ]
        }
        append(change)
    }

    // MARK: Bounds

    private mutating func add(_ path: String, _ before: JSON?, _ after: JSON?) {
        var change: JSONObject = ["path": .string(path)]
        var isCut = false
        for case (let name, let value?) in [("before", before), ("after", after)] {
            change[name] = bounded(value, &isCut)
        }
        if isCut { change["cut"] = true }
        append(change)
    }

    private func bounded(_ value: JSON, _ isCut: inout Bool) -> JSON {
        let text = value.string ?? String(decoding: value.text, as: UTF8.self)
        if text.utf8.count <= limits.auditValueBytes { return value }
        isCut = true
        return .string(text.cut(toBytes: limits.auditValueBytes))
    }

    private mutating func append(_ change: JSONObject) {
        let size = JSON.object(change).text.count
        guard bytes + size <= limits.auditChangesBytes else { return omitted += 1 }
        bytes += size
        changes.append(.object(change))
    }
}

extension JSONObject {
    /// A name of a person beside the one that the resource is found by.
    ///
    /// The object is a user's document, or what was sent as one.
    var displayedName: String? {
        let name = value(named: "name")?.object
        let parts = ["givenName", "familyName"].compactMap { name?.value(named: $0)?.string }
        let shown =
            value(named: "displayName")?.string ?? name?.value(named: "formatted")?.string
            ?? parts.joined(separator: " ")
        return shown.isEmpty ? nil : shown.cut(toBytes: 256)
    }
}
