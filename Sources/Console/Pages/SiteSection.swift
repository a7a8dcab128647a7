import Delivery
import SCIM

/// A section of the settings of a site: its form, and what it changes.
struct SiteSection {
    enum Name: String, CaseIterable {
        case leavers, asking, names

        var title: HTML {
            switch self {
            case .leavers: "Leavers"
            case .asking: "Before a change is accepted"
            case .names: "Names and passwords"
            }
        }
    }

    private let chosen: ChosenSite
    private let name: Name

    init(_ chosen: ChosenSite, _ name: Name) {
        self.chosen = chosen
        self.name = name
    }

    private var visit: Visit { chosen.visit }
    private var site: WordPressSite { chosen.site }

    // MARK: Showing

    /// The form; `fault` is what is wrong with one that was sent, of this section or another.
    func card(_ fault: FormFault?) -> HTML {
        guard visit.mayChange else {
            let facts = Self.parts(site, name).map { ($0.name, "\($0.value)" as HTML) }
            return HTML.card("<h2>\(name.title)</h2>\n\(HTML.facts(facts))")
        }
        let was = SitePlan.fingerprint(Self.parts(site, name))
        let form = chosen.form(
            Href("settings", name.rawValue),
            classes: "flow",
            [("was", was)],
            content: """
                \(content(fault))
                <p><button class="primary">Save<span class="hide"> \(name.title)</span></button></p>
                """
        )
        return HTML.card("<h2>\(name.title)</h2>\n\(form)", id: "\(name.rawValue)")
    }

    private func content(_ fault: FormFault?) -> HTML {
        switch name {
        case .leavers: leavers(fault)
        case .asking: asking()
        case .names: names(fault)
        }
    }

    /// What was typed, where this section's form was sent in vain, else what is set.
    private func value(_ field: String, _ set: String) -> String { visit.form[field] ?? set }

    private func leavers(_ fault: FormFault?) -> HTML {
        let inactive = value("inactive", site.onInactive.rawValue)
        let (word, heir) = Self.words(site.onDelete)
        let deletion = value("delete", word)
        let whenInactive = Choices(
            "inactive",
            "When the provider deactivates somebody",
            .one,
            [
                .init(
                    "deactivate",
                    "Lock the account at once",
                    "Signed out everywhere, application passwords gone, role put away for the return.",
                    isPicked: inactive == "deactivate"
                ),
                .init(
                    "delete",
                    "Delete the account",
                    "As if the provider had deleted it; who returns is somebody new.",
                    isPicked: inactive == "delete"
                ),
            ]
        )
        let whenDeleted = Choices(
            "delete",
            "When the provider deletes somebody",
            .one,
            [
                .init(
                    "keep-content",
                    "Delete the account, unless it has written something",
                    "Then it is locked, and its posts stay.",
                    isPicked: deletion == "keep-content"
                ),
                .init(
                    "deactivate",
                    "Lock the account",
                    "Nothing is lost.",
                    isPicked: deletion == "deactivate"
                ),
                .init(
                    "reassign",
                    "Delete it, and give its posts to the person below",
                    isPicked: deletion == "reassign"
                ),
                .init(
                    "delete",
                    "Delete it with all that it has written",
                    "Posts and pages go, too, and do not come back.",
                    isPicked: deletion == "delete"
                ),
            ]
        )
        let field = Field(
            "heir",
            "Person who gets the posts",
            value: value("heir", heir),
            help: "Their login in WordPress.",
            error: fault?.field == "heir" ? fault?.message : nil,
            attributes: "spellcheck=\"false\" autocapitalize=\"none\""
        )
        return """
            <div class="grid">
            \(whenInactive.html)<div class="flow">\(whenDeleted.html)\(field.html)</div>
            </div>
            <p class="soft">The last administrator is never locked or deleted, whatever the provider \
            sends.</p>
            """
    }

    private func asking() -> HTML {
        let picked = value("validation", site.validation.rawValue)
        return Choices(
            "validation",
            "Is WordPress asked whether it would take a change?",
            .one,
            [
                .init(
                    "queue",
                    "Yes; where it does not answer, the change is accepted and delivered later",
                    "A name that is taken is refused to the provider, which shows it in its log.",
                    isPicked: picked == "queue"
                ),
                .init(
                    "strict",
                    "Yes; where it does not answer, the provider is told to try again",
                    "Nobody is accepted whom WordPress may refuse. Leavers are locked in any case.",
                    isPicked: picked == "strict"
                ),
                .init(
                    "off",
                    "No",
                    "What WordPress refuses is stuck, and the provider does not hear of it.",
                    isPicked: picked == "off"
                ),
            ]
        ).html
    }

