import SCIM

/// Resources as clients see them.
package struct Representation {
    package let links: Links
    package let projection: Projection

    package init(links: Links, projection: Projection) {
        self.links = links
        self.projection = projection
    }

    /// What has to be loaded of a resource to show it.
    ///
    /// The version tag needs memberships.
    package var parts: ResourceParts {
        var parts: ResourceParts = []
        // `meta` is in every answer that is not asked for something else.
        if projection.isStandard || projection.shows("groups") || projection.shows("meta") {
            parts.insert(.memberships)
        }
        if projection.shows("members") { parts.insert(.members) }
        return parts
    }

    /// Appends the resource as JSON text.
    ///
    /// - Throws: `StoreError.damaged` when the stored document is not JSON.
    package func append(_ resource: StoredResource, to writer: inout JSONWriter) throws {
        let tail = resource.tail(links)
        guard projection.isStandard else {
            var whole = try resource.record.document.object()
            whole.members += tail
            return writer.append(projection.apply(to: whole))
        }
        // The document as it stands: no tree is made of it, which would cost more than all the
        // rest of reading a resource.
        writer.append(json: resource.record.document.text.dropLast())
        for member in tail { writer.append(following: member) }
        writer.append(literal: "}")
    }

    /// The resource as JSON text.
    ///
    /// - Throws: 500 when the stored document is not JSON.
    package func text(of resource: StoredResource) throws(SCIMError) -> [UInt8] {
        try answering {
            var writer = JSONWriter(capacity: resource.record.document.text.count + 512)
            try append(resource, to: &writer)
            return writer.bytes
        }
    }
}

extension StoredResource {
    /// What stands behind the document in a whole resource: what others may change without writing
    /// it.
    fileprivate func tail(_ links: Links) -> [JSONObject.Member] {
        var tail: [JSONObject.Member] = []
        tail.reserveCapacity(4)
        if let externalId = record.externalId {
            tail.append(.init(name: "externalId", value: .string(externalId)))
        }
        if let attribute = type.memberships, !memberships.isEmpty {
            let elements = JSON.array(memberships.map { $0.json(links) })
            tail.append(.init(name: attribute.name, value: elements))
        }
        // Empty too: some clients take a group without the attribute for one that has not said.
        if let attribute = type.membership {
            tail.append(.init(name: attribute.name, value: .array(members.map { $0.json(links) })))
        }
        tail.append(.init(name: "meta", value: .object(meta(links))))
        return tail
    }

    private func meta(_ links: Links) -> JSONObject {
        [
            "resourceType": .string(type.name), "created": .string(record.created.text),
            "lastModified": .string(record.modified.text),
            "location": .string(links.url(of: id, type)),
            "version": .string(tag),
        ]
    }
}

extension Membership {
    fileprivate func json(_ links: Links) -> JSON {
        [
            "value": .string(group), "$ref": .string(links.url(of: group, typeNamed: type)),
            "display": .string(display), "type": "direct",
        ]
    }
}

extension Member {
    /// The member's element in `members`.
    package func json(_ links: Links) -> JSON {
        [
            "value": .string(id), "$ref": .string(links.url(of: id, typeNamed: type)),
            "type": .string(type),
        ]
    }
}
