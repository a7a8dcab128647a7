/// The order of a list (RFC 7644 §3.4.2.3).
///
/// Resources without a value come last when ascending and first when descending; ties keep the
/// order of creation.
package struct SortOrder: Sendable {
    /// What is compared; of a multi-valued attribute the primary element's value, else the
    /// first's.
    package let reference: AttributeReference
    package let descending: Bool

    /// - Parameters:
    ///   - sortBy: The parameter's value.
    ///   - sortOrder: `ascending`, the default, or `descending`.
    ///   - type: Of the resources in the list.
    /// - Throws: `invalidPath` for an attribute that is unknown or cannot be ordered,
    ///   `invalidValue` for another `sortOrder`.
    package init(sortBy: String, sortOrder: String?, type: ResourceType) throws(SCIMError) {
        switch sortOrder?.lowercased() {
        case nil, "", "ascending": descending = false
        case "descending": descending = true
        default: throw .invalidValue("sortOrder must be ascending or descending")
        }
        let path: AttributePath
        do {
            path = try FilterParser.parseAttributePath(sortBy)
        } catch {
            throw .invalidPath("sortBy: \(error.message), at byte \(error.offset)")
        }
        guard var found = type.resolve(path), found.definition?.returned != .never else {
            throw .invalidPath("sortBy: \(type.name) has no attribute \(sortBy)")
        }
        if found.definition?.isComplex == true {
            found = found.sub(found.definition?.subAttribute(named: "value"))
        }
        guard let definition = found.definition, !definition.isComplex else {
            throw .invalidPath("sortBy: \(sortBy) is complex; name one of its sub-attributes")
        }
        reference = found
    }

    /// The key by which a resource is ordered.
    package func key(of resource: JSONObject) -> Key? {
        let elements = resource.elements(of: reference)
        let chosen = elements.first(where: \.isPrimary) ?? elements.first
        return chosen.flatMap { reference.key(in: $0) }
    }
}
