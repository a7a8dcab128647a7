import Delivery
import Directory
import SCIM
import Secrets

/// A change of a site's settings that somebody plans: it can be shown before it is made, and is
/// not made over what somebody else has changed meanwhile.
struct SitePlan {
    /// A word for the journal.
    let attribute: String
    /// What it is, in a sentence.
    let words: HTML
    /// The field that it is about; `nil` for several.
    var field: String?
    /// What the form has to say again.
    let values: [(name: HTML, value: String)]
    let save: Href
    /// To the form as it was filled in.
    let back: Href
    /// To the page that shows what there is.
    let home: Href
    /// Parts of the site that the plan is about, as people read them.
    let parts: (WordPressSite) -> [(name: HTML, value: String)]
    let apply: (inout WordPressSite) throws -> Void

    /// Stands for what the plan is about, as a site has it.
    func fingerprint(_ site: WordPressSite) -> String { Self.fingerprint(parts(site)) }

    static func fingerprint(_ parts: [(name: HTML, value: String)]) -> String {
        let text = parts.map { "\($0.value.utf8.count) \($0.value)" }.joined(separator: "\n")
        return Sodium.hexadecimal(Sodium.sha256(text.utf8)[..<16])
    }

    /// What to tell of values that are not there.
    static let nothing = "Nothing"
}

/// What keeps a plan from being made: others have changed the same.
private let conflict = SCIMError(status: 409, detail: "somebody else changed this meanwhile")

/// Shows plans and makes them.
struct SitePlanner {
    private let chosen: ChosenSite
    private let topic: Topic

    init(_ chosen: ChosenSite, _ topic: Topic) {
        self.chosen = chosen
        self.topic = topic
    }

    private var visit: Visit { chosen.visit }

    /// So many users are compared, lest a page take long; where there are more all are sent.
    static let usersMax = 2_000

    private func affected(_ plan: SitePlan) throws -> (MappingChange.Affected, WordPressSite) {
        var changed = chosen.site
        try plan.apply(&changed)
        let affected = try change.affected(
            from: chosen.site,
            to: changed,
            usersMax: Self.usersMax
        )
        return (affected, changed)
    }

    private var change: MappingChange {
        MappingChange(directory: visit.directory, receiver: chosen.receiver)
    }

    /// Whether somebody's account would be another, as far as it is known.
    func isSeen(_ plan: SitePlan) throws -> Bool {
        let (affected, _) = try affected(plan)
        return affected.visible > 0 || !affected.isWhole && !affected.ids.isEmpty
    }

    // MARK: Making

    /// Makes a plan, unless what it is about is not what its form has seen.
    func make(_ plan: SitePlan) throws -> Reply {
        let was = visit.form["was"] ?? ""
        if plan.fingerprint(chosen.site) != was { return .sheet(try conflictSheet(plan)) }
        let (affected, _) = try affected(plan)
        do throws(SCIMError) {
            try change.make(affected, by: visit.caller, attribute: plan.attribute) { site in
                guard plan.fingerprint(site) == was else { throw conflict }
                try plan.apply(&site)
            }
        } catch {
            guard error.status == conflict.status else { throw error }
            return .sheet(try conflictSheet(plan))
        }
        let isSending = !affected.ids.isEmpty || !affected.isWhole
        return (isSending ? Notice.sending : .saved).href(plan.home)
    }

    private func conflictSheet(_ plan: SitePlan) throws -> Sheet {
        var mine = chosen.site
        try plan.apply(&mine)
        var table = Listing(
            caption: "What it says now, and what you wrote",
            isCaptionHidden: true,
            columns: [.init("What"), .init("Now"), .init("Yours")]
        )
        let yours = plan.parts(mine)
        table.rows = plan.parts(chosen.site).map { part in
            let own = yours.first { $0.name.utf8 == part.name.utf8 }?.value ?? SitePlan.nothing
            return .cells([part.name, "\(part.value)", "\(own)"])
        }
        table.rows += yours.filter { own in
            !plan.parts(chosen.site).contains { $0.name.utf8 == own.name.utf8 }
        }.map { .cells([$0.name, "\(SitePlan.nothing)", "\($0.value)"]) }
        return .changedMeanwhile(
            topic,
            "\(table.html)\(form(plan, "Save mine", out: ("Keep theirs", plan.home)))"
        )
    }

    private func form(
        _ plan: SitePlan,
        _ button: HTML,
        out: (word: HTML, href: Href)...
    ) -> HTML {
        let ways = out.map { way -> HTML in "<a href=\"\(visit.path(way.href))\">\(way.word)</a> " }
        return chosen.form(
            plan.save,
            classes: "actions",
            [("was", plan.fingerprint(chosen.site))] + plan.values,
            content: "<button class=\"primary\">\(button)</button> \(ways)"
        )
    }

    // MARK: Showing

