/// The name of an attribute as clients write it (RFC 7644 §3.10).
package struct AttributePath: Sendable, Equatable {
    /// The URN: `urn:ietf:params:scim:schemas:core:2.0:User` of `urn:…:User:name.givenName`.
    ///
    /// Of a path that was parsed, the whole text, while it belongs to no resource type yet: where
    /// a URN ends only its schema tells. `ResourceType.split` takes it apart.
    package var urn: String?
    /// The attribute's name: `name` of `name.givenName`; empty when all there is stands in `urn`.
    package var attribute: String
    /// The sub-attribute's name: `givenName` of `name.givenName`.
    package var subAttribute: String?

    package init(urn: String? = nil, attribute: String, subAttribute: String? = nil) {
        self.urn = urn
        self.attribute = attribute
        self.subAttribute = subAttribute
    }

    package var text: String {
        let path = subAttribute.map { "\(attribute).\($0)" } ?? attribute
        guard let urn else { return path }
        return path.isEmpty ? urn : "\(urn):\(path)"
    }
}
