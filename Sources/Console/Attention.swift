import Directory
import SCIM

/// What needs somebody, as numbers for the menu; counted at the price of what there is of it.
struct Attention {
    /// Changes that a receiver does not have and will not be sent by themselves.
    let stuck: Int
    /// Tokens that end soon.
    let ending: Int

    static let none = Attention(stuck: 0, ending: 0)

    private init(stuck: Int, ending: Int) {
        self.stuck = stuck
        self.ending = ending
    }

    init(_ store: any StoreReading, at now: Instant) throws {
        stuck = try store.receivers().reduce(0) { try $0 + store.backlog(of: $1.id).parked }
        ending = try TokenBook(store, at: now).ending.count
    }

    /// Beside an entry of the menu; `nil` where nothing needs anybody.
    func badge(_ topic: Topic) -> HTML? {
        switch topic {
        case .deliveries: Self.badge(stuck, "stuck")
        case .tokens: Self.badge(ending, ending == 1 ? "ends soon" : "end soon")
        default: nil
        }
    }

    private static func badge(_ count: Int, _ meaning: HTML) -> HTML? {
        count == 0
            ? nil
            : """
             <span class="badge warn">\(HTML.number(count))<span class="hide"> \(meaning)</span></span>
            """
    }
}

extension Visit {
    /// As things are now, behind a change that the request has made; none where it cannot be told.
    var attention: Attention {
        let now = now
        return (try? read { store in try Attention(store, at: now) }) ?? .none
    }
}
