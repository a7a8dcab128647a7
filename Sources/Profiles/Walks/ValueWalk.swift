import SCIM

/// How a rewrite changes values.
struct ValueChange: Sendable {
    /// Where a value stands.
    struct Place {
        enum Position {
            /// The value of an attribute, with all its elements.
            case whole
            /// One element of a multi-valued attribute.
            case element
        }

        let attribute: Attribute
        let position: Position
        /// Whether an operation's path leads to the value.
        let isTarget: Bool
    }

    /// When a value is changed.
    enum Moment: Sendable {
        /// Before its parts: what gives it shape and type.
        case entering
        /// Behind its parts: what depends on the finished shape.
        case leaving
    }

    let moment: Moment
    /// The operations whose values are changed; those of a POST or PUT always are.
    let kinds: [PatchOperation.Kind]
    /// Whether the value says that the attribute is to be cleared.
    let clears: (@Sendable (JSON, Place) -> Bool)?
    /// - Returns: `nil` to keep the value.
    let change: @Sendable (JSON, Place) -> JSON?

    init(
        _ moment: Moment = .entering,
        in kinds: [PatchOperation.Kind] = [.add, .remove, .replace],
        clears: (@Sendable (JSON, Place) -> Bool)? = nil,
        change: @escaping @Sendable (JSON, Place) -> JSON?
    ) {
        self.moment = moment
        self.kinds = kinds
        self.clears = clears
        self.change = change
    }
}

/// Goes once through the values of a body, or of an operation, at the attributes that they are
/// sent for, and has each changed on the way in and on the way out.
///
/// What the client cannot write is left alone: the protocol's rules decide about it.
struct ValueWalk {
    /// A change with its rewrite's place in the profile.
    struct Step: Sendable {
        let rewrite: Int
        let values: ValueChange
    }

    /// What became of a value.
    enum Outcome {
        case value(JSON)
        /// The attribute is to be cleared.
        case cleared
    }

    let type: ResourceType
    let entering: [Step]
    let leaving: [Step]
    /// The places in the profile of the rewrites that changed something.
    private(set) var fired: Set<Int> = []
    /// The attributes that are to be cleared, and are no longer in the value.
    private(set) var cleared: [AttributePath] = []

    /// The walk for a body, or with `kind` for an operation.
    init(type: ResourceType, steps: [Step], kind: PatchOperation.Kind? = nil) {
        self.type = type
        let steps =
            kind.map { kind in steps.filter { $0.values.kinds.contains(kind) } } ?? steps
        entering = steps.filter { $0.values.moment == .entering }
        leaving = steps.filter { $0.values.moment == .leaving }
    }

    /// - Parameter body: A resource, or the value of an operation without a path.
    /// - Returns: `nil` when nothing changed.
    mutating func resource(_ body: JSONObject) -> JSONObject? {
        members(of: body) { walk, member in
            if let schema = walk.type.extension(member.name) {
                return walk.extension(member.value, schema)
            }
            guard let attribute = walk.type.coreAttribute(named: member.name) else { return nil }
            return walk.attribute(member.value, attribute, in: nil)
        }
    }

    /// - Returns: What becomes of the operation's value; `nil` when it stays.
    mutating func value(of operation: PatchOperation) -> Outcome? {
        guard let value = operation.value else { return nil }
        switch operation.path {
        case .none: return value.object.flatMap { resource($0) }.map { .value(.object($0)) }
        case .unread: return nil
        case .attribute(let path):
            let name = type.split(path.path)
            if path.isWhole, name.attribute.isEmpty, let urn = name.urn {
                return type.extension(urn).flatMap { self.extension(value, $0) }
            }
            guard let (attribute, sub) = type.target(of: path), attribute.mutability != .readOnly
            else { return nil }
            if let sub { return whole(value, sub, isTarget: true) }
            return path.filter == nil
                ? whole(value, attribute, isTarget: true)
                : element(value, attribute, isTarget: true).map { .value($0) }
        }
    }

    private mutating func `extension`(_ value: JSON, _ schema: Schema) -> Outcome? {
        value.object.flatMap { object in
            members(of: object) { walk, member in
                guard let attribute = schema.attribute(named: member.name) else { return nil }
                return walk.attribute(member.value, attribute, in: schema)
            }
        }.map { .value(.object($0)) }
    }

    private mutating func attribute(
        _ value: JSON,
        _ attribute: Attribute,
        in schema: Schema?
    ) -> Outcome? {
        let outcome = whole(value, attribute)
        if case .cleared? = outcome {
            cleared.append(AttributePath(urn: schema?.id, attribute: attribute.name))
        }
        return outcome
    }

    private mutating func whole(
        _ sent: JSON,
        _ attribute: Attribute,
        isTarget: Bool = false
    ) -> Outcome? {
        if attribute.mutability == .readOnly { return nil }
        let place = ValueChange.Place(attribute: attribute, position: .whole, isTarget: isTarget)
        var value = sent
        var isChanged = false
        for step in entering {
            if step.values.clears?(value, place) == true {
                fired.insert(step.rewrite)
                return .cleared
            }
            isChanged = apply(step, to: &value, place) || isChanged
        }
        if !attribute.multiValued {
            isChanged = changeParts(of: &value, attribute) || isChanged
        } else if let elements = value.array?.changing({ element($0, attribute) }) {
            value = .array(elements)
            isChanged = true
        }
        for step in leaving { isChanged = apply(step, to: &value, place) || isChanged }
        return isChanged ? .value(value) : nil
    }

    private mutating func element(
        _ sent: JSON,
        _ attribute: Attribute,
        isTarget: Bool = false
    ) -> JSON? {
        let place = ValueChange.Place(attribute: attribute, position: .element, isTarget: isTarget)
        var value = sent
        var isChanged = false
        for step in entering { isChanged = apply(step, to: &value, place) || isChanged }
        isChanged = changeParts(of: &value, attribute) || isChanged
        for step in leaving { isChanged = apply(step, to: &value, place) || isChanged }
        // Written out, because `nil` beside a JSON value would be `null`.
        return isChanged ? value : Optional.none
    }

    /// - Returns: Whether the value changed.
    private mutating func apply(
        _ step: Step,
        to value: inout JSON,
        _ place: ValueChange.Place
    ) -> Bool {
        guard let changed = step.values.change(value, place) else { return false }
        value = changed
        fired.insert(step.rewrite)
        return true
    }

    /// - Returns: Whether a sub-attribute changed.
    private mutating func changeParts(of value: inout JSON, _ attribute: Attribute) -> Bool {
        guard attribute.isComplex, let object = value.object else { return false }
        let changed = members(of: object) { walk, member in
            attribute.subAttribute(named: member.name).flatMap { walk.whole(member.value, $0) }
        }
        guard let changed else { return false }
        value = .object(changed)
        return true
    }

    /// The members with some of them changed and without those that are cleared.
    ///
    /// - Returns: `nil` when nothing changed.
    private mutating func members(
        of object: JSONObject,
        _ change: (inout ValueWalk, JSONObject.Member) -> Outcome?
    ) -> JSONObject? {
        var changed: [JSONObject.Member]?
        for (index, member) in object.members.enumerated() {
            guard let outcome = change(&self, member) else {
                changed?.append(member)
                continue
            }
            if changed == nil { changed = Array(object.members[..<index]) }
            if case .value(let value) = outcome {
                changed?.append(.init(name: member.name, value: value))
            }
        }
        return changed.map { JSONObject($0) }
    }
}