    private func names(_ fault: FormFault?) -> HTML {
        let unfit = value("unfit", site.unfitLogins.rawValue)
        let logins = Choices(
            "unfit",
            "A login that WordPress does not take as it is",
            .one,
            [
                .init(
                    "sanitise",
                    "Is made to fit",
                    "<code>O'Neil</code> becomes <code>ONeil</code>.",
                    isPicked: unfit == "sanitise"
                ),
                .init(
                    "refuse",
                    "Is refused, and the provider is told",
                    isPicked: unfit == "refuse"
                ),
            ]
        )
        let passwords = Choices.box(
            "passwords",
            .some,
            .init(
                "on",
                "Hand on the passwords that providers send",
                """
                As hashes; people can then sign in to WordPress with them. Without single sign-on this \
                is the way; with it, leave it off.
                """,
                isPicked: visit.form["domain"] == nil
                    ? site.sendsPasswords : visit.form.has("passwords")
            )
        )
        let domain = Field(
            "domain",
            "Provisioning domain",
            value: value("domain", site.domain),
            help:
                "Whose <code>externalId</code> the accounts get, where tokens have several domains.",
            error: fault?.field == "domain" ? fault?.message : nil,
            attributes: "spellcheck=\"false\" autocapitalize=\"none\" maxlength=\"64\""
        )
        return "\(logins.html)\(passwords)\(domain.html)"
    }

    private static func words(_ deletion: WordPressSite.Deletion) -> (word: String, heir: String) {
        if case .reassign(let heir) = deletion { return ("reassign", heir) }
        return (deletion.text, "")
    }

    // MARK: Changing

    /// - Throws: `FormFault` for what cannot be.
    func plan() throws -> SitePlan {
        let form = visit.form
        let apply: (inout WordPressSite) throws -> Void
        switch name {
        case .leavers:
            let (inactive, deletion) = try (Self.deactivation(form), Self.deletion(form))
            apply = {
                $0.onInactive = inactive
                $0.onDelete = deletion
            }
        case .asking:
            guard let choice = form["validation"].flatMap(WordPressSite.Validation.init(rawValue:))
            else { throw SCIMError.invalidValue("nothing is chosen") }
            apply = { $0.validation = choice }
        case .names:
            guard let choice = form["unfit"].flatMap(WordPressSite.UnfitLogin.init(rawValue:))
            else { throw SCIMError.invalidValue("nothing is chosen") }
            let (domain, isOn) = (try Self.domain(form), form.has("passwords"))
            apply = {
                $0.unfitLogins = choice
                $0.domain = domain
                $0.sendsPasswords = isOn
            }
        }
        let fields = ["inactive", "delete", "heir", "validation", "unfit", "passwords", "domain"]
        return SitePlan(
            attribute: name == .leavers ? "deprovisioning" : "settings",
            words: "<b>\(name.title)</b> would be set otherwise.",
            values: fields.compactMap { field in form[field].map { (HTML(field), $0) } },
            save: Href("settings", name.rawValue, "save"),
            back: chosen.href("settings").at(name.rawValue),
            home: chosen.href("settings"),
            parts: { [name] in Self.parts($0, name) },
            apply: apply
        )
    }

    private static func deactivation(_ form: Fields) throws -> WordPressSite.Deactivation {
        guard let choice = form["inactive"].flatMap(WordPressSite.Deactivation.init(rawValue:))
        else { throw SCIMError.invalidValue("nothing is chosen") }
        return choice
    }

    private static func deletion(_ form: Fields) throws -> WordPressSite.Deletion {
        if form["delete"] == "reassign" {
            guard let heir = form["heir"] else {
                throw FormFault(field: "heir", message: "Say who gets the posts.")
            }
            return .reassign(to: heir)
        }
        guard let choice = form["delete"].flatMap({ WordPressSite.Deletion($0) }) else {
            throw SCIMError.invalidValue("nothing is chosen")
        }
        return choice
    }

    private static func domain(_ form: Fields) throws -> String {
        guard let domain = form["domain"], domain.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            domain.utf8.count <= 64
        else {
            throw FormFault(
                field: "domain",
                message: "It has 1 to 64 letters, digits and marks of ASCII, no blanks."
            )
        }
        return domain
    }

    /// What a section is about, as people compare it.
    private static func parts(
        _ site: WordPressSite,
        _ name: Name
    ) -> [(name: HTML, value: String)] {
        switch name {
        case .leavers:
            [
                ("When somebody is deactivated", site.onInactive.rawValue),
                ("When somebody is deleted", site.onDelete.text),
            ]
        case .asking: [("WordPress is asked", site.validation.rawValue)]
        case .names:
            [
                ("Logins that do not fit", site.unfitLogins.rawValue),
                ("Passwords are handed on", site.sendsPasswords ? "on" : "off"),
                ("Provisioning domain", site.domain),
            ]
        }
    }
}

extension SitePlanner {
    /// Makes a plan at once, unless somebody’s account would be another by it: then it is shown.
    func submit(_ plan: SitePlan) throws -> Reply {
        try isSeen(plan) ? preview(plan) : make(plan)
    }
}
