import Delivery
import Directory
import JSONText
import SCIM

/// `/users/{id}/preview`: what the next delivery would change in WordPress, without changing it.
struct UserPreview {
    private let visit: Visit
    private let person: Person

    init(_ visit: Visit, _ person: Person) {
        self.visit = visit
        self.person = person
    }

    /// Of the person as the directory has them.
    func sheet() throws -> Sheet {
        try sheet("WordPress was asked just now. Nothing has been changed.") { preview in
            try preview.ofUser(person.id)
        }
    }

    /// Of what a client might send.
    func sheet(of text: String) throws -> Sheet {
        let json: JSON
        do {
            json = try JSON(parsing: Array(text.utf8))
        } catch {
            let place = error.offset.map { ", at byte \($0)" } ?? ""
            throw SCIMError.invalidSyntax(
                "what was typed cannot be read as JSON: "
                    + "\(error.message)\(place)"
            )
        }
        return try sheet("This was tried, and thrown away.") { preview in
            try preview.ofResource(json)
        }
    }

    private func sheet(
        _ introduction: HTML,
        _ ask: (WordPressPreview) throws -> JSONObject
    ) throws -> Sheet {
        let receivers = try visit.read { store -> [Receiver] in try store.receivers() }
        var cards: [HTML] = []
        for receiver in receivers where receiver.kind == .wordpress {
            let site = try WordPressSite(receiver)
            let desk = WordPressDesk(
                site,
                telephone: visit.surroundings.telephone,
                now: visit.surroundings.now
            )
            let preview = WordPressPreview(
                directory: visit.directory,
                receiver: receiver,
                site: site,
                desk: desk
            )
            do {
                cards.append(card(site, try ask(preview)))
            } catch let failure as WordPressDesk.Failure {
                cards.append(
                    Mood.warn.banner("\(site.host) did not answer", "\(failure.problem.message)")
                )
            }
        }
        if cards.isEmpty { cards = ["<p>No WordPress site is connected.</p>"] }
        return Sheet(
            "What would WordPress get?",
            .users,
            """
            <p class="soft"><a href="\(visit.path(Href("users")))">Users</a> / \
            <a href="\(visit.path(Href("users", person.id)))">\(person.name)</a></p>
            <h1>What would WordPress get?</h1>
            <p>\(introduction)</p>
            \(cards)
            \(trial())
            """
        )
    }

    private func card(_ site: WordPressSite, _ result: JSONObject) -> HTML {
        guard result["status"]?.string == "ok" else {
            return Mood.bad.banner(
                "\(site.host) would refuse it",
                """
                \(result["message"]?.string ?? "") <code>\(result["code"]?.string ?? "")</code>
                """
            )
        }
        let (before, after) = (result["before"]?.object ?? [:], result["after"]?.object ?? [:])
        let changed = after.members.filter { before[$0.name] != $0.value }
        let kept = after.members.filter { before[$0.name] == $0.value }
        let heading: HTML =
            changed.isEmpty
            ? "nothing changes" : HTML.count(changed.count, "field changes", "fields change")
        var table = Listing(
            caption: "What would change at \(site.host)",
            isCaptionHidden: true,
            columns: [.init("Field"), .init("In WordPress now", label: "Now"), .init("After")]
        )
        table.rows = changed.map { member in
            .cells([
                Self.field(member.name), Self.old(before[member.name]),
                "<ins>\(Person.plain(member.value))</ins>",
            ])
        }
        let rest: HTML? =
            kept.isEmpty
            ? nil
            : HTML.details(
                kept.count == 1
                    ? "1 field stays as it is" : "\(kept.count) fields stay as they are",
                HTML.facts(
                    kept.map { (Self.field($0.name), "\(Person.plain($0.value))") }
                )
            )
        return HTML.card(
            """
            <h2>\(site.host): \(heading)</h2>
            \(changed.isEmpty ? nil : table.html)
            \(rest)
            """
        )
    }

    private static func old(_ value: JSON?) -> HTML {
        guard let value, value != .null, value != "" else {
            return "<span class=\"soft\">Empty</span>"
        }
        return "<del>\(Person.plain(value))</del>"
    }

    private static func field(_ name: String) -> HTML { FieldTitles().title(name) }

    private func trial() -> HTML? {
        guard visit.mayChange else { return nil }
        let field = Field(
            "json",
            "A user as SCIM JSON",
            .area,
            help: "It is tried and thrown away; neither Roster nor WordPress keeps it.",
            attributes: "spellcheck=\"false\" required"
        )
        return """
            <details class="card">
            <summary>Try other data</summary>
            \(visit.form(
                Href("users", person.id, "preview"),
                classes: "flow",
                content: "\(field.html)<p><button>Show what would change</button></p>"
            ))
            </details>
            """
    }
}
