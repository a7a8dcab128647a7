import Directory
import SCIM

/// Where the values of each attribute are.
extension SearchSQL {
    /// The rows of an attribute.
    ///
    /// - Returns: `nil` for what follows from the row of the resource itself.
    func relation(_ reference: AttributeReference) -> Relation? {
        switch reference.attribute?.source {
        case .document, nil: values(reference)
        case .domain: externalIDs
        case .members: members("m.grp", "m.member", reference)
        case .memberships: members("m.member", "m.grp", reference)
        case .record: nil
        }
    }

    /// Whether an index leads to the rows that have a value of the attribute.
    ///
    /// Asked several times a filter: no relation is made for it.
    func isIndexed(_ reference: AttributeReference) -> Bool {
        switch reference.attribute?.source {
        case .document, nil: reference.definition.map(ValueClass.init) ?? .plain != .plain
        case .domain: true
        case .members, .memberships: Self.isID(reference)
        case .record: false
        }
    }

    private func values(_ reference: AttributeReference) -> Relation {
        let number = attributes[reference]
        let valueClass = reference.definition.map(ValueClass.init) ?? .plain
        return Relation(
            from: "value v",
            restriction: "v.attribute = \(number)",
            indexed: valueClass == .plain
                ? nil : "v.class = \(class: valueClass) AND v.attribute = \(number)",
            ofResource: "v.resource = r.key",
            resource: "v.resource",
            value: "v.key",
            place: "v.element"
        )
    }

    private var externalIDs: Relation {
        Relation(
            from: "external_id x",
            restriction: "x.domain = \(domain)",
            indexed: "x.domain = \(domain)",
            ofResource: "x.resource = r.key",
            resource: "x.resource",
            value: "x.value",
            place: "x.value"
        )
    }

    /// Memberships of which `r` is one side, with the other side as `o`.
    private func members(_ own: SQL, _ other: SQL, _ reference: AttributeReference) -> Relation {
        Relation(
            from: "member m JOIN resource o ON o.key = \(other)",
            restriction: "1",
            indexed: Self.isID(reference) ? "1" : nil,
            ofResource: "\(own) = r.key",
            resource: own,
            value: otherSide(reference),
            place: other
        )
    }

    /// Whether the reference is the `value` of a membership, by which rows are found.
    static func isID(_ reference: AttributeReference) -> Bool {
        reference.subAttribute?.name == "value"
    }

    // MARK: Expressions

    /// A part of the other resource of a membership, `o`: the member of a group, or the group of a
    /// member.
    func otherSide(_ reference: AttributeReference) -> SQL {
        switch reference.subAttribute?.name {
        case "$ref": "(\(links.base) || \(ofOtherType { $0.endpoint }) || '/' || o.id)"
        case "type":
            reference.attribute?.source == .members
                ? ofOtherType { $0.name.caseFolded } : "'direct'"
        case "display":
            """
            (SELECT d.key FROM value d WHERE d.resource = o.key
                AND d.attribute = \(attributes[Self.groupName]) AND d.element = 0)
            """
        default: "o.id"
        }
    }

    /// What depends on the resource type of `o`.
    private func ofOtherType(_ value: (ResourceType) -> String) -> SQL {
        let cases = links.types.all.map { type -> SQL in "WHEN \(type.name) THEN \(value(type))" }
        return "CASE o.type \(cases.joined(" ")) END"
    }

    private static let groupName = AttributeReference(
        schema: Schema.group.id,
        isExtension: false,
        attribute: Schema.group.attribute(named: "displayName")
    )

    /// What follows from the row of the resource.
    func record(_ reference: AttributeReference) -> SQL {
        switch reference.subAttribute?.name {
        case "resourceType": "r.type"
        case "created": "r.created"
        case "lastModified": "r.modified"
        case "location": "(\(links.base + type.endpoint + "/") || r.id)"
        case "version":
            """
            version_tag(r.version, (
                SELECT group_concat(
                    g.id || char(\(Int(EntityTag.fieldSeparator))) || json_extract(g.document, '$.displayName'),
                    char(\(Int(EntityTag.recordSeparator))))
                FROM (SELECT o.id, o.document FROM member m JOIN resource o ON o.key = m.grp
                    WHERE m.member = r.key AND \(type.memberships == nil ? 0 : 1) ORDER BY m.grp) g))
            """
        default: "r.id"
        }
    }
}
