import Delivery
import Directory
import Gateway
import SCIM

/// The administrator's web pages, below `/admin`: from a request to its answer.
package struct Console {
    let surroundings: Surroundings

    /// What the console needs of the program that it is part of.
    package struct Surroundings {
        let version: String
        let now: @Sendable () -> Instant
        let openStore: (Request) throws(SCIMError) -> any Store
        let configuredBase: (Request) -> String?
        let budget: (Request) -> Budget
        let telephone: Telephone
        /// Called after a change, when the browser has its answer: something may be due.
        let deliver: (Request) -> Void
        /// The key that makes the first administrator; `nil` where none is set.
        let setupKey: (Request) -> String?
        /// Looks at the program, its database and its surroundings.
        let check: (Request) -> [Check]
        /// Tries the endpoint's address from outside, as `roster check --url` does.
        let tryWay: (_ url: String, Request) -> [Check]

        package init(
            version: String,
            now: @escaping @Sendable () -> Instant,
            openStore: @escaping (Request) throws(SCIMError) -> any Store,
            configuredBase: @escaping (Request) -> String? = { _ in nil },
            budget: @escaping (Request) -> Budget = { _ in .unlimited },
            telephone: @escaping Telephone,
            deliver: @escaping (Request) -> Void,
            setupKey: @escaping (Request) -> String? = { _ in nil },
            check: @escaping (Request) -> [Check] = { _ in [] },
            tryWay: @escaping (_ url: String, Request) -> [Check] = { _, _ in [] }
        ) {
            self.version = version
            self.now = now
            self.openStore = openStore
            self.configuredBase = configuredBase
            self.budget = budget
            self.telephone = telephone
            self.deliver = deliver
            self.setupKey = setupKey
            self.check = check
            self.tryWay = tryWay
        }
    }

    /// What was found out about the program's surroundings, with its cure.
    package struct Check: Sendable {
        package enum Level: Sendable {
            case good, warning, bad
        }

        let level: Level
        /// A sentence without its full stop.
        let text: String
        /// What to do about it; `nil` where nothing is to be done.
        let cure: String?

        package init(_ level: Level, _ text: String, cure: String? = nil) {
            self.level = level
            self.text = text
            self.cure = cure
        }
    }

    package init(_ surroundings: Surroundings) {
        self.surroundings = surroundings
    }

    /// Answers a request for one of the pages; `nil` for all others.
    ///
    /// `requestID` names the request in log and journal.
    package func answer(_ incoming: Incoming, requestID: String) -> Answer? {
        guard let place = incoming.path.flatMap(ConsolePlace.init) else { return nil }
        switch incoming.request {
        case .success(let request):
            if let asset = Asset(place.segments) { return Answer(asset.response) }
            var desk = Reception(surroundings, request, place, requestID)
            return desk.answer()
        case .failure(let fault):
            return Answer(Reception.response(to: .faulty(fault, place.base), place.base))
        }
    }
}
