import SCIM

/// Which part of all resources of a type is meant, in the order of the names by which people know
/// them.
package enum NameWindow: Sendable, Equatable {
    case first
    /// From a name on, whether anybody has it or not.
    case from(String)
    /// Behind a resource.
    case after(ResourceName)
    /// Before a resource, the nearest.
    case before(ResourceName)
}

/// A resource in the order of names.
package struct ResourceName: Sendable, Equatable {
    /// In the form that is compared: case folded.
    package let name: String
    /// Tells resources of one name apart.
    package let key: Int64
    /// The resource's id; empty where only its place counts.
    package let id: String

    package init(name: String, key: Int64, id: String = "") {
        self.name = name
        self.key = key
        self.id = id
    }
}
