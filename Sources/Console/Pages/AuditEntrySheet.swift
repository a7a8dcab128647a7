import Directory
import JSONText
import SCIM

/// `/audit/{number}`: one entry: its way, before and after, what was sent, what each side answered.
struct AuditEntrySheet {
    private let visit: Visit
    private let entry: JournalEntry
    private let words: AuditWords
    private let outcomes: [Outcome]
    private let receivers: [Receiver]
    /// Whether this reader is not to see values.
    private let isMasked: Bool

    /// - Returns: `nil` where there is no such entry any more.
    init?(_ visit: Visit, _ sequence: Int64) throws {
        let found = try visit.read {
            store -> (JournalEntry, [Outcome], [Receiver], AuditSettings)? in
            guard let entry = try store.entry(sequence) else { return nil }
            let outcomes = try store.outcomes(
                ofResource: entry.subject.id,
                receiver: nil,
                from: sequence
            )
            return (entry, outcomes, try store.receivers(), try store.auditSettings())
        }
        guard let found else { return nil }
        self.visit = visit
        (entry, outcomes, receivers) = (found.0, found.1, found.2)
        words = AuditWords(entry: found.0)
        isMasked = found.3.masksForAuditors && !visit.mayChange
    }

    func sheet() -> Sheet? {
        Sheet(
            "Audit entry \(entry.sequence)",
            .audit,
            """
            <p class="soft"><a href="\(visit.path(Href("audit")))">Audit</a> / entry \
            \(Int(entry.sequence))</p>
            <h1>\(words.sentence)</h1>
            <p class="soft">\(visit.exactly(entry.at))\(subjectLink())</p>
            \(refusal())
            \(HTML.card(labelled: "The way of this request", way()))
            <div class="two">
            \(changes())
            \(request())
            </div>
            \(sent())
            \(answers())
            """
        )
    }

    private func subjectLink() -> HTML? {
        let topic: String
        switch entry.subject.type {
        case "User": topic = "users"
        case "Group": topic = "groups"
        default: return nil
        }
        if entry.subject.id.isEmpty { return nil }
        let path = visit.path(Href(topic, entry.subject.id))
        let version: HTML? =
            entry.subject.version > 0 ? " · version \(Int(entry.subject.version))" : nil
        return " · <a href=\"\(path)\">\(words.subject)</a>\(version)"
    }

    private func refusal() -> HTML? {
        guard entry.result != .done else { return nil }
        let error = entry.detail["error"]?.object
        return Mood.bad.banner(
            "Nothing was stored",
            """
            The client was told: \(error?["detail"]?.string ?? "that it failed"). \
            \(error?["scimType"]?.string.map { "<code>\($0)</code>" })
            """
        )
    }

    private func way() -> HTML {
        var stations: [Station] = []
        if let request = entry.request {
            let from: HTML? = request.address.map { " from \($0)" }
            stations.append(
                Station(
                    mood: .good,
                    name: "Received",
                    text: "\(request.method)\(from), \(words.actor)"
                )
            )
        } else {
            stations.append(Station(mood: .good, name: "Asked for", text: words.actor))
        }
        let rewrites = (entry.detail["rewrites"]?.array ?? []).compactMap(\.string)
        if case .token = entry.actor {
            stations.append(
                Station(
                    mood: .good,
                    name: "Understood",
                    text: rewrites.isEmpty
                        ? "As it was sent"
                        : "\(rewrites.count == 1 ? "1 rewrite" : "\(rewrites.count) rewrites" as HTML): \(rewrites.joined(separator: ", "))"
                )
            )
        }
        let took: HTML? = (entry.request?.microseconds).map {
            ", after \(HTML.duration(microseconds: $0))"
        }
        stations.append(
            entry.result == .done
                ? Station(mood: .good, name: "Stored", text: "Done\(took)")
                : Station(mood: .bad, name: "Refused", text: "Not stored\(took)")
        )
        stations += entry.result == .done ? outcomes.decisive.map(station) : []
        return Station.way("From the client to the receivers", stations)
    }

    private func name(_ receiver: Int64) -> String {
        receivers.first { $0.id == receiver }?.name ?? "receiver \(receiver)"
    }

    private func station(_ outcome: Outcome) -> Station {
        let seconds = HTML.duration(
            microseconds: max(outcome.at.microseconds - entry.at.microseconds, 0)
        )
        switch outcome.status {
        case .done:
            return Station(
                mood: .good,
                name: "\(name(outcome.receiver))",
                text: "Delivered after \(seconds), \(HTML.count(outcome.attempts, "try", "tries"))"
            )
        case .refused:
            return Station(
                mood: .bad,
                name: "\(name(outcome.receiver))",
                text: "Refused: \(outcome.problem?.message ?? "")"
            )
        case .postponed:
            return Station(
                mood: .warn,
                name: "\(name(outcome.receiver))",
                text: "Tried again: \(outcome.problem?.message ?? "")"
            )
        }
    }

    // MARK: Before and after

