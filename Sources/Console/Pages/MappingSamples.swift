import Delivery
import Directory
import SCIM

/// What providers have really sent: of a sample of people, and of one whom a page shows.
struct MappingSamples {
    /// Whose values are shown; `nil` where nobody is there.
    let person: Person?
    let sent: SentAttributes
    let values: MappingSample?

    /// So many people are looked at, the newest.
    static let usersMax = 200

    /// Looks at the newest people.
    ///
    /// - Parameters:
    ///   - chosen: The site whose mapping it is.
    ///   - typed: Whom somebody wants to see; the newest where it is `nil`, or nobody.
    /// - Throws: 503.
    init(_ chosen: ChosenSite, _ typed: String?) throws {
        let visit = chosen.visit
        let wanted = try typed.flatMap { try visit.person($0) }
        (person, sent, values) = try visit.read { store in
            var ids = try store.newestIDs(ofType: ResourceType.user.name, limit: Self.usersMax)
            let person = try wanted ?? ids.first.flatMap { try visit.fetch(user: $0, in: store) }
            if let person, let index = ids.firstIndex(of: person.id) {
                // Examples are the values of whom the page shows.
                ids.remove(at: index)
                ids.insert(person.id, at: 0)
            }
            return (
                person, try SentAttributes(of: ids, chosen.site, in: store),
                try person.map { try MappingSample(of: $0.stored, chosen.site, in: store) }
            )
        }
    }

    /// The choices for an expression, as a list that a field names.
    func list(_ id: HTML) -> HTML {
        let options: [HTML] = sent.attributes.map { attribute in
            "<option value=\"\(attribute.path)\">\(attribute.example)</option>"
        }
        return "<datalist id=\"\(id)\">\(options)</datalist>"
    }
}
