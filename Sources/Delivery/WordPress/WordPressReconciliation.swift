import Directory
import SCIM

/// Finds where a site and the directory do not agree on how far the site knows of users, and puts
/// these down to be sent again: the site was restored from a backup, accounts were deleted there,
/// or the directory went back in time.
package struct WordPressReconciliation {
    private let directory: Directory
    private let receiver: Receiver
    private let desk: WordPressDesk
    private let caller: Caller

    private static let pageSize = 500

    package struct Report: Sendable, Equatable {
        /// Users that the site knows of.
        package fileprivate(set) var compared = 0
        /// Ids of the users that are sent again.
        package fileprivate(set) var resent: [String] = []
        /// Ids that the site knows and the directory does not: they are left alone.
        package fileprivate(set) var unknown: [String] = []
    }

    package init(
        directory: Directory,
        receiver: Receiver,
        desk: WordPressDesk,
        caller: Caller
    ) {
        self.directory = directory
        self.receiver = receiver
        self.desk = desk
        self.caller = caller
    }

    /// Compares all.
    ///
    /// - Parameter progress: Called with the number of users so far.
    /// - Returns: What was found.
    /// - Throws: `WordPressDesk.Failure`, a failure of the store.
    package func run(progress: (Int) -> Void = { _ in }) throws -> Report {
        var report = Report()
        var after = ""
        while true {
            let links = try desk.links(after: after)
            try compare(links, after: after, &report)
            progress(report.compared)
            // A site that does not go on would be asked for ever.
            guard let last = links.last, last.resource > after else { return report }
            after = last.resource
        }
    }

    /// Compares a page of what the site knows with the records of the same range of ids.
    private func compare(
        _ links: [WordPressDesk.Link],
        after: String,
        _ report: inout Report
    ) throws {
        var known: [String: WordPressDesk.Link] = [:]
        for link in links { known[link.resource] = link }
        report.compared += links.count
        var again: [String] = []
        var outrun: [Settlement] = []
        try forEachRecord(after: after, upTo: links.last?.resource) { record in
            let link = known.removeValue(forKey: record.resource)
            switch judge(record, link) {
            case .same: break
            case .again: again.append(record.resource)
            case .outrun(let settlement): outrun.append(settlement)
            }
        }
        let (missing, unknown) = try split(known.keys.sorted())
        report.unknown += unknown
        report.resent += again + outrun.map(\.resource) + missing
        try directory.resend(again + missing, to: receiver, by: caller)
        if !outrun.isEmpty { try directory.settle(outrun, of: receiver.id, trouble: nil) }
    }

    private enum Judgement {
        case same
        case again
        case outrun(Settlement)
    }

    private func judge(_ record: DeliveryRecord, _ link: WordPressDesk.Link?) -> Judgement {
        // What is still to be sent will be.
        if record.due != nil { return .same }
        guard let link else { return record.acknowledged > 0 ? .again : .same }
        if link.version > record.version, link.version <= WordPressResult.versionMax {
            return .outrun(
                Settlement(
                    resource: record.resource,
                    version: record.version,
                    outcome: .outrun(by: link.version)
                )
            )
        }
        guard record.version > 0, record.acknowledged > 0 else { return .same }
        let isSame =
            link.version == record.acknowledged
            && (record.active.map { $0 == (link.active && !link.deleted) } ?? true)
        return isSame ? .same : .again
    }

    private func forEachRecord(
        after: String,
        upTo last: String?,
        _ body: (DeliveryRecord) -> Void
    ) throws {
        var id = after
        while true {
            let records = try directory.read { store -> [DeliveryRecord] in
                try store.deliveries(to: receiver.id, .all(after: id), limit: Self.pageSize)
            }
            for record in records {
                if let last, last < record.resource { return }
                body(record)
            }
            guard let end = records.last, records.count == Self.pageSize else { return }
            id = end.resource
        }
    }

    /// Those of the ids that the directory has, and those that it does not.
    private func split(_ ids: [String]) throws -> (there: [String], unknown: [String]) {
        let there = try directory.read { store -> Set<String> in
            try Set(
                ids.filter { id in
                    try store.fetch(id, type: .user, domain: "default", loading: []) != nil
                }
            )
        }
        return (ids.filter(there.contains), ids.filter { !there.contains($0) })
    }
}
