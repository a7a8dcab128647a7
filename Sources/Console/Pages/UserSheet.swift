import Delivery
import Directory
import SCIM

/// `/users/{id}`: one person: what was sent, what WordPress has, and whether the two agree.
struct UserSheet {
    private let visit: Visit
    private let person: Person

    init(_ visit: Visit, _ person: Person) {
        self.visit = visit
        self.person = person
    }

    /// Where the person stands with a receiver.
    struct Place {
        let receiver: Receiver
        let record: DeliveryRecord
        /// `nil` for a webhook.
        let site: WordPressSite?
    }

    func sheet() throws -> Sheet {
        let places = try visit.read { store -> [Place] in
            try store.receivers().compactMap { receiver in
                let records = try store.deliveries(to: receiver.id, .of([person.id]), limit: 1)
                return records.first.map { record in
                    Place(
                        receiver: receiver,
                        record: record,
                        site: receiver.kind == .wordpress ? try? WordPressSite(receiver) : nil
                    )
                }
            }
        }
        return Sheet(
            person.name,
            .users,
            """
            <p class="soft"><a href="\(visit.path(Href("users")))">Users</a></p>
            \(heading(places))
            \(HTML.card(labelled: "Where the account stands", way(places)))
            <div class="two">
            <div class="flow">
            \(attributes())
            \(try history())
            </div>
            <div class="flow">
            \(places.map(account))
            \(groups())
            </div>
            </div>
            """
        )
    }

    private func heading(_ places: [Place]) -> HTML {
        let badge = person.isActive ? Mood.good.badge("Active") : Mood.off.badge("Deactivated")
        let again: HTML? =
            visit.mayChange && !places.isEmpty
            ? visit.form(Href("users", person.id, "send"), content: "<button>Send again</button>")
            : nil
        let preview: HTML? =
            places.contains { $0.site != nil }
            ? """
            <a class="button primary" href="\(visit.path(Href("users", person.id, "preview")))">\
            What would WordPress get?</a>
            """ : nil
        return """
            <div class="head">
            <div class="flow">
            <h1>\(person.name) \(badge)</h1>
            <p class="soft">\(person.userName) · changed \
            \(visit.when(person.stored.record.modified))</p>
            </div>
            <div class="actions">\(preview)\(again)</div>
            </div>

            """
    }

    private func way(_ places: [Place]) -> HTML {
        var stations = [
            Station(
                mood: .good,
                name: "Roster",
                text: "Stored, version \(Int(person.stored.record.version))"
            )
        ]
        for place in places {
            let state = DeliveryState(place.record)
            stations.append(
                Station(
                    mood: state.mood,
                    name: "\(place.site?.host ?? place.receiver.name)",
                    text: Self.explanation(place, visit)
                )
            )
        }
        if places.isEmpty {
            stations.append(Station(mood: .off, name: "WordPress", text: "Not connected"))
        }
        return Station.way("From Roster to WordPress", stations)
    }

    static func explanation(_ place: Place, _ visit: Visit) -> HTML {
        let record = place.record
        switch record.state {
        case .done: return "Has the newest state"
        case .waiting:
            if let problem = record.problem ?? place.receiver.trouble?.problem {
                return "Tried again by itself: \(problem.message)"
            }
            return place.receiver.isPaused ? "Waits: sending is paused" : "On its way"
        case .detached: return "Detached: changes do not reach it"
        case .parked: return "Stuck: \(record.problem?.message ?? "")"
        }
    }

    private func attributes() -> HTML {
        var facts = person.attributes()
        if let externalId = person.stored.record.externalId {
            facts.append(("External ID", "<code>\(externalId)</code>"))
        }
        facts.append(("SCIM ID", "<code>\(person.id)</code>"))
        return HTML.card(
            """
            <h2>Attributes</h2>
            \(HTML.facts(facts))
            <p class="soft">They belong to the provider. Change them there; Roster has the change in \
            seconds.</p>
            \(HTML.details("As JSON", HTML.code("\(person.name) as JSON", json())))
            """
        )
    }

