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
        guard projection.isStandard else {
            var whole = try resource.record.document.object()
            whole.members += try resource.tailMembers(links)
            return writer.append(projection.apply(to: whole))
        }
        // The document as it stands: no tree is made of it, which would cost more than all the
        // rest of reading a resource.
        resource.record.document.withText {
            writer.append(json: UnsafeBufferPointer(rebasing: $0.dropLast()))
        }
        resource.appendTail(links, to: &writer)
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
    /// Appends what stands behind the document in a whole resource, each member with a comma before
    /// it: what others may change without writing the resource.
    ///
    /// Straight as text: a list has hundreds of them.
    fileprivate func appendTail(_ links: Links, to writer: inout JSONWriter) {
        if let externalId = record.externalId {
            writer.append(literal: ",\"externalId\":")
            writer.append(string: externalId)
        }
        if let attribute = type.memberships, !memberships.isEmpty {
            writer.append(elements: memberships, of: attribute) { $0.append(to: &$1, links) }
        }
        // Empty too: some clients take a group without the attribute for one that has not said.
        if let attribute = type.membership {
            writer.append(elements: members, of: attribute) { $0.append(to: &$1, links) }
        }
        writer.append(literal: ",\"meta\":{\"resourceType\":")
        writer.append(plain: type.name)
        writer.append(literal: ",\"created\":")
        writer.append(record.created)
        writer.append(literal: ",\"lastModified\":")
        writer.append(record.modified)
        writer.append(literal: ",\"location\":")
        writer.append(url: id, type, links)
        writer.append(literal: ",\"version\":")
        writer.append(string: tag)
        writer.append(literal: "}")
    }

    /// The same as members of the resource.
    fileprivate func tailMembers(_ links: Links) throws -> [JSONObject.Member] {
        var writer = JSONWriter(capacity: 512)
        appendTail(links, to: &writer)
        let text = [UInt8(ascii: "{")] + writer.bytes.dropFirst() + [UInt8(ascii: "}")]
        return try Document(text: text).object().members
    }
}

extension JSONWriter {
    /// Appends a member that holds several values, with a comma before it.
    fileprivate mutating func append<Element>(
        elements: [Element],
        of attribute: Attribute,
        _ append: (Element, inout JSONWriter) -> Void
    ) {
        self.append(literal: ",")
        self.append(plain: attribute.name)
        self.append(literal: ":[")
        for index in elements.indices {
            if index > 0 { self.append(literal: ",") }
            append(elements[index], &self)
        }
        self.append(literal: "]")
    }

    /// Appends the URL of a resource with its quotes.
    fileprivate mutating func append(url id: String, _ type: ResourceType?, _ links: Links) {
        append(literal: "\"")
        append(fragment: links.base)
        append(fragment: type?.endpoint ?? "")
        append(literal: "/")
        append(fragment: id)
        append(literal: "\"")
    }
}

extension Membership {
    fileprivate func append(to writer: inout JSONWriter, _ links: Links) {
        writer.append(literal: "{\"value\":")
        writer.append(plain: group)
        writer.append(literal: ",\"$ref\":")
        writer.append(url: group, links.types.named(type), links)
        writer.append(literal: ",\"display\":")
        writer.append(string: display)
        writer.append(literal: ",\"type\":\"direct\"}")
    }
}

extension Member {
    fileprivate func append(to writer: inout JSONWriter, _ links: Links) {
        writer.append(literal: "{\"value\":")
        writer.append(plain: id)
        writer.append(literal: ",\"$ref\":")
        writer.append(url: id, links.types.named(type), links)
        writer.append(literal: ",\"type\":")
        writer.append(plain: type)
        writer.append(literal: "}")
    }

    /// The member's element in `members`, for filters.
    package func json(_ links: Links) -> JSON {
        [
            "value": .string(id), "$ref": .string(links.url(of: id, typeNamed: type)),
            "type": .string(type),
        ]
    }
}