    private func changes() -> HTML {
        let changes = (entry.detail["changes"]?.array ?? []).compactMap(\.object)
        let names = (entry.detail["attributes"]?.array ?? []).compactMap(\.string)
        if changes.isEmpty {
            let list: HTML =
                names.isEmpty
                ? "<p class=\"soft\">This entry has no values.</p>"
                : "<p>\(names.joined(separator: ", "))</p>"
            return HTML.card("<h2>What changed</h2>\n\(list)")
        }
        var table = Listing(
            caption: "Before and after",
            isCaptionHidden: true,
            columns: [.init("Attribute"), .init("Before"), .init("After")]
        )
        table.rows = changes.map(row)
        let omitted: HTML? = (entry.detail["changesOmitted"]?.integer).map { count in
            "<p class=\"soft\">\(Int(count)) more are not listed.</p>"
        }
        let masked: HTML? =
            isMasked
            ? "<p class=\"soft\">Values are hidden from auditors, by a setting.</p>" : nil
        return HTML.card(
            """
            <h2>\(changes.count == 1
                ? "1 attribute changed" : "\(changes.count) attributes changed" as HTML)</h2>
            \(table.html)\(omitted)\(masked)
            """
        )
    }

    private func row(_ change: JSONObject) -> Listing.Row {
        let path: HTML = "<code>\(change["path"]?.string ?? "")</code>"
        if change["added"] != nil || change["removed"] != nil {
            return .cells([path, members(change["removed"]), members(change["added"])])
        }
        return .cells([
            path, change["before"].map { "<del>\(shown($0))</del>" } ?? "–",
            change["after"].map { "<ins>\(shown($0))</ins>" } ?? "–",
        ])
    }

    private func shown(_ value: JSON) -> String { isMasked ? "•••" : Person.plain(value) }

    private func members(_ value: JSON?) -> HTML {
        guard let object = value?.object, let count = object["count"]?.integer else { return "–" }
        let links: [HTML] = (object["ids"]?.array ?? []).compactMap(\.string).map { id in
            "<br><a href=\"\(visit.path(Href("users", id)))\">\(id)</a>"
        }
        return "\(HTML.count(Int(count), "member", "members"))\(links)"
    }

    // MARK: The request

    private func request() -> HTML {
        var facts: [(name: HTML, value: HTML)] = []
        if !entry.requestID.isEmpty {
            let path = visit.path(Href("audit").with("q", entry.requestID))
            facts.append(("Number", "<a href=\"\(path)\"><code>\(entry.requestID)</code></a>"))
        }
        facts.append(("By", words.actor))
        if let request = entry.request {
            facts.append(("Request", "<code>\(request.method) \(request.path)</code>"))
            facts.append(
                (
                    "Answer",
                    "\(request.status), after \(HTML.duration(microseconds: request.microseconds))"
                )
            )
            if let address = request.address {
                let path = visit.path(Href("audit").with("q", address))
                facts.append(("From", "<a href=\"\(path)\">\(address)</a>"))
            }
            if let agent = request.agent { facts.append(("Client", "\(agent)")) }
        }
        return HTML.card("<h2>The request</h2>\n\(HTML.facts(facts))")
    }

    private func sent() -> HTML? {
        if let bytes = entry.detail["bodyBytes"]?.integer {
            return HTML.card(
                """
                <h2>What was sent</h2>
                <p class="soft">\(HTML.bytes(bytes)) were sent: too much to be kept.</p>
                """
            )
        }
        guard let body = entry.request?.body else { return nil }
        if isMasked {
            return HTML.card(
                """
                <h2>What was sent</h2>
                <p class="soft">Hidden from auditors, by a setting.</p>
                """
            )
        }
        let text = (try? JSON(parsing: Array(body.utf8)))?.indented ?? body
        return HTML.card(
            """
            <h2>What was sent</h2>
            \(HTML.code("The request’s JSON", text))
            <p class="soft">Passwords are never kept.</p>
            """
        )
    }

    private func answers() -> HTML? {
        if outcomes.isEmpty || entry.result != .done { return nil }
        let events = outcomes.prefix(50).map { outcome -> Event in
            let mood: Mood =
                switch outcome.status {
                case .done: .good
                case .refused: .bad
                case .postponed: .warn
                }
            let what: HTML =
                switch outcome.status {
                case .done: "has the state\(outcome.account.map { ", as account \($0.name)" })"
                case .refused: "refused it: \(outcome.problem?.message ?? "")"
                case .postponed: "did not take it yet: \(outcome.problem?.message ?? "")"
                }
            let code: HTML? = (outcome.problem?.code).map { " <code>\($0)</code>" }
            return Event(
                mood: mood,
                text: "<b>\(name(outcome.receiver))</b> \(what)\(code)",
                note: "\(visit.exactly(outcome.at)) · version \(Int(outcome.version))"
            )
        }
        return HTML.card(
            """
            <h2>What the receivers answered since</h2>
            \(Event.timeline(Array(events)))
            """
        )
    }
}
