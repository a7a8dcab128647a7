import SCIM

/// A search in the resources of one type.
package struct Query {
    package var type: ResourceType
    package var predicate: Predicate?
    package var order: SortOrder?
    /// From 1.
    package var startIndex = 1
    /// Resources of the page at most; 0 to count only.
    package var count: Int
    package var parts: ResourceParts
    package var domain: String
    /// Where resources are found, which `meta.location` and `$ref` say.
    package var links: Links
    /// Bytes of the page's resources, roughly; a page beyond is `StoreError.pageTooLarge`.
    package var bytesMax = Int.max
    /// Up to which number the total is counted; a page beyond counts on.
    package var countedMax = Int.max

    package init(
        type: ResourceType,
        predicate: Predicate? = nil,
        order: SortOrder? = nil,
        count: Int,
        parts: ResourceParts = [],
        domain: String,
        links: Links
    ) {
        self.type = type
        self.predicate = predicate
        self.order = order
        self.count = count
        self.parts = parts
        self.domain = domain
        self.links = links
    }
}

/// Part of what a query finds.
package struct Page {
    /// All that the query finds, on whatever page.
    package let total: Int
    package let resources: [StoredResource]

    package init(total: Int, resources: [StoredResource]) {
        self.total = total
        self.resources = resources
    }
}
