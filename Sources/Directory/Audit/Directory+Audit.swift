import SCIM

/// The audit trail: looking into it, keeping it up, making room in it.
extension Directory {
    // MARK: Looking

    /// Entries that a query means, of which at most a few hundred have to be looked at one by one.
    ///
    /// - Throws: 503.
    package func audit(
        _ query: AuditQuery,
        _ columns: AuditColumns = .withoutBodies
    ) throws(SCIMError) -> [JournalEntry] {
        keepUpBeforeSearch()
        return try read { store -> [JournalEntry] in try store.audit(query, columns) }
    }

    /// Users by words; see `AuditReading`.
    ///
    /// - Throws: 503.
    package func users(
        matching words: String,
        state: UserState = .any,
        before key: Int64? = nil,
        limit: Int
    ) throws(SCIMError) -> [FoundUser] {
        keepUp(batchesMax: .max)
        return try read { store -> [FoundUser] in
            try store.users(
                matching: WordSearch(words),
                state: state,
                before: key,
                limit: limit
            )
        }
    }

    /// Entries of one page of an export.
    private static let pageLimit = 500

    /// Hands all entries on that a query means, whatever its limit, in pages, so that memory stays
    /// as it is; each page is of one state of the store.
    ///
    /// - Parameters:
    ///   - query: What is meant, in its order.
    ///   - columns: What is read of each entry.
    ///   - take: Takes a page, and says whether to go on.
    /// - Throws: 503.
    package func walk(
        _ query: AuditQuery,
        _ columns: AuditColumns = .all,
        _ take: ([JournalEntry]) -> Bool
    ) throws(SCIMError) {
        keepUpBeforeSearch()
        var query = query
        query.limit = Self.pageLimit
        while true {
            let page = try read { [query] store -> [JournalEntry] in
                try store.audit(query, columns)
            }
            guard let last = page.last, take(page), page.count == query.limit else { return }
            switch query.order {
            case .newestFirst: query.before = last.sequence
            case .oldestFirst: query.after = last.sequence
            }
        }
    }

    // MARK: Keeping up

    /// Entries that a search may have to look at one by one.
    private static let behindMax: Int64 = 500
    /// Batches that somebody waits for.
    private static let searchBatches = 20
    /// Batches that follow a change.
    private static let changeBatches = 4
    private static let removedPerTransaction = 500

    private func keepUpBeforeSearch() {
        let state = try? read { store -> AuditState in try store.auditState() }
        guard let state, state.last - state.indexed > Self.behindMax else { return }
        keepUp(batchesMax: Self.searchBatches)
    }

    /// Brings words and counts up to date, each batch in a transaction of its own; one that is in
    /// somebody's way is left for another time.
    package func keepUp(batchesMax: Int) {
        let state = try? read { store -> AuditState in try store.auditState() }
        guard let state, !state.isUpToDate else { return }
        for batch in 0..<batchesMax {
            if batch > 0 { store.giveWay() }
            var isMore = false
            guard store.attempt({ isMore = try $0.keepUp() }), isMore else { return }
        }
    }

    /// Does what a batch of entries leaves to be done, where there is one: keeps words and counts
    /// up, and takes away what is too old or too much.
    ///
    /// To be called when the client has its answer.
    package func tendAudit() {
        guard store.takeBatchEnd() else { return }
        keepUp(batchesMax: Self.changeBatches)
        _ = store.attempt { transaction in
            let settings = try transaction.auditSettings()
            _ = try transaction.removeEntries(
                before: settings.oldest(at: now()),
                beyondBytes: settings.bytesMax,
                limit: Self.removedPerTransaction
            )
        }
    }

    // MARK: Making room

    /// Takes all entries away that are older than an instant, and leaves one that says who did.
    ///
    /// It can be interrupted at any point: the entry says how many are gone by then.
    ///
    /// - Returns: How many went.
    /// - Throws: 503.
    package func clearAudit(before instant: Instant, by caller: Caller) throws(SCIMError) -> Int {
        // Only what has its words is taken away with them.
        while try answering({ try store.write(within: budget) { try $0.keepUp() } }) {
            store.giveWay()
        }
        // The entry about it is not among those that go.
        let instant = min(instant, now())
        var total = 0
        var ownEntry: Int64?
        while true {
            let removed = try answering {
                try store.write(within: budget) { [total, ownEntry] transaction in
                    let own = try ownEntry ?? appendClearing(before: instant, caller, transaction)
                    let count = try transaction.removeEntries(
                        before: instant,
                        beyondBytes: nil,
                        limit: Self.removedPerTransaction
                    )
                    let detail = Self.clearing(before: instant, entries: total + count)
                    try transaction.amend(own, detail: detail)
                    return (count, own)
                }
            }
            total += removed.0
            ownEntry = removed.1
            if removed.0 == 0 { return total }
            store.giveWay()
        }
    }

    private func appendClearing(
        before instant: Instant,
        _ caller: Caller,
        _ transaction: any StoreTransaction
    ) throws -> Int64 {
        try transaction.append([
            auditEntry(.clear, Self.clearing(before: instant, entries: 0), caller)
        ])
        return try transaction.lastSequence()
    }

    private static func clearing(before instant: Instant, entries: Int) -> JSONObject {
        ["before": .string(instant.text), "entries": .integer(Int64(entries))]
    }

    /// Notes that somebody took a copy of the audit trail with them.
    ///
    /// - Parameters:
    ///   - detail: What was asked for, and in which form.
    ///   - caller: Who.
    /// - Throws: 503.
    package func noteAuditExport(_ detail: JSONObject, by caller: Caller) throws(SCIMError) {
        try answering {
            try store.write(within: budget) { transaction in
                try transaction.append([auditEntry(.export, detail, caller)])
            }
        }
    }

    private func auditEntry(
        _ action: JournalEntry.Action,
        _ detail: JSONObject,
        _ caller: Caller
    ) -> JournalEntry {
        entry(action, .init(type: "Audit", id: "", name: ""), detail, caller)
    }
}