    private func json() -> String {
        var whole = person.document
        whole["externalId"] = person.stored.record.externalId.map(JSON.string)
        whole["meta"] = [
            "resourceType": "User",
            "created": .string(person.stored.record.created.text),
            "lastModified": .string(person.stored.record.modified.text),
            "version": .string(person.stored.tag),
        ]
        return JSON.object(whole).indented
    }

    private static let historyMax = 20

    private func history() throws -> HTML {
        var query = AuditQuery()
        query.concerning = person.id
        query.limit = Self.historyMax
        let entries = try visit.directory.audit(query)
        let outcomes = try visit.read { store -> [Outcome] in
            try store.outcomes(
                ofResource: person.id,
                receiver: nil,
                from: entries.last?.sequence ?? 0
            )
        }
        let events = entries.map { entry -> Event in
            let words = AuditWords(entry: entry)
            let path = visit.path(Href("audit", String(entry.sequence)))
            let state = DeliveryState(outcomes, covering: entry)
            let isOwn = entry.subject.id == person.id
            let answer: HTML? = state.map { " · \($0.word)" }
            let mood: Mood = entry.result == .done ? state?.mood ?? .wait : .bad
            let refused: HTML? = entry.result == .done ? nil : "Refused: "
            return Event(
                mood: mood,
                text: """
                    \(refused)\(isOwn ? words.action : "\(words.subject): \(words.action)" as HTML) \
                    <a href="\(path)">More<span class="hide"> of entry \(Int(entry.sequence))\
                    </span></a>
                    """,
                note: "\(visit.when(entry.at)) · \(words.actor)\(isOwn ? answer : nil)"
            )
        }
        let path = visit.path(Href("audit").with("user", person.id))
        return HTML.card(
            """
            <div class="head"><h2>History</h2><a href="\(path)">In the audit</a></div>
            \(events.isEmpty ? "<p class=\"soft\">Nothing is kept.</p>" : Event.timeline(events))
            """
        )
    }

    private func account(_ place: Place) -> HTML {
        var facts: [(name: HTML, value: HTML)] = []
        if let account = place.record.account {
            let name = account.name.isEmpty ? account.id : account.name
            if let site = place.site {
                facts.append(
                    (
                        "Login",
                        """
                        <a href="\(site.url)/wp-admin/user-edit.php?user_id=\(account.id)">\
                        \(name)</a>
                        """
                    )
                )
            }
            facts.append(("Account", "Number \(account.id)"))
        } else {
            facts.append(("Account", "Not known yet"))
        }
        let state = DeliveryState(place.record)
        facts.append(("State", state.mood.badge(state.word)))
        facts.append(
            (
                "Version",
                """
                \(Int(place.record.version)) here, \(Int(place.record.acknowledged)) there
                """
            )
        )
        if let problem = place.record.problem {
            facts.append(
                ("Reason", "\(problem.message) <small><code>\(problem.code)</code></small>")
            )
        }
        let title: HTML = place.site == nil ? "Webhook \(place.receiver.name)" : "WordPress account"
        return HTML.card("<h2>\(title)</h2>\n\(HTML.facts(facts))\n\(parting(place))")
    }

    /// To part the person from the account, or to join them again.
    private func parting(_ place: Place) -> HTML? {
        guard visit.mayChange, place.site != nil, place.record.account != nil else { return nil }
        if place.record.isDetached {
            return visit.form(
                Href("users", person.id, "attach"),
                content: """
                    <input type="hidden" name="receiver" value="\(place.receiver.name)">\
                    <button>Attach again</button>
                    """
            )
        }
        let href = Href("users", person.id, "detach").with("receiver", place.receiver.name)
        return """
            <p class="actions"><a class="button" href="\(visit.path(href))">Detach<span \
            class="hide"> the account at \(place.receiver.name)</span></a></p>
            """
    }

    private func groups() -> HTML {
        let items: [HTML] = person.stored.memberships.map { membership in
            """
            <li><a href="\(visit.path(Href("groups", membership.group)))">\(membership.display)</a></li>

            """
        }
        let list: HTML =
            items.isEmpty
            ? "<p class=\"soft\">In none.</p>" : "<ul class=\"list\">\n\(items)</ul>"
        return HTML.card("<h2>Groups</h2>\n\(list)")
    }
}
