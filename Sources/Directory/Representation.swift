import JSONText
import SCIM

/// Resources as clients see them.
package struct Representation: Sendable {
    /// The endpoint's base URL, without a trailing slash.
    package let base: String
    package let projection: Projection

    package init(base: String, projection: Projection) {
        self.base = base
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
    /// - Throws: 500 when the stored document is not JSON.
    package func append(
        _ resource: StoredResource,
        to writer: inout JSONWriter
    ) throws(SCIMError) {
        guard projection.isStandard else {
            return writer.append(projection.apply(to: try resource.object(base: base)))
        }
        resource.append(base: base, to: &writer)
    }

    /// The resource as JSON text.
    package func text(of resource: StoredResource) throws(SCIMError) -> [UInt8] {
        var writer = JSONWriter(capacity: resource.document.count + 512)
        try append(resource, to: &writer)
        return writer.bytes
    }
}

extension StoredResource {
    package var tag: String { EntityTag.text(version: version, memberships: memberships) }

    package func location(base: String) -> String {
        Self.location(base: base, endpoint: type.endpoint, id: id)
    }

    /// The URL of any resource.
    fileprivate static func location(base: String, endpoint: String, id: String) -> String {
        // A list needs hundreds: memory of the right size, filled once.
        let parts = [base, endpoint, "/", id]
        let count = parts.reduce(0) { $0 + $1.utf8.count }
        return String(unsafeUninitializedCapacity: count) { text in
            var end = 0
            for var part in parts {
                end = part.withUTF8 { text[end...].update(fromContentsOf: $0) }
            }
            return end
        }
    }

    /// The stored document.
    ///
    /// - Throws: 500 when it is not a JSON object.
    package func documentObject() throws(SCIMError) -> JSONObject {
        try object(document)
    }

    /// The whole resource in canonical form.
    package func object(base: String) throws(SCIMError) -> JSONObject {
        var writer = JSONWriter(capacity: document.count + 512)
        append(base: base, to: &writer)
        return try object(writer.bytes)
    }

    private func object(_ text: [UInt8]) throws(SCIMError) -> JSONObject {
        do {
            if let object = try JSON(parsing: text, depthMax: .max).object { return object }
        } catch {
            throw Self.damaged(id, error.message)
        }
        throw Self.damaged(id, "not an object")
    }

    private static func damaged(_ id: String, _ why: String) -> SCIMError {
        SCIMError(
            status: 500,
            detail: "the stored resource cannot be read",
            cause: "document of \(id): \(why)"
        )
    }

    /// Appends the whole resource as JSON text: the document as it stands, and behind it what is
    /// not in the document.
    ///
    /// No tree is made of it, which would cost more than all the rest of reading a resource.
    fileprivate func append(base: String, to writer: inout JSONWriter) {
        writer.append(json: document.dropLast())
        if let externalId {
            writer.append(literal: ",\"externalId\":")
            writer.append(string: externalId)
        }
        if !memberships.isEmpty {
            writer.append(literal: ",\"groups\":")
            writer.append(.array(memberships.map { $0.json(base: base) }))
        }
        // Empty too: some clients take a group without the attribute for one that has not said.
        if type.membership != nil {
            writer.append(literal: ",\"members\":")
            writer.append(.array(members.map { $0.json(base: base) }))
        }
        writer.append(literal: ",\"meta\":{\"resourceType\":")
        writer.append(string: type.name)
        writer.append(literal: ",\"created\":")
        writer.append(string: created.text)
        writer.append(literal: ",\"lastModified\":")
        writer.append(string: modified.text)
        writer.append(literal: ",\"location\":")
        writer.append(string: location(base: base))
        writer.append(literal: ",\"version\":")
        writer.append(string: tag)
        writer.append(literal: "}}")
    }
}

extension Membership {
    fileprivate func json(base: String) -> JSON {
        let reference = StoredResource.location(
            base: base,
            endpoint: ResourceType.group.endpoint,
            id: group
        )
        return [
            "value": .string(group), "$ref": .string(reference), "display": .string(display),
            "type": "direct",
        ]
    }
}

extension Member {
    package func json(base: String) -> JSON {
        let endpoint = ResourceType.all.first { $0.name == type }?.endpoint ?? ""
        let reference = StoredResource.location(base: base, endpoint: endpoint, id: id)
        return ["value": .string(id), "$ref": .string(reference), "type": .string(type)]
    }
}
