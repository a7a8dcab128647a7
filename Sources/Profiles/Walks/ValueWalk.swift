import SCIM

/// Changes values at the attributes that they are sent for, from the outside in.
///
/// What the client cannot write is left alone: the protocol's rules decide about it.
struct ValueWalk {
    enum Position: Sendable {
        /// The value of an attribute, with all its elements.
        case whole
        /// One element of a multi-valued attribute.
        case element
    }

    /// - Returns: `nil` to keep the value.
    typealias Change = @Sendable (JSON, Attribute, Position) -> JSON?

    let type: ResourceType
    let change: Change

    /// - Parameter body: A resource, or the value of an operation without a path.
    /// - Returns: `nil` when nothing changed.
    func resource(_ body: JSONObject) -> JSONObject? {
        body.changingValues { member in
            if let schema = type.extension(member.name) {
                return self.extension(member.value, schema)
            }
            return type.coreAttribute(named: member.name).flatMap { whole(member.value, $0) }
        }
    }

    /// The changed value of an operation; `nil` when it stays.
    func value(of operation: Operation) -> JSON? {
        guard let value = operation.value else { return nil }
        if operation.isWithoutPath { return value.object.flatMap(resource).map(JSON.object) }
        guard var path = operation.path else { return nil }
        path.path = type.split(path.path)
        if path.isWhole, let urn = path.path.urn, path.path.attribute.isEmpty {
            return type.extension(urn).flatMap { self.extension(value, $0) }
        }
        guard let (attribute, sub) = type.target(of: path), attribute.mutability != .readOnly
        else { return nil }
        if let sub { return whole(value, sub) }
        return path.filter == nil ? whole(value, attribute) : element(value, attribute)
    }

    private func `extension`(_ value: JSON, _ schema: Schema) -> JSON? {
        value.object?.changingValues { member in
            schema.attribute(named: member.name).flatMap { whole(member.value, $0) }
        }.map(JSON.object)
    }

    private func whole(_ sent: JSON, _ attribute: Attribute) -> JSON? {
        if attribute.mutability == .readOnly { return nil }
        let changed = change(sent, attribute, .whole)
        let value = changed ?? sent
        if attribute.multiValued {
            let elements = value.array?.changing { element($0, attribute) }
            return elements.map(JSON.array) ?? changed
        }
        return parts(value, attribute) ?? changed
    }

    private func element(_ sent: JSON, _ attribute: Attribute) -> JSON? {
        let changed = change(sent, attribute, .element)
        return parts(changed ?? sent, attribute) ?? changed
    }

    private func parts(_ value: JSON, _ attribute: Attribute) -> JSON? {
        guard attribute.isComplex else { return nil }
        return value.object?.changingValues { member in
            attribute.subAttribute(named: member.name).flatMap { whole(member.value, $0) }
        }.map(JSON.object)
    }
}
