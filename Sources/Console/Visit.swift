import Delivery
import Directory
import Gateway
import SCIM

/// A request of somebody who is signed in, and what pages need to answer it.
struct Visit {
    let surroundings: Console.Surroundings
    let request: Request
    /// Names the request in log and journal.
    let requestID: String
    /// When it came.
    let started: Instant
    let place: ConsolePlace
    let directory: Directory
    let administrator: Administrator
    /// For each form that changes something.
    let formToken: String
    let query: Fields
    /// What a POST brought; none otherwise.
    let form: Fields
    /// In which times are shown.
    let zone: Zone

    var now: Instant { surroundings.now() }
    var mayChange: Bool { administrator.role == .administrator }

    /// Who changes something by this request.
    var caller: Caller {
        Caller(
            actor: .administrator(id: administrator.id, name: administrator.name),
            domain: "default",
            requestID: requestID,
            request: SentRequest(
                method: request.method,
                path: "/admin/" + place.segments.joined(separator: "/"),
                address: request.clientAddress,
                agent: request.header("User-Agent"),
                started: started,
                status: 303
            )
        )
    }

    /// The base URL that clients are given: `https://www.example.com/scim/v2`.
    var endpointURL: String { directory.links.base }

    /// A link's address, for the attribute `href` or `action`.
    func path(_ href: Href) -> String { href.text(from: place.base) }

    /// Reads, all of one state of the directory.
    ///
    /// - Throws: What the reader is to be told of whatever `body` threw.
    func read<Result>(
        _ body: (any StoreReading) throws -> Result
    ) throws(SCIMError) -> Result {
        try directory.read(body)
    }

    /// Lets changes be sent, once the browser has its answer.
    func deliver() { surroundings.deliver(request) }
}

/// What a page answers.
enum Reply {
    case sheet(Sheet)
    /// After a change: to the page that shows it.
    case seeOther(Href)
    /// A file to keep, in pieces.
    case file(name: String, type: String, Answer.Rest)
}

/// A page within the console's frame.
struct Sheet {
    var status = 200
    let title: String
    /// The entry of the menu that is current.
    let topic: Topic?
    /// What stands in `main`.
    let content: HTML
    /// Seconds until the browser looks again, where its reader asked for it.
    var refreshSeconds: Int?

    init(_ title: String, _ topic: Topic?, status: Int = 200, _ content: HTML) {
        self.title = title
        self.topic = topic
        self.status = status
        self.content = content
    }
}

/// The entries of the menu.
enum Topic: String, CaseIterable, Sendable {
    case overview, users, groups, audit, deliveries
    case providers, tokens, mapping, roles, receivers, settings

    var title: HTML {
        switch self {
        case .overview: "Overview"
        case .users: "Users"
        case .groups: "Groups"
        case .audit: "Audit"
        case .deliveries: "Deliveries"
        case .providers: "Providers"
        case .tokens: "Tokens"
        case .mapping: "Mapping"
        case .roles: "Roles"
        case .receivers: "Receivers"
        case .settings: "Settings"
        }
    }

    var href: Href { self == .overview ? Href() : Href(rawValue) }

    static let daily: [Topic] = [.overview, .users, .groups, .audit, .deliveries]
    static let setUp: [Topic] = [.providers, .tokens, .mapping, .roles, .receivers, .settings]
}

/// The pages of one topic.
protocol Pages {
    init(_ visit: Visit)

    /// Answers GET.
    ///
    /// - Parameter path: What follows the topic.
    /// - Returns: `nil` for a page that there is not.
    /// - Throws: What the reader is told instead.
    func read(_ path: [String]) throws -> Reply?

    /// Answers POST, of somebody who may change things and whose form is this session's.
    ///
    /// - Returns: `nil` for what there is not to do.
    func change(_ path: [String]) throws -> Reply?
}

extension Pages {
    func change(_ path: [String]) throws -> Reply? { nil }
}

/// What somebody typed that cannot be, for the page that shows it again.
struct FormFault: Error {
    /// The field's name.
    let field: String
    /// A sentence.
    let message: String
}
