/// What was done just now; an address names it by a word of this list.
enum Notice: String {
    case saved, sending, added, removed, paused, goesOn = "continued", resent, answers, signedOut

    /// Whose word a page's address has; `nil` for none.
    init?(_ visit: Visit) {
        guard let notice = visit.query["done"].flatMap(Notice.init(rawValue:)) else { return nil }
        self = notice
    }

    private var text: (heading: HTML, text: HTML) {
        switch self {
        case .saved: ("Saved", "It counts from now on. Nobody’s account is another by it.")
        case .sending:
            ("Saved", "The accounts that it concerns are being sent; new changes go first.")
        case .added: ("Added", "It is in the list below.")
        case .removed: ("Removed", "It is not in the list any more.")
        case .paused: ("Paused", "Nothing is sent until you let it go on. Nothing is lost.")
        case .goesOn: ("It goes on", "What has waited is being sent.")
        case .resent: ("Everybody is sent again", "New changes go first.")
        case .answers: ("The site answers", "It knows the secret. What has waited is being sent.")
        case .signedOut: ("Signed out", "All sessions of that person are over.")
        }
    }

    var banner: HTML { Mood.good.banner(text.heading, text.text, role: "status") }

    /// A page that says what was done.
    func href(_ href: Href) -> Reply { .seeOther(href.with("done", rawValue)) }
}
