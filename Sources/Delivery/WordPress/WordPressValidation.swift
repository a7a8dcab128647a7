import Directory
import SCIM

/// Asks WordPress sites whether they would take a change, before it is made.
package struct WordPressValidation {
    private struct Asked {
        let receiver: Receiver
        let site: WordPressSite
    }

    private let sites: [Asked]
    private let directory: Directory
    private let telephone: Telephone
    private let now: () -> Instant

    /// How long all sites together may take.
    private static let milliseconds = 2_000
    /// What a site must have had before it is taken for one that does not answer.
    private static let fairMilliseconds = 1_000

    /// - Returns: `nil` where no site wants to be asked.
    package init?(
        _ receivers: [Receiver],
        of directory: Directory,
        telephone: @escaping Telephone,
        now: @escaping () -> Instant
    ) throws(SCIMError) {
        var sites: [Asked] = []
        for receiver in receivers where receiver.kind == .wordpress && !receiver.isPaused {
            let site = try WordPressSite(receiver)
            // A site that is known not to answer need not be waited for again.
            let isDown = !receiver.isOpen(at: now())
            if site.validation == .strict || site.validation == .queue && !isDown {
                sites.append(Asked(receiver: receiver, site: site))
            }
        }
        if sites.isEmpty { return nil }
        self.sites = sites
        self.directory = directory
        self.telephone = telephone
        self.now = now
    }

    /// Refuses a draft that a site would refuse.
    ///
    /// - Throws: What the identity provider is to be told.
    package func review(_ draft: Draft) throws(SCIMError) {
        let type = draft.after?.type ?? draft.before?.type
        guard type?.name == ResourceType.user.name else { return }
        let end = now().microseconds + Int64(Self.milliseconds) * 1_000
        for asked in sites {
            let left = Int((end - now().microseconds) / 1_000)
            guard let question = try question(draft, asked) else { continue }
            if left > 0 {
                try ask(asked, question, milliseconds: left)
            } else {
                try unheard(Problem(code: "late", message: "no time was left"), question, asked)
            }
        }
    }

    private struct Question {
        let event: JSONObject
        /// Whether it takes access away: that is never put off because a site does not answer.
        let endsAccess: Bool
        let isDeletion: Bool
    }

    /// What a site is to be asked: new accounts, new logins and addresses, and accounts that go,
    /// among which may be the last administrator.
    private func question(_ draft: Draft, _ asked: Asked) throws(SCIMError) -> Question? {
        do {
            let (event, site) = (AccountEvent(site: asked.site), asked.site)
            let before = draft.before?.record
            let old = try before?.document.object()
            guard let after = draft.after else {
                guard let before else { return nil }
                let known = try delivery(of: before, asked)
                if known?.isDetached == true { return nil }
                return Question(
                    event: event.question(deactivating: before, known),
                    endsAccess: true,
                    isDeletion: true
                )
            }
            let new = try after.document.object()
            let endsAccess = old.map(AccountEvent.isActive) == true && !AccountEvent.isActive(new)
            let isNew = try before.map { try names(of: $0, site) } != names(of: after, site)
            guard endsAccess || isNew else { return nil }
            let known = try before.flatMap { try delivery(of: $0, asked) }
            // What becomes of somebody who was parted from the account is not the site's business.
            if known?.isDetached == true { return nil }
            return Question(
                // What else is wrong with somebody who leaves does not keep the account open.
                event: endsAccess
                    ? event.question(deactivating: after, known)
                    : try event.question(after, known),
                endsAccess: endsAccess,
                isDeletion: false
            )
        } catch {
            throw SCIMError(any: error)
        }
    }

    /// What has to be free in WordPress.
    private func names(of record: ResourceRecord, _ site: WordPressSite) throws -> [JSON?] {
        let document = try record.document.object()
        let desired = site.mapping.desired(
            document: document,
            externalId: record.externalId,
            groups: []
        ).values
        return [desired["login"] ?? document["userName"], desired["email"]]
    }

    /// What a site has of a user: an account that was imported is known by its number alone.
    private func delivery(of record: ResourceRecord, _ asked: Asked) throws -> DeliveryRecord? {
        try directory.read { store -> DeliveryRecord? in
            try store.deliveries(to: asked.receiver.id, .of([record.id]), limit: 1).first
        }
    }

    private func ask(
        _ asked: Asked,
        _ question: Question,
        milliseconds: Int
    ) throws(SCIMError) {
        let call = WordPressCalls(site: asked.site).call(
            "events",
            ["events": [.object(question.event)]],
            at: now(),
            milliseconds: milliseconds
        )
        let result = telephone(call)
        if let problem = WordPressCalls.problem(result) {
            if result.isOutage, milliseconds >= Self.fairMilliseconds {
                try noteOutage(problem, asked.receiver)
            }
            return try unheard(problem, question, asked)
        }
        guard case .answered(_, let body) = result,
            let first = WordPressCalls.json(body)?.object?["results"]?.array?.first
        else {
            let problem = Problem(code: "no_plugin", message: "no results")
            return try unheard(problem, question, asked)
        }
        let answer = WordPressResult(first)
        switch answer.status {
        case "ok": return
        case "refused":
            if let id = answer.conflict, try isWaiting(id, asked.receiver.id) { return }
            throw answer.error(isDeletion: question.isDeletion)
        default: try unheard(answer.problem, question, asked)
        }
    }

    /// Notes that a site does not answer, so that the next requests need not find that out.
    private func noteOutage(_ problem: Problem, _ receiver: Receiver) throws(SCIMError) {
        guard receiver.trouble == nil else { return }
        let trouble = Trouble(
            attempts: 1,
            since: now(),
            retryAt: RetrySchedule.next(afterAttempts: 1, since: now(), at: now()),
            problem: problem
        )
        try directory.settle([], of: receiver.id, trouble: trouble)
    }

    /// Whether a site does not have somebody's newest state yet, by which a name may become free.
    private func isWaiting(_ id: String, _ receiver: Int64) throws(SCIMError) -> Bool {
        try directory.read { store -> Bool in
            try store.deliveries(to: receiver, .of([id]), limit: 1).first?.state == .waiting
        }
    }

    private func unheard(
        _ problem: Problem,
        _ question: Question,
        _ asked: Asked
    ) throws(SCIMError) {
        guard asked.site.validation == .strict, !question.endsAccess else { return }
        throw .unavailable(
            "WordPress cannot be asked now; try again",
            cause: "\(asked.site.url): \(problem.code): \(problem.message)",
            retryAfterSeconds: 10
        )
    }
}
