import SCIM

/// What a strict profile refuses that others pass over.
extension Profile {
    /// Checks the media type of a body (RFC 7644 §3.8).
    ///
    /// `contentType` is the field's value; without one, the body is taken for JSON.
    ///
    /// - Throws: 415.
    package func check(contentType: String?) throws(SCIMError) {
        guard rigour == .strict, let contentType else { return }
        let type = contentType.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        guard ["application/scim+json", "application/json"].contains(type) else {
            throw SCIMError(
                status: 415,
                detail: "a body is application/scim+json or application/json"
            )
        }
    }

    /// Checks `schemas` of the body of a POST or PUT (RFC 7643 §3): the type's own URN and its
    /// extensions', each once.
    ///
    /// - Throws: `invalidSyntax`.
    package func check(schemasOf body: JSON, _ type: ResourceType) throws(SCIMError) {
        guard rigour == .strict, let sent = body.object else { return }
        let urns = sent.value(named: "schemas")?.array?.map { $0.string ?? "" } ?? []
        for (index, urn) in urns.enumerated() {
            guard type.schemas.contains(where: { $0.id.equalsIgnoringASCIICase(urn) }) else {
                throw .invalidSyntax("schemas: \(type.name) has no schema \(urn.prefix(128))")
            }
            if urns[..<index].contains(where: urn.equalsIgnoringASCIICase) {
                throw .invalidSyntax("schemas names \(urn.prefix(128)) twice")
            }
        }
        guard urns.contains(where: type.schema.id.equalsIgnoringASCIICase) else {
            throw .invalidSyntax("schemas must contain \(type.schema.id)")
        }
    }
}
