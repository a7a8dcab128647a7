import SCIM

extension PatchOperation {
    /// The operation with another value.
    func setting(value: JSON?) -> PatchOperation {
        var operation = self
        operation.value = value
        return operation
    }

    /// The operation with another path, which error details call as it was sent.
    func setting(path: Path, sent: String? = nil) -> PatchOperation {
        var operation = self
        operation.path = path
        operation.pathText = sent ?? pathText
        return operation
    }

    /// A removal of what a path leads to.
    func removing(_ path: PatchPath) -> PatchOperation {
        var operation = setting(path: .attribute(path)).setting(value: nil)
        operation.kind = .remove
        return operation
    }

    /// An operation on the whole resource that changes nothing.
    ///
    /// It stands for one that is passed over.
    var passedOver: PatchOperation {
        var operation = setting(path: .none, sent: "").setting(value: [:])
        operation.kind = .add
        return operation
    }

    /// Takes members out of the value of an operation without a path.
    ///
    /// - Parameter path: The path that stands for a member's name; `nil` leaves it in the value.
    /// - Returns: An operation for each such member and for what stands between them, in order;
    ///   `nil` when there is none.
    func splitting(_ path: (String) -> PatchPath?) -> [PatchOperation]? {
        guard self.path.isNone, let object = value?.object else { return nil }
        var parts: [PatchOperation] = []
        var between = JSONObject()
        func close() {
            if !between.isEmpty { parts.append(setting(value: .object(between))) }
            between = [:]
        }
        var hasPath = false
        for member in object.members {
            guard let path = path(member.name) else {
                between.members.append(member)
                continue
            }
            close()
            hasPath = true
            parts.append(
                setting(path: .attribute(path), sent: member.name).setting(value: member.value)
            )
        }
        close()
        return hasPath ? parts : nil
    }
}

extension PatchPath {
    /// Whether the path leads to an attribute as a whole, not to a selection of its values or to
    /// part of them.
    ///
    /// Where the path was read and not yet taken apart (`ResourceType.split`), the target tells.
    var isWhole: Bool { filter == nil && subAttribute == nil && path.subAttribute == nil }
}

extension ResourceType {
    /// The definition of what a path leads to, and of the attribute in which that is found.
    ///
    /// - Returns: `nil` for what the type does not have, and for an extension as a whole.
    func target(of path: PatchPath) -> (attribute: Attribute, sub: Attribute?)? {
        guard let reference = resolve(path.path), let attribute = reference.attribute else {
            return nil
        }
        guard let name = path.subAttribute else { return (attribute, reference.subAttribute) }
        return attribute.subAttribute(named: name).map { (attribute, $0) }
    }

    /// The attribute to which a path leads as a whole, not to a selection of its values or to
    /// part of them.
    func wholeTarget(of path: PatchPath) -> Attribute? {
        guard path.isWhole, let (attribute, sub) = target(of: path), sub == nil else { return nil }
        return attribute
    }

    /// Whether a path leads to an attribute that the type has and clients may write.
    func canWrite(_ path: PatchPath) -> Bool {
        guard let (attribute, sub) = target(of: path) else { return false }
        return attribute.mutability != .readOnly && sub?.mutability != .readOnly
    }
}
