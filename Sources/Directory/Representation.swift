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

    /// What has to be loaded of a resource to show it. The version tag needs memberships.
    package var parts: ResourceParts {
        var parts: ResourceParts = []
        if projection.shows("groups") || projection.shows("meta") { parts.insert(.memberships) }
        if projection.shows("members") { parts.insert(.members) }
        return parts
    }

    /// Appends the resource as JSON text.
    ///
    /// - Throws: 500 when the stored document is not JSON.
    package func append(
        _ resource: StoredResource, to writer: inout JSONWriter
    ) throws(SCIMError) {
        guard projection.isStandard else {
            return writer.append(projection.apply(to: try resource.object(base: base)))
        }
        // By default everything that is stored is shown, so its text is sent as it stands.
        writer.append(json: resource.document.dropLast())
        for member in resource.derived(base: base).members {
            writer.append(literal: ",")
            writer.append(string: member.name)
            writer.append(literal: ":")
            writer.append(member.value)
        }
        writer.append(literal: "}")
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

    package func location(base: String) -> String { "\(base)\(type.endpoint)/\(id)" }

    /// The stored document.
    ///
    /// - Throws: 500 when it is not a JSON object.
    package func documentObject() throws(SCIMError) -> JSONObject {
        do {
            if let object = try JSON(parsing: document, depthMax: .max).object { return object }
        } catch {
            throw Self.damaged(id, error.message)
        }
        throw Self.damaged(id, "not an object")
    }

    private static func damaged(_ id: String, _ why: String) -> SCIMError {
        SCIMError(
            status: 500, detail: "the stored resource cannot be read",
            cause: "document of \(id): \(why)")
    }

    /// The whole resource in canonical form.
    package func object(base: String) throws(SCIMError) -> JSONObject {
        var object = try documentObject()
        object.members += derived(base: base).members
        return object
    }

    /// What is not in the document.
    fileprivate func derived(base: String) -> JSONObject {
        var object = JSONObject()
        if let externalId {
            object.members.append(.init(name: "externalId", value: .string(externalId)))
        }
        if !memberships.isEmpty {
            let groups = memberships.map { $0.json(base: base) }
            object.members.append(.init(name: "groups", value: .array(groups)))
        }
        if !members.isEmpty {
            let members = members.map { $0.json(base: base) }
            object.members.append(.init(name: "members", value: .array(members)))
        }
        object.members.append(
            .init(
                name: "meta",
                value: [
                    "resourceType": .string(type.name), "created": .string(created.text),
                    "lastModified": .string(modified.text),
                    "location": .string(location(base: base)), "version": .string(tag),
                ]))
        return object
    }
}

extension Membership {
    fileprivate func json(base: String) -> JSON {
        [
            "value": .string(group), "$ref": .string("\(base)\(ResourceType.group.endpoint)/\(group)"),
            "display": .string(display), "type": "direct",
        ]
    }
}

extension Member {
    package func json(base: String) -> JSON {
        let endpoint = ResourceType.all.first { $0.name == type }?.endpoint ?? ""
        return [
            "value": .string(id), "$ref": .string("\(base)\(endpoint)/\(id)"),
            "type": .string(type),
        ]
    }
}
