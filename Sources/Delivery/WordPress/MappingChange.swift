import Directory
import SCIM

/// What another mapping, other rules or other settings of a site would change.
package struct MappingChange {
    private let directory: Directory
    private let receiver: Receiver

    private static let pageSize = 200

    package init(directory: Directory, receiver: Receiver) {
        self.directory = directory
        self.receiver = receiver
    }

    /// Ids of the users whose accounts would be others.
    ///
    /// - Parameters:
    ///   - old: The site as it is.
    ///   - new: The site as it would be.
    ///   - progress: Called with the number of users so far.
    /// - Returns: The ids, in their order.
    /// - Throws: 503.
    package func affected(
        from old: WordPressSite,
        to new: WordPressSite,
        progress: (Int) -> Void = { _ in }
    ) throws(SCIMError) -> [String] {
        let (before, after) = (AccountEvent(site: old), AccountEvent(site: new))
        var affected: [String] = []
        var count = 0
        var last = ""
        while true {
            let (ids, found) = try directory.read { store -> (ids: [String], found: [String]) in
                let ids = try store.ids(
                    ofType: ResourceType.user.name,
                    after: last,
                    limit: Self.pageSize
                )
                let records = try store.deliveries(to: receiver.id, .of(ids), limit: ids.count)
                let found = try records.filter { record in
                    guard record.version > 0 else { return false }
                    let was = try before.event(for: record, in: store)
                    return try was != after.event(for: record, in: store)
                }
                return (ids, found.map(\.resource))
            }
            affected += found
            guard let end = ids.last else { return affected.sorted() }
            last = end
            count += ids.count
            progress(count)
        }
    }
}