    /// What a plan would do.
    func preview(_ plan: SitePlan) throws -> Reply {
        let (affected, changed) = try affected(plan)
        let total = try visit.read { store -> Int in
            try store.search(
                Query(type: .user, count: 0, domain: "default", links: visit.directory.links)
            ).total
        }
        let sent = affected.isWhole ? affected.ids.count : total
        var examples = affected.examples
        var problem = chosen.trouble
        if problem == nil, !examples.isEmpty {
            do {
                examples = try WordPressPreview(
                    directory: visit.directory,
                    receiver: chosen.receiver,
                    site: changed,
                    desk: chosen.desk(changed)
                ).asked(examples)
            } catch let failure as WordPressDesk.Failure {
                problem = failure.problem
            }
        }
        return .sheet(
            Sheet(
                "What would change",
                topic,
                """
                <p class="soft"><a href="\(visit.path(plan.home))">\(topic.title)</a></p>
                <h1>\(heading(affected))</h1>
                <p>Nothing has been saved. \(plan.words)</p>
                \(stats(affected, sent, total))
                \(chosen.silence(
                    problem,
                    "Shown is what would be sent; what the site has now is not known."
                ))
                \(warning(examples))
                \(try people(examples, plan, isAsked: problem == nil))
                \(form(
                    plan,
                    sent == 0 ? "Save" : "Save and send \(accounts(sent))",
                    out: ("Back", plan.back), ("Discard", plan.home)
                ))
                """
            )
        )
    }

    private func accounts(_ count: Int) -> HTML {
        count == 1 ? "1 account" : "\(HTML.number(count)) accounts"
    }

    private func heading(_ affected: MappingChange.Affected) -> HTML {
        if affected.visible == 0 {
            return affected.isWhole ? "No account would change" : "Accounts may change"
        }
        return affected.isWhole
            ? "\(accounts(affected.visible)) would change"
            : "At least \(accounts(affected.visible)) would change"
    }

    private func stats(_ affected: MappingChange.Affected, _ sent: Int, _ total: Int) -> HTML {
        let stats = HTML.stats([
            ("accounts would change", HTML.number(affected.visible)),
            ("are sent again", HTML.number(sent)), ("people in the directory", HTML.number(total)),
        ])
        if affected.isWhole { return HTML.card(labelled: "How many", stats) }
        return HTML.card(
            labelled: "How many",
            """
            \(stats)
            <p class="soft">\(HTML.number(affected.compared)) people were compared. As there are \
            more, all are sent again: to whom nothing changes, nothing happens.</p>
            """
        )
    }

    /// What to look at first.
    private func warning(_ examples: [AccountDifference]) -> HTML? {
        let losing = examples.filter { $0.refusal == nil && $0.weight <= .replacement }.count
        if losing == 0 { return nil }
        return Mood.warn.banner(
            losing == 1
                ? "1 person loses what is there now"
                : "\(HTML.count(losing)) people lose what is there now",
            """
            \(HTML.number(examples.count)) accounts were looked at. If what is there is right, \
            correct it at the provider first.
            """
        )
    }

    private static let shown = 5

    private func people(
        _ examples: [AccountDifference],
        _ plan: SitePlan,
        isAsked: Bool
    ) throws -> HTML? {
        let first = AccountDifference.Weight.allCases.flatMap { weight in
            examples.filter { $0.weight == weight && ($0.refusal != nil || weight != .nothing) }
        }.prefix(Self.shown)
        if first.isEmpty { return nil }
        let titles = FieldTitles()
        var table = Listing(
            caption: first.count == 1
                ? "One of them" : "\(HTML.count(first.count)) of them, who lose something first",
            columns: [
                .init("Person"), .init(isAsked ? "In WordPress now" : "Sent before", label: "Now"),
                .init(isAsked ? "After" : "Sent then", label: "After"),
            ]
        )
        table.rows = try visit.read { store in
            try first.map { difference in
                let person = try visit.fetch(user: difference.resource, in: store)
                let fields = difference.fields.filter { plan.field == nil || plan.field == $0.name }
                return .cells([
                    link(difference.resource, person),
                    fields.map { value($0.before, "del", $0.name, plan, titles) }.joined("<br>"),
                    difference.refusal.map { Mood.bad.badge("Refused: \($0)") }
                        ?? fields.map { value($0.after, "ins", $0.name, plan, titles) }
                        .joined("<br>"),
                ])
            }
        }
        return HTML.card(labelled: "People", table.html)
    }

    private func link(_ id: String, _ person: Person?) -> HTML {
        guard let person else { return "\(id)" }
        return "<a href=\"\(visit.path(Href("users", id)))\">\(person.name)</a>"
    }

    private func value(
        _ value: JSON?,
        _ element: HTML,
        _ name: String,
        _ plan: SitePlan,
        _ titles: FieldTitles
    ) -> HTML {
        let title: HTML? = plan.field == nil ? "\(titles.title(name)): " : nil
        guard value != nil else { return "\(title)\(FieldTitles.value(nil))" }
        return "\(title)<\(element)>\(FieldTitles.value(value))</\(element)>"
    }
}

extension Sheet {
    /// What somebody wanted to save is not what their form has seen.
    ///
    /// - Parameters:
    ///   - topic: The entry of the menu.
    ///   - content: Both versions, and the way to save one's own.
    /// - Returns: The page.
    static func changedMeanwhile(_ topic: Topic, _ content: HTML) -> Sheet {
        let banner = Mood.warn.banner(
            "Your change was not saved",
            """
            Somebody else changed the same meanwhile. Below is what it says now, and what you \
            wrote.
            """,
            role: "alert"
        )
        return Sheet(
            "Changed meanwhile",
            topic,
            status: 409,
            """
            <h1>Somebody else changed this meanwhile</h1>
            \(banner)
            \(HTML.card(labelled: "Both versions", content))
            """
        )
    }
}
